import { type Daily, mostFrom } from '../learn/daily.ts';

/**
 * Bands that rise when nobody has said so and no other day did: after one such rise the next is expected at any time, for
 * days. Holding the edge costs little; a cold morning is what the owner remembers.
 */

const RISE_K = 0.5;
const FADES_S = 5 * 86_400;
/** One surprise counts for 3 days, two for 6. */
const WARY_ABOVE = 0.5;

/** @param lowC the lower edge that holds now; @param wasC before this line; @param told whether this plant tells steps to come */
export function surpriseAfter(
  surprise: number,
  low: Daily,
  line: { t: number; dtS: number; wasC: number; lowC: number; told: boolean },
): number {
  const faded = surprise * Math.exp(-line.dtS / FADES_S);
  if (line.told || line.lowC < line.wasC + RISE_K) return faded;
  const expectedC = mostFrom(low, line.t - line.dtS, line.wasC, line.t);
  return expectedC !== null && expectedC < line.lowC - RISE_K ? faded + 1 : faded;
}

/** The edge to expect where surprises are likely: the highest ever seen; null: no reason to. */
export function waryEdgeC(surprise: number, low: Daily): number | null {
  if (surprise < WARY_ABOVE) return null;
  const seen = low.hours.filter((c) => c !== null);
  return seen.length > 0 ? Math.max(...seen) : null;
}
