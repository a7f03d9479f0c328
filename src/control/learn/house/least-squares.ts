/** Solves the symmetric positive definite a x = b by Cholesky; undefined where a is not. `a` is n x n, row by row. */
export function solve(a: readonly number[], b: readonly number[]): number[] | undefined {
  const n = b.length;
  const l = cholesky(a, n);
  if (!l) return undefined;
  const x = [...b];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) x[i]! -= l[i * n + j]! * x[j]!;
    x[i]! /= l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) x[i]! -= l[j * n + i]! * x[j]!;
    x[i]! /= l[i * n + i]!;
  }
  return x;
}

function cholesky(a: readonly number[], n: number): number[] | undefined {
  const l = new Array<number>(n * n).fill(0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return l;
}

export interface Fitted {
  x: number[];
  /** Sum of squares of the residuals. */
  cost: number;
  /** J'J at the end, n x n: its inverse is how unsure `x` is, where the residuals have a standard deviation of 1. */
  information: number[];
  iterations: number;
}

/** A descent between two of its iterations. Plain JSON, so that it can be spread over time. */
export interface Descent {
  x: readonly number[];
  lambda: number;
  iterations: number;
  done: boolean;
}

/** Residuals of the same length for every x, all finite. */
export type Residuals = (x: readonly number[]) => Float64Array;

const DIFFERENCE = 1e-4;
const MAX_LAMBDA = 1e8;

const within = (bound: number) => (v: number) => Math.min(bound, Math.max(-bound, v));

export const descentFrom = (start: readonly number[], bound: number): Descent => ({
  x: start.map(within(bound)),
  lambda: 1e-2,
  iterations: 0,
  done: false,
});

/**
 * One iteration of Levenberg-Marquardt with differences for derivatives, |x| <= bound (Nocedal and Wright, Numerical
 * Optimization, 10.3): it ends with a better x, or says that there is none.
 */
export function descend(residuals: Residuals, from: Descent, bound: number, maxIterations: number): Descent {
  if (from.done) return from;
  const { x } = from;
  const r = residuals(x);
  const cost = squares(r);
  const normal = normalEquations(residuals, x, r);
  const n = x.length;
  let { lambda, iterations } = from;
  while (iterations < maxIterations && lambda < MAX_LAMBDA) {
    iterations++;
    const damped = normal.jtj.map((v, k) => (k % (n + 1) === 0 ? v * (1 + lambda) + 1e-12 : v));
    const step = solve(damped, normal.jtr);
    const next = step ? x.map((v, i) => within(bound)(v - step[i]!)) : x;
    const nextCost = squares(residuals(next));
    if (!(nextCost < cost)) {
      lambda *= 8;
      continue;
    }
    const done = cost - nextCost < 1e-6 * cost || iterations >= maxIterations;
    return { x: next, lambda: Math.max(1e-7, lambda / 8), iterations, done };
  }
  return { x, lambda, iterations, done: true };
}

/** What a descent has reached. */
export function reached(residuals: Residuals, { x, iterations }: Descent): Fitted {
  const r = residuals(x);
  return { x: [...x], cost: squares(r), information: normalEquations(residuals, x, r).jtj, iterations };
}

/** The whole descent at once. */
export function leastSquares(
  residuals: Residuals,
  start: readonly number[],
  bound: number,
  maxIterations: number,
): Fitted {
  let descent = descentFrom(start, bound);
  while (!descent.done) descent = descend(residuals, descent, bound, maxIterations);
  return reached(residuals, descent);
}

function squares(r: Float64Array): number {
  let sum = 0;
  for (const v of r) sum += v * v;
  return sum;
}

function normalEquations(residuals: Residuals, x: readonly number[], r: Float64Array) {
  const n = x.length;
  const columns = x.map((_, i) => {
    const moved = residuals(x.map((v, j) => (j === i ? v + DIFFERENCE : v)));
    for (let k = 0; k < moved.length; k++) moved[k] = (moved[k]! - r[k]!) / DIFFERENCE;
    return moved;
  });
  const dot = (a: Float64Array, b: Float64Array) => {
    let sum = 0;
    for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!;
    return sum;
  };
  const jtj = new Array<number>(n * n).fill(0);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) jtj[i * n + j] = jtj[j * n + i] = dot(columns[i]!, columns[j]!);
  }
  return { jtj, jtr: columns.map((c) => dot(c, r)) };
}
