import { capacityAt } from '../learn/pump-map.ts';
import { copOf } from '../physics.ts';
import { type Known, knownOf } from './known.ts';

/**
 * A pump whose rating nobody told: what it gives at full speed counts, or what it draws, by the usual COP. A guess by the
 * usual house is off by up to ten times, and all else is sized by it.
 */
export interface Rating {
  /** At A2/W35, W. */
  heatW: number;
  /** Seconds at full speed that it rests upon. */
  s: number;
}

export const RATING_START: Rating = { heatW: 0, s: 0 };

/** A start or a change of speed and its waters, which come late, are over. */
export const SETTLED_S = 900;
export const FULL_LEVEL = 0.95;
const ENOUGH_S = 1800;
const USUAL_SUPPLY_C = 35;

export interface FullRun {
  level: number;
  runS: number;
  dtS: number;
  outdoorC: number;
  supplyC: number | null;
  heatW: number | null;
  powerW: number | null;
}

export function ratingAfter(rating: Rating, { told }: Known, now: FullRun): Rating {
  const { heatW, powerW, outdoorC, supplyC } = now;
  if (told.pump?.heatW || rating.s >= ENOUGH_S || now.level < FULL_LEVEL || now.runS < SETTLED_S) return rating;
  const givenW = heatW ?? (powerW === null ? null : powerW * copOf(supplyC ?? USUAL_SUPPLY_C, outdoorC));
  if (givenW === null || givenW <= 0) return rating;
  const s = rating.s + now.dtS;
  return { heatW: rating.heatW + (now.dtS / s) * (givenW / capacityAt(outdoorC) - rating.heatW), s };
}

const lately = new WeakMap<Known, { heatW: number; known: Known }>();

/** All that is known, with the rating that the pump has shown. */
export function asRated(known: Known, rating: Rating): Known {
  if (rating.s < ENOUGH_S) return known;
  const kept = lately.get(known);
  if (kept?.heatW === rating.heatW) return kept.known;
  const rated = knownOf({ ...known.told, pump: { ...known.told.pump, heatW: Math.round(rating.heatW) } });
  lately.set(known, { heatW: rating.heatW, known: rated });
  return rated;
}
