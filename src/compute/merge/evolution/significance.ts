/** Chance, over the whole life of a unit, that evolution keeps a child that is no better. */
const ALPHA = 0.05;
/** Of the rounding in sums that are equal. */
const SLACK = 1e-12;

/**
 * Chance of a sum at least as great if each difference could as well have had the other sign: Fisher's randomisation test
 * of pairs, one-sided and exact (with one size of differences it is the sign test). Made for few sizes: with k of n
 * each it takes n to the power of k steps. Pure.
 */
export function chanceOf(differences: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const d of differences) if (d !== 0) counts.set(Math.abs(d), (counts.get(Math.abs(d)) ?? 0) + 1);
  const seen = differences.reduce((sum, d) => sum + d, 0);
  return atLeast(seen - SLACK, [...counts]);
}

function atLeast(least: number, [first, ...others]: readonly (readonly [size: number, count: number])[]): number {
  if (!first) return least <= 0 ? 1 : 0;
  const [size, count] = first;
  let chance = 0;
  // Of so many coins, how likely it is that none falls up; then one more each time.
  let likely = 0.5 ** count;
  for (let up = 0; up <= count; up++) {
    chance += likely * atLeast(least - size * (2 * up - count), others);
    likely *= (count - up) / (up + 1);
  }
  return chance;
}

/**
 * What the n-th look at the gate lines (from 1) may spend: the same lines judge one child after the other, and all spendings
 * make no more than ALPHA.
 */
export const allowed = (look: number): number => ALPHA / (look * (look + 1));
