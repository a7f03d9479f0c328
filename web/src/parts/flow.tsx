import { type FlowLayout, LINKS, type Link, linkPath, NARROW, type NodeId, WIDE } from '../drawings/flow-layout.ts';
import { type FlowWatts, flowWatts } from '../drawings/flow-watts.ts';
import { useNarrow } from '../drawings/use-narrow.ts';
import { useWords } from '../i18n/index.ts';
import { isSimulated, type Snapshot } from '../snapshot.ts';
import { Modelled } from './modelled.tsx';

/** Below this a flow is drawn as a thin dotted line: measured zero is rarely exactly zero. */
const FLOWING_W = 15;
/** At least this many watts span the widest line, so that a quiet night does not look like a storm. */
const SCALE_W = 6000;

/** Sun and grid through computing, compressor and household to rooms, hot water and dry cooler. */
export function Flow({ snapshot }: { snapshot: Snapshot | null }) {
  const { t, f } = useWords();
  const layout = useNarrow() ? NARROW : WIDE;
  const watts = flowWatts(snapshot);
  const scaleW = Math.max(SCALE_W, ...Object.values(watts ?? {}).map((value) => Math.abs(value ?? 0)));
  const grid = watts?.grid ?? null;
  const boxes: Record<NodeId, [string, number | null | undefined]> = {
    sun: [t.now.sun, watts?.sun],
    grid: [(grid ?? 0) < -FLOWING_W ? t.now.gridExport : t.now.grid, grid && Math.abs(grid)],
    household: [t.now.household, watts?.household],
    compute: [t.now.compute, watts?.compute],
    compressor: [t.now.compressor, watts?.compressor],
    air: [t.now.air, watts?.air],
    rooms: [t.now.rooms, watts?.rooms],
    hotWater: [t.now.hotWater, watts?.hotWater],
    dryCooler: [t.now.dryCooler, watts?.rejected],
  };
  const nameOf = (id: Link['from']) =>
    id === 'electricity' ? t.now.switchboard : id === 'heat' ? t.now.heatingWater : boxes[id][0];
  const spoken = LINKS.filter((link) => Math.abs(watts?.[link.watts] ?? 0) >= FLOWING_W)
    .map((link) => t.now.flowOf(nameOf(link.from), nameOf(link.to), f.power(watts?.[link.watts])))
    .join('. ');

  return (
    <figure class="card flow" id="flow">
      <h2>
        {t.now.flow}
        <Modelled when={isSimulated(snapshot)} />
      </h2>
      <svg viewBox={`0 0 ${layout.width} ${layout.height}`} role="img" aria-label={`${t.now.flow}. ${spoken}`}>
        {LINKS.map((link) => (
          <FlowLine key={link.id} layout={layout} link={link} watts={watts} scaleW={scaleW} />
        ))}
        {Object.entries(layout.bars).map(([id, bar]) => (
          <rect key={id} class={`bar-${id}`} x={bar.x} y={bar.y} width={bar.w} height={bar.h} rx="5" />
        ))}
        {(Object.keys(boxes) as NodeId[]).map((id) => {
          const { x, y, w, h } = layout.nodes[id];
          return (
            <g key={id} class={`node node-${id}`}>
              <rect x={x} y={y} width={w} height={h} rx="9" />
              <text x={x + w / 2} y={y + h / 2 - 7} class="name">
                {boxes[id][0]}
              </text>
              <text x={x + w / 2} y={y + h / 2 + 16} class="figure">
                {f.power(boxes[id][1])}
              </text>
            </g>
          );
        })}
      </svg>
      <figcaption class="quiet">{t.now.flowNote}</figcaption>
    </figure>
  );
}

interface LineProps {
  layout: FlowLayout;
  link: Link;
  watts: FlowWatts | null;
  scaleW: number;
}

function FlowLine({ layout, link, watts, scaleW }: LineProps) {
  const value = watts?.[link.watts] ?? 0;
  const path = linkPath(layout, link);
  if (Math.abs(value) < FLOWING_W) return <path d={path} class="line none" />;
  const width = Math.max(2, (Math.abs(value) / scaleW) * layout.maxLine);
  return (
    <g>
      <path d={path} class={`line ${link.kind}`} stroke-width={width} />
      <path d={path} class={value > 0 ? 'pulse' : 'pulse backward'} stroke-width={Math.max(1.5, width / 5)} />
    </g>
  );
}
