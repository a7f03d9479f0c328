/** What each origin (a relay, or an address prefix) was given lately; an hour's flood weighs no more than the last seconds. */
export interface Lately {
  add(origin: string, amount: number): void;
  of(origin: string): number;
  /** Of these the one that was given least; of equal ones, and of those that had no more than `little`, the first. */
  least(origins: Iterable<string>, little?: number): string | undefined;
}

const HALF_LIFE_MS = 10_000;
const MOST_ORIGINS = 2000;
/** Then all is written anew: numbers must not grow without end. */
const MOST_SCALE = 2 ** 40;

/** `nowMs`: any clock that does not go back. */
export function createLately(nowMs = () => performance.now()): Lately {
  /** Grown since `epochMs` instead of all others shrunk, so that two compare as they stand. */
  const grown = new Map<string, number>();
  let epochMs = nowMs();
  const scale = () => 2 ** ((nowMs() - epochMs) / HALF_LIFE_MS);
  const beginAnew = (by: number) => {
    for (const [origin, amount] of grown) grown.set(origin, amount / by);
    epochMs = nowMs();
  };
  return {
    add(origin, amount) {
      if (scale() > MOST_SCALE) beginAnew(scale());
      const now = (grown.get(origin) ?? 0) + amount * scale();
      // Whoever was given something last stands last.
      grown.delete(origin);
      grown.set(origin, now);
      if (grown.size > MOST_ORIGINS) grown.delete(grown.keys().next().value!);
    },
    of: (origin) => (grown.get(origin) ?? 0) / scale(),
    least(origins, little = 0) {
      const equal = little * scale();
      let [first, had]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
      for (const origin of origins) {
        const now = Math.max(equal, grown.get(origin) ?? 0);
        if (first === undefined || now < had) [first, had] = [origin, now];
      }
      return first;
    },
  };
}
