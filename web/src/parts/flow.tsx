import { useMemo } from 'preact/hooks';
import {
  BOX_HEIGHT,
  type FlowDrawing,
  flowDrawing,
  isFlowing,
  NARROW,
  type NodeId,
  RARE,
  WIDE,
} from '../drawings/flow-layout.ts';
import { type FlowWatts, flowWatts } from '../drawings/flow-watts.ts';
import { useNarrow } from '../drawings/use-narrow.ts';
import { useWords, type Words } from '../i18n/index.ts';
import { isSimulated, type Snapshot } from '../snapshot.ts';
import { Modelled } from './modelled.tsx';

/** Everything of one kind meets there: a bar, which the colours below the drawing name. */
const BUSES: readonly NodeId[] = ['electricity', 'heat'];

/** Sun, grid and battery through computing, compressor and household to rooms, hot water and the outside. */
export function Flow({ snapshot }: { snapshot: Snapshot | null }) {
  const { t, f } = useWords();
  const format = useNarrow() ? NARROW : WIDE;
  const watts = flowWatts(snapshot);
  const { nodes, links } = useMemo(() => flowDrawing(watts, format), [snapshot, format]);
  const names = nodeNames(t, watts);
  const spoken = links
    .filter(isFlowing)
    .map((link) => t.now.flowOf(names[link.from], names[link.to], f.power(link.watts)))
    .join('. ');
  return (
    <figure class="card flow" id="flow">
      <h2>
        {t.now.flow}
        <Modelled when={isSimulated(snapshot)} />
      </h2>
      <svg viewBox={`0 0 ${format.width} ${format.height}`} role="img" aria-label={`${t.now.flow}. ${spoken}`}>
        {links.map((link) => (
          <FlowLine key={link.id} link={link} />
        ))}
        {nodes.map((node) => (
          <FlowBox key={node.id} node={node} name={names[node.id]} />
        ))}
      </svg>
      <figcaption class="quiet">
        <span class="kinds">
          <span class="kind electric">{names.electricity}</span>
          <span class="kind heat">{names.heat}</span>
          <span class="kind air">{t.now.air}</span>
        </span>
        {t.now.flowNote}
      </figcaption>
    </figure>
  );
}

function nodeNames(t: Words['t'], watts: FlowWatts | null): Record<NodeId, string> {
  const { now } = t;
  const flows = (id: 'fromHouse' | 'fromRest' | 'fromAir') => isFlowing({ watts: watts?.[id] ?? null });
  const air = flows('fromRest') ? (flows('fromAir') ? now.airAndRest : now.fromRest) : now.air;
  const lifted = flows('fromHouse') ? now.fromHouse : air;
  return {
    ...{ sun: now.sun, batteryOut: now.battery, gridIn: now.grid, electricity: now.switchboard },
    ...{ gridOut: now.gridExport, batteryIn: now.batteryIn, household: now.household },
    ...{ compute: now.compute, compressor: now.compressor, backup: now.backup },
    lifted,
    ...{ heat: now.heatingWater, outside: now.outside, rooms: now.rooms, hotWater: now.hotWater },
  };
}

function FlowBox({ node, name }: { node: FlowDrawing['nodes'][number]; name: string }) {
  const { f } = useWords();
  const { id, x0, x1, y0, y1 } = node;
  const kind = isFlowing(node) ? `node node-${id}` : `node node-${id} none`;
  const isBus = BUSES.includes(id);
  const height = Math.max(isBus ? 3 : BOX_HEIGHT, y1 - y0);
  const [x, middle] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return (
    <g class={isBus ? `${kind} bus` : kind}>
      <rect x={x0} y={middle - height / 2} width={x1 - x0} height={height} rx={isBus ? 2 : 6} />
      {!isBus && (
        <text text-anchor="middle">
          <tspan x={x} y={middle - 4} class="name">
            {name}
          </tspan>
          <tspan x={x} y={middle + 13} class="figure">
            {f.power(node.watts)}
          </tspan>
        </text>
      )}
    </g>
  );
}

function FlowLine({ link }: { link: FlowDrawing['links'][number] }) {
  const { id, path, kind, width } = link;
  if (!isFlowing(link)) return RARE.includes(id) ? null : <path d={path} class="line none" />;
  return (
    <g>
      <path d={path} class={`line ${kind}`} stroke-width={Math.max(1.5, width)} />
      <path d={path} class="pulse" stroke-width={Math.min(4, Math.max(1.5, width / 4))} />
    </g>
  );
}
