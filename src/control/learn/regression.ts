/** Recursive least squares with a Gaussian prior: plain JSON, exact for any order of samples. */
export interface Regression {
  mean: readonly number[];
  /** Covariance of the mean in units of the noise variance, n x n row by row. */
  spread: readonly number[];
}

export const regression = (n: number, spread: number): Regression => ({
  mean: new Array<number>(n).fill(0),
  spread: Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? spread : 0)),
});

export function predicted(r: Regression, x: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += r.mean[i]! * x[i]!;
  return sum;
}

/** `variance`: how uncertain this sample is, in units of an ordinary one. */
export function learnt(r: Regression, x: readonly number[], y: number, variance: number): Regression {
  const n = x.length;
  const px = new Array<number>(n).fill(0);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) px[i]! += r.spread[i * n + j]! * x[j]!;
  let total = variance;
  for (let i = 0; i < n; i++) total += x[i]! * px[i]!;
  const error = y - predicted(r, x);
  return {
    mean: r.mean.map((m, i) => m + (px[i]! * error) / total),
    spread: r.spread.map((s, k) => s - (px[Math.floor(k / n)]! * px[k % n]!) / total),
  };
}

/** Lets old knowledge fade a little; `cap` bounds the spread, so that silence does not blow it up. */
export function faded(r: Regression, share: number, cap: number): Regression {
  const n = r.mean.length;
  const largest = Math.max(...r.mean.map((_, i) => r.spread[i * (n + 1)]!));
  return largest * (1 + share) > cap ? r : { mean: r.mean, spread: r.spread.map((s) => s * (1 + share)) };
}
