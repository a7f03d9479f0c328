import { useMemo } from 'preact/hooks';
import { type FlowDrawing, flowDrawing, isFlowing, NARROW, type NodeId, RARE, WIDE } from '../drawings/flow-layout.ts';
import { type FlowWatts, flowWatts } from '../drawings/flow-watts.ts';
import { useNarrow } from '../drawings/use-narrow.ts';
import { useWords, type Words } from '../i18n/index.ts';
import { isSimulated, type Snapshot } from '../snapshot.ts';
import { Modelled } from './modelled.tsx';

/** Everything of one kind meets there: named above, without a figure. */
const BUSES: readonly NodeId[] = ['electricity', 'heat'];
/** Of the last layer: names stand left of the node. */
const LAST: readonly NodeId[] = ['outside', 'rooms', 'hotWater'];

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
          <FlowBar key={node.id} node={node} name={names[node.id]} />
        ))}
      </svg>
      <figcaption class="quiet">{t.now.flowNote}</figcaption>
    </figure>
  );
}

function nodeNames(t: Words['t'], watts: FlowWatts | null): Record<NodeId, string> {
  const { now } = t;
  return {
    ...{ sun: now.sun, batteryOut: now.battery, gridIn: now.grid, electricity: now.switchboard },
    ...{ gridOut: now.gridExport, batteryIn: now.batteryIn, household: now.household },
    ...{ compute: now.compute, compressor: now.compressor, backup: now.backup },
    lifted: isFlowing({ watts: watts?.fromHouse ?? null }) ? now.fromHouse : now.air,
    ...{ heat: now.heatingWater, outside: now.outside, rooms: now.rooms, hotWater: now.hotWater },
  };
}

function FlowBar({ node, name }: { node: FlowDrawing['nodes'][number]; name: string }) {
  const { f } = useWords();
  const { id, x0, x1, y0, y1 } = node;
  // Thin, it is still seen where a line ends.
  const height = Math.max(3, y1 - y0);
  const middle = (y0 + y1) / 2;
  const atEnd = LAST.includes(id);
  const x = atEnd ? x0 - 7 : x1 + 7;
  return (
    <g class={isFlowing(node) ? `node node-${id}` : `node node-${id} none`}>
      <rect x={x0} y={middle - height / 2} width={x1 - x0} height={height} rx="2" />
      {BUSES.includes(id) ? (
        <text x={(x0 + x1) / 2} y={y0 - 9} text-anchor="middle" class="name">
          {name}
        </text>
      ) : (
        <text text-anchor={atEnd ? 'end' : 'start'}>
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
