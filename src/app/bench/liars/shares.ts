const Z95 = 1.96;

/** Wilson's interval of a share. */
export function interval(hits: number, of: number): [number, number] {
  const share = hits / of;
  const centre = share + Z95 ** 2 / (2 * of);
  const half = Z95 * Math.sqrt((share * (1 - share)) / of + Z95 ** 2 / (4 * of * of));
  return [Math.max(0, (centre - half) / (1 + Z95 ** 2 / of)), (centre + half) / (1 + Z95 ** 2 / of)];
}

/** Chance of at most `most` hits in `of`, each with this chance. */
function atMost(most: number, of: number, chance: number): number {
  let term = (1 - chance) ** of;
  let sum = term;
  for (let k = 1; k <= most; k++) {
    term *= ((of - k + 1) / k) * (chance / (1 - chance));
    sum += term;
  }
  return sum;
}

/** The share that is not exceeded with this confidence (Clopper and Pearson, one side). */
function upperShare(hits: number, of: number, doubt: number): number {
  let [low, high] = [0, 1 - 1e-9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (atMost(hits, of, middle) > doubt) low = middle;
    else high = middle;
  }
  return high;
}

/** Factors above 1, in classes: each counts as its upper end. */
const CLASSES = [3, 10, 50] as const;
const DOUBT = 0.05;
const GUILTY = 200;

/**
 * False alarms at most, from the factors of honest audits: the evidence after n of them has a mean of at most `mean` to the
 * power of n, and passes 200 with a chance of at most a 200th of that (or of 1, where the mean is below).
 */
export function alarmBound(factors: readonly number[], audits: number): { alarms: number; mean: number } {
  const calm = factors.reduce((sum, factor) => sum + Math.min(1, factor), 0) / factors.length;
  const odd = CLASSES.map((end, i) => {
    const from = CLASSES[i - 1] ?? 1;
    const hits = factors.filter((factor) => factor > from && Math.min(50, factor) <= end).length;
    return (end - 1) * upperShare(hits, factors.length, DOUBT / CLASSES.length);
  });
  const mean = calm + odd.reduce((a, b) => a + b, 0);
  return { alarms: Math.min(1, Math.max(1, mean) ** audits / GUILTY), mean };
}
