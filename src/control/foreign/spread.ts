import { heatAt, type PumpMap, priorMap } from '../learn/pump-map.ts';
import { clamp, lagShare } from '../physics.ts';
import type { Known } from './known.ts';
import { FULL_LEVEL, SETTLED_S } from './rating.ts';

/**
 * Where nobody measures heat, supply and return tell how it changes with speed and weather: a circulation pump of one
 * speed carries so many watts for each kelvin between them. What a kelvin is worth is set at full speed by the rating.
 */
export interface Spread {
  wPerK: number;
  /** Seconds at full speed that it rests upon. */
  s: number;
}

export const SPREAD_START: Spread = { wPerK: 0, s: 0 };

const LEAST_K = 1;
const TAU_S = 6 * 3600;
const ENOUGH_S = 3600;
/** A circulation pump that slows down with the compressor keeps its spread: it may not claim more than this of the rating. */
const WITHIN = [0.75, 1.3] as const;

export interface SpreadNow {
  level: number;
  runS: number;
  dtS: number;
  outdoorC: number;
  supplyC: number | null;
  returnC: number | null;
}

const ratings = new WeakMap<Known, PumpMap>();

/** Heat by the rating alone, W. */
function ratedW(known: Known, { level, outdoorC, supplyC }: SpreadNow): number {
  // Without the caution that a planner needs in air colder than seen.
  const map = ratings.get(known) ?? { ...priorMap(known.pumpHeatW, known.fanW), coldestC: -60 };
  ratings.set(known, map);
  return heatAt(map, { level, outdoorC, supplyC: supplyC ?? 35 });
}

const spreadK = ({ supplyC, returnC, runS, level }: SpreadNow): number | null =>
  level > 0 && runS > SETTLED_S && supplyC !== null && returnC !== null ? supplyC - returnC : null;

export function spreadAfter(spread: Spread, known: Known, now: SpreadNow): Spread {
  const k = spreadK(now);
  if (k === null || k < LEAST_K || now.level < FULL_LEVEL) return spread;
  const seenWPerK = ratedW(known, now) / k;
  const share = Math.max(lagShare(now.dtS, TAU_S), now.dtS / (spread.s + now.dtS));
  return { wPerK: spread.wPerK + share * (seenWPerK - spread.wPerK), s: Math.min(1e6, spread.s + now.dtS) };
}

/** Heat by the waters, W; null: they do not tell. */
export function spreadHeatW(spread: Spread, known: Known, now: SpreadNow): number | null {
  const k = spreadK(now);
  if (k === null || spread.s < ENOUGH_S) return null;
  const rated = ratedW(known, now);
  return clamp(spread.wPerK * k, WITHIN[0] * rated, WITHIN[1] * rated);
}
