import type { House } from '../../contract/house.ts';
import { copOf } from '../physics.ts';

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
  sinkC: number;
  outdoorC: number;
  /** A resistive heater would run this hour whatever we do: then a draw even in money is a gain in answers. */
  resistiveRuns: boolean;
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

/** What the same kWh of heat would cost without the accelerator, at the price of the same source and hour. */
export function alternativeCost(input: DispatchInput, priceEurPerKwh: number): number {
  if (input.resistiveRuns || input.alternative === 'resistive') return priceEurPerKwh;
  if (input.alternative === 'heatpump') return priceEurPerKwh / copOf(input.sinkC, input.outdoorC);
  return input.alternativeEurPerKwh;
}

/** Gain of one kWh. Exact break-even is 0, which does not pay, unless resistive heat would have burnt that kWh anyway or the kWh is free and its heat wanted. */
export function marginOf(input: DispatchInput, priceEurPerKwh: number, heatUsed: boolean): number {
  const heatEur = heatUsed ? alternativeCost(input, priceEurPerKwh) : 0;
  const rejectEur = heatUsed ? 0 : REJECT_KWH_PER_KWH * Math.max(0, priceEurPerKwh);
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
  const edges = [...new Set([0, cut(input.curtailedW), cut(input.surplusW), cut(input.heatW), maxW])].sort(
    (a, b) => a - b,
  );
  const resistive = input.resistiveRuns || input.alternative === 'resistive';
  const tiers: Tier[] = [];
  for (let i = 1; i < edges.length; i++) {
    const [fromW, toW] = [edges[i - 1]!, edges[i]!];
    const source = toW <= input.curtailedW ? 'curtailed' : toW <= input.surplusW ? 'sun' : 'grid';
    const heatUsed = toW <= input.heatW;
    const priceEurPerKwh = priceOf(input, source);
    const marginEurPerKwh = marginOf(input, priceEurPerKwh, heatUsed);
    tiers.push({
      fromW,
      toW,
      source,
      heatUsed,
      priceEurPerKwh,
      alternativeEurPerKwh: heatUsed ? alternativeCost(input, priceEurPerKwh) : 0,
      marginEurPerKwh,
      pays: marginEurPerKwh > 0 || (marginEurPerKwh === 0 && heatUsed && (resistive || priceEurPerKwh === 0)),
    });
  }
  const firstLoss = tiers.findIndex((t) => !t.pays);
  const watts = firstLoss < 0 ? maxW : tiers[firstLoss]!.fromW;
  return { watts: tiers.length === 0 ? 0 : watts, tiers };
}
