import { sankey, sankeyLinkHorizontal } from 'd3-sankey';
import type { FlowWatts } from './flow-watts.ts';

export type NodeId =
  | 'sun'
  | 'batteryOut'
  | 'gridIn'
  | 'electricity'
  | 'gridOut'
  | 'batteryIn'
  | 'household'
  | 'compute'
  | 'compressor'
  | 'backup'
  | 'lifted'
  | 'heat'
  | 'outside'
  | 'rooms'
  | 'hotWater';

/** From left to right, each from top to bottom. The order never follows the values, or the drawing would jump. */
const LAYERS: readonly (readonly NodeId[])[] = [
  ['sun', 'batteryOut', 'gridIn'],
  ['electricity'],
  ['gridOut', 'batteryIn', 'household', 'compute', 'backup', 'compressor', 'lifted'],
  ['heat'],
  ['outside', 'rooms', 'hotWater'],
];
/** Not drawn where the line is null: a house without a battery, a heater that is off. */
const AT_TIMES: Partial<Record<NodeId, LinkId>> = {
  batteryOut: 'batteryOut',
  batteryIn: 'batteryIn',
  backup: 'backup',
};

export type Kind = 'electric' | 'heat' | 'air';
type LinkId = keyof FlowWatts;
/** Of cooling, defrosting and a pump that has just stopped: lines that are not drawn at all while nothing flows in them. */
export const RARE: readonly LinkId[] = ['fromHouse', 'fromRest', 'toAir'];

/** In the order in which they leave and reach a node, from its top. */
const LINKS: readonly [LinkId, from: NodeId, to: NodeId, Kind][] = [
  ['sun', 'sun', 'electricity', 'electric'],
  ['batteryOut', 'batteryOut', 'electricity', 'electric'],
  ['gridIn', 'gridIn', 'electricity', 'electric'],
  ['gridOut', 'electricity', 'gridOut', 'electric'],
  ['batteryIn', 'electricity', 'batteryIn', 'electric'],
  ['household', 'electricity', 'household', 'electric'],
  ['compute', 'electricity', 'compute', 'electric'],
  ['backup', 'electricity', 'backup', 'electric'],
  ['compressor', 'electricity', 'compressor', 'electric'],
  ['rejected', 'compute', 'outside', 'air'],
  ['computeHeat', 'compute', 'heat', 'heat'],
  ['backupHeat', 'backup', 'heat', 'heat'],
  ['pumpHeat', 'compressor', 'heat', 'heat'],
  ['fromAir', 'lifted', 'heat', 'air'],
  ['fromHouse', 'lifted', 'heat', 'heat'],
  ['fromRest', 'lifted', 'heat', 'heat'],
  ['toAir', 'heat', 'outside', 'air'],
  ['rooms', 'heat', 'rooms', 'heat'],
  ['hotWater', 'heat', 'hotWater', 'heat'],
];

/** A drawing: where its layers stand. Words stand in the boxes, never on what flows. */
export interface Format {
  width: number;
  height: number;
  /** Left and right edge of each layer. */
  layersX: readonly (readonly [number, number])[];
}

export const WIDE: Format = {
  width: 860,
  height: 392,
  layersX: [
    [1, 100],
    [227, 237],
    [364, 484],
    [611, 621],
    [744, 859],
  ],
};
/** A phone's: drawn about as large as it is written here. */
export const NARROW: Format = {
  width: 330,
  height: 410,
  layersX: [
    [1, 56],
    [86, 91],
    [121, 197],
    [222, 227],
    [250, 329],
  ],
};
/** A box of no power: two lines of text fit in it. */
export const BOX_HEIGHT = 40;
/** The least from the end of one node to the next one: both may be lines without a width, with their boxes around them. */
const LEAST_PADDING = BOX_HEIGHT + 6;
/** Half a box above the first node and below the last. */
const MARGIN = BOX_HEIGHT / 2 + 1;
/** At least this many watts fill the height, so that a quiet night does not look like a storm. */
const SCALE_W = 6000;
/** Below this a flow is a thin line and moves nothing: measured zero is rarely exactly zero. */
const FLOWING_W = 15;
export const isFlowing = ({ watts }: { watts: number | null }): boolean => (watts ?? 0) >= FLOWING_W;

