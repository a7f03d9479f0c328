import type { House } from '../../contract/house.ts';

/**
 * The dispatch rule: a kWh of computing runs iff `income + heatUsed * alternativeCost - rejectCost - wear > price`.
 * `price` is that of the marginal source: what feeding in would have earned for own sun, retail for the grid. The first
 * watts take own sun and the wanted heat, so each further watt is worth no more than the one before, unless bought power
 * is cheaper than fed-in sun is paid, as below zero: so it is the sum over all tiers that decides.
 */
export interface DispatchInput {
  /** Most that the accelerator can take safely. */
  maxW: number;
  /** Own sun that would be fed in, without the accelerator's own draw. */
  surplusW: number;
  /** The part of it that a feed-in limit would cut off: it costs nothing. */
  curtailedW: number;
  /** Heat that house, buffer and tank would use, W. */
  heatW: number;
  retailEurPerKwh: number;
  exportEurPerKwh: number;
  incomeEurPerKwh: number;
  wearEurPerKwh: number;
  alternative: House['alternativeHeat'];
  alternativeEurPerKwh: number;
  /** COP of the own heat pump at the hour the heat is used, fan and pump included. */
  cop: number;
  /** Heat that a resistive heater would give this hour whatever we do, W: then a draw even in money is a gain in answers. */
  resistiveW: number;
  /** Where a boiler would make it: what its kWh costs. */
  boilerEurPerKwh?: number;
}

export interface Tier {
  fromW: number;
  toW: number;
  source: 'curtailed' | 'sun' | 'grid';
  heatUsed: boolean;
  priceEurPerKwh: number;
  alternativeEurPerKwh: number;
  /** Gain per kWh over not computing. */
  marginEurPerKwh: number;
  pays: boolean;
}

export interface Dispatch {
  /** Watts that pay. */
  watts: number;
  tiers: Tier[];
}

/** Dry cooler fan and pump per kWh thrown away: about 200 W for 5 kW of heat. */
export const REJECT_KWH_PER_KWH = 0.04;

/** `cold`: nobody wants the heat; `resistive`: it spares a kWh of COP 1, or of the boiler in its place; `warm`: it spares the house's other heat. */
type HeatUse = 'cold' | 'warm' | 'resistive';

/** What the same kWh of heat would cost without the accelerator, at the price of the same source and hour. */
function alternativeCost(input: DispatchInput, priceEurPerKwh: number, use: HeatUse): number {
  if (use === 'cold') return 0;
  if (use === 'resistive') return input.boilerEurPerKwh ?? priceEurPerKwh;
  return input.alternative === 'heatpump' ? priceEurPerKwh / input.cop : input.alternativeEurPerKwh;
}

/** Gain of one kWh. Exact break-even is 0, which does not pay, unless resistive heat would have burnt that kWh anyway or the kWh is free and its heat wanted. */
export function marginOf(input: DispatchInput, priceEurPerKwh: number, use: HeatUse): number {
  const heatEur = alternativeCost(input, priceEurPerKwh, use);
  const rejectEur = use === 'cold' ? REJECT_KWH_PER_KWH * Math.max(0, priceEurPerKwh) : 0;
  return input.incomeEurPerKwh + heatEur - rejectEur - input.wearEurPerKwh - priceEurPerKwh;
}

/** Sun that would be fed in costs what that would have earned; sun that would be cut off costs nothing, and spares nothing. */
function priceOf(input: DispatchInput, source: Tier['source']): number {
  if (source === 'grid') return input.retailEurPerKwh;
  return source === 'sun' ? input.exportEurPerKwh : 0;
}

/** Heat that would be made by resistive heaters otherwise, W. */
const resistiveOf = (input: DispatchInput): number =>
  input.alternative === 'resistive' ? input.heatW : Math.min(input.heatW, input.resistiveW);

/** The watts at which source or use of the heat changes, from 0 to the most, in order. */
function edgesOf(input: DispatchInput): number[] {
  const maxW = Math.max(0, input.maxW);
  const edges = [0, input.curtailedW, input.surplusW, resistiveOf(input), input.heatW, maxW];
  // By hand: six numbers, seven times in each plan.
  for (let i = 1; i < edges.length - 1; i++) {
    const w = Math.min(maxW, Math.max(0, edges[i]!));
    let at = i;
    for (; at > 0 && edges[at - 1]! > w; at--) edges[at] = edges[at - 1]!;
    edges[at] = w;
  }
  return edges;
}

function tierOf(input: DispatchInput, fromW: number, toW: number): Tier {
  const source = toW <= input.curtailedW ? 'curtailed' : toW <= input.surplusW ? 'sun' : 'grid';
  const use: HeatUse = toW <= resistiveOf(input) ? 'resistive' : toW <= input.heatW ? 'warm' : 'cold';
  const priceEurPerKwh = priceOf(input, source);
  const marginEurPerKwh = marginOf(input, priceEurPerKwh, use);
  return {
    fromW,
    toW,
    source,
    heatUsed: use !== 'cold',
    priceEurPerKwh,
    alternativeEurPerKwh: alternativeCost(input, priceEurPerKwh, use),
    marginEurPerKwh,
    pays:
      marginEurPerKwh > 0 ||
      (marginEurPerKwh === 0 && (use === 'resistive' || (use === 'warm' && priceEurPerKwh === 0))),
  };
}

/** Of the watts at which a tier ends those with the greatest gain in all. */
export function dispatch(input: DispatchInput): Dispatch {
  const edges = edgesOf(input);
  const tiers: Tier[] = [];
  let [watts, sumEur, mostEur] = [0, 0, 0];
  for (let i = 1; i < edges.length; i++) {
    if (edges[i - 1] === edges[i]) continue;
    const tier = tierOf(input, edges[i - 1]!, edges[i]!);
    tiers.push(tier);
    sumEur += tier.marginEurPerKwh * (tier.toW - tier.fromW);
    if (sumEur <= mostEur && !(tier.pays && watts === tier.fromW)) continue;
    [watts, mostEur] = [tier.toW, sumEur];
  }
  return { watts, tiers };
}

/** What people are told of: the first tier that is run for its gain, or, where none is, the first. */
export const leading = ({ watts, tiers }: Dispatch): Tier | undefined =>
  tiers.find((t) => t.pays && t.toW <= watts) ?? tiers[0];
