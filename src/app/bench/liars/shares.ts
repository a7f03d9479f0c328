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
 * False alarms at most, from the factors of honest audits, one for each way to lie: the evidence for one of them after n
 * audits has a mean of at most `mean` to the power of n, and the mean of all ways passes 200 with a chance of at most a 200th
 * of the mean of these. An audit is in the class of its largest factor, so one bound of each class serves all ways.
 */
export function alarmBound(factors: readonly (readonly number[])[], audits: number): { alarms: number; mean: number } {
  const largest = factors.map((of) => Math.max(...of));
  const odd = CLASSES.map((end, i) => {
    const from = CLASSES[i - 1] ?? 1;
    const hits = largest.filter((factor) => factor > from && Math.min(50, factor) <= end).length;
    return (end - 1) * upperShare(hits, factors.length, DOUBT / CLASSES.length);
  });
  const means = factors[0]!.map((_, lie) => {
    const calm = factors.reduce((sum, of) => sum + Math.min(1, of[lie]!), 0) / factors.length;
    return calm + odd.reduce((a, b) => a + b, 0);
  });
  const most = means.reduce((sum, mean) => sum + Math.max(1, mean) ** audits, 0) / means.length;
  return { alarms: Math.min(1, most / GUILTY), mean: Math.max(...means) };
}
