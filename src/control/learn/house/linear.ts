import type { HouseModel } from './model.ts';

/** x(t + dt) = phi x + gamma f, with f the constant forcing in K/s; 3 x 3, row by row; stores: air, emitter, mass. */
export interface LinearStep {
  phi: readonly number[];
  gamma: readonly number[];
}

/** a b for n x n matrices, row by row. */
export function product(a: readonly number[], b: readonly number[], n: number): number[] {
  const out = new Array<number>(n * n).fill(0);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      for (let j = 0; j < n; j++) out[i * n + j]! += factor * b[k * n + j]!;
    }
  }
  return out;
}

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const plus = (a: readonly number[], b: readonly number[], scale: number) => a.map((x, i) => x + scale * b[i]!);

function rates(m: HouseModel): number[] {
  const air = m.emitterWPerK + m.massWPerK + m.airLossWPerK;
  return [
    -air / m.airJPerK,
    m.emitterWPerK / m.airJPerK,
    m.massWPerK / m.airJPerK,
    m.emitterWPerK / m.emitterJPerK,
    -m.emitterWPerK / m.emitterJPerK,
    0,
    m.massWPerK / m.massJPerK,
    0,
    -(m.massWPerK + m.massLossWPerK) / m.massJPerK,
  ];
}

/** Matrix exponential and its integral by a Taylor series over a short step that is then doubled (Van Loan 1978). */
export function discretise(model: HouseModel, dtS: number): LinearStep {
  const a = rates(model);
  const fastest = Math.max(...a.map(Math.abs));
  const doublings = Math.max(0, Math.ceil(Math.log2(Math.max(1e-12, fastest * dtS) / 0.1)));
  const h = dtS / 2 ** doublings;
  let term: readonly number[] = IDENTITY.map((x) => x * h);
  let gamma: readonly number[] = term;
  for (let k = 2; k <= 8; k++) {
    term = product(a, term, 3).map((x) => (x * h) / k);
    gamma = plus(gamma, term, 1);
  }
  let phi: readonly number[] = plus(IDENTITY, product(a, gamma, 3), 1);
  for (let i = 0; i < doublings; i++) {
    gamma = plus(gamma, product(phi, gamma, 3), 1);
    phi = product(phi, phi, 3);
  }
  return { phi, gamma };
}

const kept = new WeakMap<HouseModel, Map<number, LinearStep>>();
const MAX_KEPT = 64;

/** As `discretise`, remembered for each model object: a planner steps the same model thousands of times. */
export function linearStep(model: HouseModel, dtS: number): LinearStep {
  const steps = kept.get(model) ?? new Map<number, LinearStep>();
  kept.set(model, steps);
  let step = steps.get(dtS);
  if (!step) {
    if (steps.size >= MAX_KEPT) steps.clear();
    step = discretise(model, dtS);
    steps.set(dtS, step);
  }
  return step;
}
