import { type HouseModel, UNKNOWN_FADES_S } from './model.ts';

/** Numbers in the vector of a state: air, emitter, mass, unknown heat. */
export const STATES = 4;

/** x(t + dt) = phi x + gamma f, with f the constant forcing, K/s; 4 x 4, row by row. */
export interface LinearStep {
  phi: readonly number[];
  gamma: readonly number[];
}

/** a b, row by row. */
export function product(a: readonly number[], b: readonly number[]): number[] {
  const n = STATES;
  const out = new Array<number>(n * n).fill(0);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = a[i * n + k]!;
      for (let j = 0; j < n; j++) out[i * n + j]! += factor * b[k * n + j]!;
    }
  }
  return out;
}

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
const plus = (a: readonly number[], b: readonly number[], scale: number) => a.map((x, i) => x + scale * b[i]!);

function rates(m: HouseModel): number[] {
  const air = m.emitterWPerK + m.massWPerK + m.airLossWPerK;
  // biome-ignore format: a matrix
  return [
    -air / m.airJPerK, m.emitterWPerK / m.airJPerK, m.massWPerK / m.airJPerK, 1 / m.airJPerK,
    m.emitterWPerK / m.emitterJPerK, -m.emitterWPerK / m.emitterJPerK, 0, 0,
    m.massWPerK / m.massJPerK, 0, -(m.massWPerK + m.massLossWPerK) / m.massJPerK, 0,
    0, 0, 0, -1 / UNKNOWN_FADES_S,
  ];
}

/** Matrix exponential and its integral by a Taylor series over a short step that is then doubled (Van Loan 1978). */
export function discretise(model: HouseModel, dtS: number): LinearStep {
  const a = rates(model);
  // The unknown's column is K/s for each watt: not a rate.
  const fastest = Math.max(...a.filter((_, k) => k % STATES !== 3 || k === 15).map(Math.abs));
  const doublings = Math.max(0, Math.ceil(Math.log2(Math.max(1e-12, fastest * dtS) / 0.1)));
  const h = dtS / 2 ** doublings;
  let term: readonly number[] = IDENTITY.map((x) => x * h);
  let gamma: readonly number[] = term;
  for (let k = 2; k <= 8; k++) {
    term = product(a, term).map((x) => (x * h) / k);
    gamma = plus(gamma, term, 1);
  }
  let phi: readonly number[] = plus(IDENTITY, product(a, gamma), 1);
  for (let i = 0; i < doublings; i++) {
    gamma = plus(gamma, product(phi, gamma), 1);
    phi = product(phi, phi);
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