interface FlowNode {
  id: NodeId;
  layer: number;
  /** Null while no meter of its lines speaks. */
  watts: number | null;
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}
interface FlowLink {
  id: LinkId;
  from: NodeId;
  to: NodeId;
  kind: Kind;
  watts: number | null;
  width: number;
  path: string;
}
export interface FlowDrawing {
  nodes: FlowNode[];
  links: FlowLink[];
}

const sumOf = (values: (number | null)[]) =>
  values.every((value) => value === null) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

/** Nodes and lines of a house, placed by d3-sankey in layers of fixed order. Widths are in proportion to watts throughout. */
export function flowDrawing(watts: FlowWatts | null, format: Format): FlowDrawing {
  const isThere = (id: NodeId) => !AT_TIMES[id] || watts?.[AT_TIMES[id]] != null;
  const layers = LAYERS.map((ids) => ids.filter(isThere));
  const nodes = layers.flatMap((ids, layer) => ids.map((id) => ({ id, layer, watts: wattsOf(id, watts) })));
  const links = LINKS.filter(([, from, to]) => isThere(from) && isThere(to)).map(([id, source, target, kind]) => {
    const known = watts?.[id] ?? null;
    return { id, source, target, kind, watts: known, value: Math.max(FLOWING_W, known ?? 0) };
  });
  const needs = layers.map((ids) => ({
    watts: ids.reduce((sum, id) => sum + Math.max(FLOWING_W, wattsOf(id, watts) ?? 0), 0),
    gaps: ids.length - 1,
  }));
  const room = format.height - 2 * MARGIN;
  const perWatt =
    (room - Math.max(...needs.map(({ gaps }) => gaps)) * LEAST_PADDING) /
    Math.max(SCALE_W, ...needs.map((need) => need.watts));
  // Each layer is spread over the height; the one that has least room for it sets the distance for all.
  const padding = Math.min(...needs.flatMap((need) => (need.gaps ? (room - need.watts * perWatt) / need.gaps : [])));
  const graph = sankey<(typeof nodes)[number], (typeof links)[number]>()
    .nodeId(({ id }) => id)
    .nodeAlign((node) => (node as (typeof nodes)[number]).layer)
    // Relaxing would make straighter lines, and move nodes by several pixels for a few watts.
    .iterations(0)
    .nodeSort(null)
    .linkSort(null)
    .nodePadding(padding)
    .extent([
      [0, MARGIN],
      [format.width, MARGIN + room],
    ])({ nodes, links });
  for (const node of graph.nodes) [node.x0, node.x1] = format.layersX[node.layer]!;
  const path = sankeyLinkHorizontal<(typeof nodes)[number], (typeof links)[number]>();
  const idOf = (end: unknown) => (end as { id: NodeId }).id;
  return {
    nodes: graph.nodes as FlowNode[],
    links: graph.links.map((link) => ({
      ...{ id: link.id, from: idOf(link.source), to: idOf(link.target), kind: link.kind, watts: link.watts },
      ...{ width: link.width ?? 0, path: path(link) ?? '' },
    })),
  };
}

/** What reaches a node or leaves it, whichever is more: a compressor that stands still warms nothing, whatever it draws. */
function wattsOf(node: NodeId, watts: FlowWatts | null): number | null {
  if (!watts) return null;
  const reaching = sumOf(LINKS.filter(([, , to]) => to === node).map(([id]) => watts[id]));
  const leaving = sumOf(LINKS.filter(([, from]) => from === node).map(([id]) => watts[id]));
  return reaching === null || leaving === null ? (reaching ?? leaving) : Math.max(reaching, leaving);
}
