import type { FlowWatts } from './flow-watts.ts';

export type NodeId =
  | 'sun'
  | 'grid'
  | 'household'
  | 'compute'
  | 'compressor'
  | 'air'
  | 'rooms'
  | 'hotWater'
  | 'dryCooler';
interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}
/** The electricity bar and the heat bar: everything of one kind meets there. */
type BarId = 'electricity' | 'heat';

export interface FlowLayout {
  width: number;
  height: number;
  /** True where energy runs downwards (a phone), false where it runs to the right. */
  down: boolean;
  nodes: Record<NodeId, Box>;
  bars: Record<BarId, Box>;
  /** Widest line, in units of the drawing. */
  maxLine: number;
}

const W = 138;
const H = 56;
export const WIDE: FlowLayout = {
  width: 860,
  height: 366,
  down: false,
  maxLine: 34,
  nodes: {
    sun: { x: 4, y: 50, w: W, h: H },
    grid: { x: 4, y: 176, w: W, h: H },
    household: { x: 330, y: 8, w: W, h: H },
    compute: { x: 330, y: 112, w: W, h: H },
    compressor: { x: 330, y: 206, w: W, h: H },
    air: { x: 330, y: 300, w: W, h: H },
    dryCooler: { x: 718, y: 8, w: W, h: H },
    rooms: { x: 718, y: 150, w: W, h: H },
    hotWater: { x: 718, y: 268, w: W, h: H },
  },
  bars: { electricity: { x: 232, y: 8, w: 14, h: 254 }, heat: { x: 604, y: 112, w: 14, h: 244 } },
};

const NW = 84;
const NH = 58;
export const NARROW: FlowLayout = {
  width: 360,
  height: 430,
  down: true,
  maxLine: 26,
  nodes: {
    sun: { x: 48, y: 2, w: 116, h: NH },
    grid: { x: 198, y: 2, w: 116, h: NH },
    household: { x: 2, y: 160, w: NW, h: NH },
    compute: { x: 93, y: 160, w: NW, h: NH },
    compressor: { x: 184, y: 160, w: NW, h: NH },
    air: { x: 274, y: 160, w: NW, h: NH },
    dryCooler: { x: 2, y: 366, w: 104, h: NH },
    rooms: { x: 128, y: 366, w: 104, h: NH },
    hotWater: { x: 254, y: 366, w: 104, h: NH },
  },
  bars: { electricity: { x: 2, y: 104, w: 266, h: 12 }, heat: { x: 118, y: 280, w: 240, h: 12 } },
};

type Kind = 'electric' | 'heat' | 'air';
export interface Link {
  id: string;
  watts: keyof FlowWatts;
  from: NodeId | BarId;
  to: NodeId | BarId;
  kind: Kind;
}

export const LINKS: readonly Link[] = [
  { id: 'sun', watts: 'sun', from: 'sun', to: 'electricity', kind: 'electric' },
  { id: 'grid', watts: 'grid', from: 'grid', to: 'electricity', kind: 'electric' },
  { id: 'household', watts: 'household', from: 'electricity', to: 'household', kind: 'electric' },
  { id: 'compute', watts: 'compute', from: 'electricity', to: 'compute', kind: 'electric' },
  { id: 'compressor', watts: 'compressor', from: 'electricity', to: 'compressor', kind: 'electric' },
  { id: 'reject', watts: 'rejected', from: 'compute', to: 'dryCooler', kind: 'air' },
  { id: 'computeHeat', watts: 'computeHeat', from: 'compute', to: 'heat', kind: 'heat' },
  { id: 'pumpHeat', watts: 'pumpHeat', from: 'compressor', to: 'heat', kind: 'heat' },
  { id: 'air', watts: 'air', from: 'air', to: 'heat', kind: 'air' },
  { id: 'rooms', watts: 'rooms', from: 'heat', to: 'rooms', kind: 'heat' },
  { id: 'hotWater', watts: 'hotWater', from: 'heat', to: 'hotWater', kind: 'heat' },
];

/** A curve from the middle of one box's far edge to the other's near edge; along a bar it leaves at the other end's height. */
export function linkPath(layout: FlowLayout, link: Link): string {
  const boxOf = (id: NodeId | BarId): Box =>
    id in layout.bars ? layout.bars[id as BarId] : layout.nodes[id as NodeId];
  const isBar = (id: NodeId | BarId) => id in layout.bars;
  const [a, b] = [boxOf(link.from), boxOf(link.to)];
  const across = (box: Box) => (layout.down ? box.x + box.w / 2 : box.y + box.h / 2);
  // The two lines out of compute leave side by side.
  const shift = link.id === 'reject' ? -14 : link.id === 'computeHeat' && layout.down ? 14 : 0;
  const from = (isBar(link.from) ? across(b) : across(a)) + shift;
  const to = isBar(link.to) ? across(a) + shift : across(b);
  const start = layout.down ? a.y + a.h : a.x + a.w;
  const end = layout.down ? b.y : b.x;
  const mid = link.id === 'reject' && layout.down ? start + 46 : (start + end) / 2;
  return layout.down
    ? `M${from} ${start}C${from} ${mid} ${to} ${mid} ${to} ${end}`
    : `M${start} ${from}C${mid} ${from} ${mid} ${to} ${end} ${to}`;
}
