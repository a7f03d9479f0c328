/** Chance as an argument: a number in [0, 1). */
export type Random = () => number;

/** The same values in an order drawn anew. */
export const shuffled = <T>(all: readonly T[], random: Random): T[] =>
  all
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

/** mulberry32 (T. Ettinger, public domain): 32 bits of state, enough for simulation; never for keys. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
