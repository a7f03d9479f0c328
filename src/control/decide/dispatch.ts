import type { House } from '../../contract/house.ts';

/**
 * The dispatch rule: a kWh of computing runs iff `income + heatUsed * alternativeCost - rejectCost - wear > price`.
 * `price` is that of the marginal source: what feeding in would have earned for own sun, retail for the grid. The first
 * watts take the cheapest source and the wanted heat, so each further watt is worth no more than the one before.
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

/** `cold`: nobody wants the heat; `resistive`: it spares a kWh of COP 1; `warm`: it spares the house's other heat. */
type HeatUse = 'cold' | 'warm' | 'resistive';

/** What the same kWh of heat would cost without the accelerator, at the price of the same source and hour. */
function alternativeCost(input: DispatchInput, priceEurPerKwh: number, use: HeatUse): number {
  if (use === 'cold') return 0;
  if (use === 'resistive') return priceEurPerKwh;
  return input.alternative === 'heatpump' ? priceEurPerKwh / input.cop : input.alternativeEurPerKwh;
}

/** Gain of one kWh. Exact break-even is 0, which does not pay, unless resistive heat would have burnt that kWh anyway or the kWh is free and its heat wanted. */
export function marginOf(input: DispatchInput, priceEurPerKwh: number, use: HeatUse): number {
  const heatEur = alternativeCost(input, priceEurPerKwh, use);
  const rejectEur = use === 'cold' ? REJECT_KWH_PER_KWH * Math.max(0, priceEurPerKwh) : 0;
  return input.incomeEurPerKwh + heatEur - rejectEur - input.wearEurPerKwh - priceEurPerKwh;
}

/** Sun that would be fed in costs what that would have earned; sun that would be cut off costs nothing. */
function priceOf(input: DispatchInput, source: Tier['source']): number {
  if (source === 'grid') return input.retailEurPerKwh;
  return source === 'sun' ? input.exportEurPerKwh : Math.min(0, input.exportEurPerKwh);
}

export function dispatch(input: DispatchInput): Dispatch {
  const maxW = Math.max(0, input.maxW);
  const cut = (w: number) => Math.min(maxW, Math.max(0, w));
  const resistiveW = input.alternative === 'resistive' ? input.heatW : Math.min(input.heatW, input.resistiveW);
  const edges = [0, cut(input.curtailedW), cut(input.surplusW), cut(resistiveW), cut(input.heatW), maxW];
  edges.sort((a, b) => a - b);
  const tiers: Tier[] = [];
  for (let i = 1; i < edges.length; i++) {
    const fromW = edges[i - 1]!;
    const toW = edges[i]!;
    if (fromW === toW) continue;
    const source = toW <= input.curtailedW ? 'curtailed' : toW <= input.surplusW ? 'sun' : 'grid';
    const use: HeatUse = toW <= resistiveW ? 'resistive' : toW <= input.heatW ? 'warm' : 'cold';
    const priceEurPerKwh = priceOf(input, source);
    const marginEurPerKwh = marginOf(input, priceEurPerKwh, use);
    tiers.push({
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
    });
  }
  const firstLoss = tiers.findIndex((t) => !t.pays);
  const watts = firstLoss < 0 ? maxW : tiers[firstLoss]!.fromW;
  return { watts: tiers.length === 0 ? 0 : watts, tiers };
}
