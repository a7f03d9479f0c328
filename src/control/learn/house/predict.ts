import { linearStep, STATES } from './linear.ts';
import { forcingOf, type HouseInput, type HouseModel, inputAt, restingState } from './model.ts';
import { gainsOf } from './observer.ts';
import type { Stretch } from './series.ts';

/** Which predictions are looked at, all in steps of the stretch. */
export interface Looks {
  /** The first start, so that the observer has settled; then every how many. */
  firstStep: number;
  everySteps: number;
  horizonsSteps: readonly number[];
}

/** From every full hour, each of the next 24 hours, on a grid of quarter hours; the observer settles for a day first. */
export const DAY_LOOKS: Looks = {
  firstStep: 96,
  everySteps: 4,
  horizonsSteps: Array.from({ length: 24 }, (_, i) => 4 * (i + 1)),
};

/** For the first days: half a day ahead, and the observer settles for six hours. */
export const EARLY_LOOKS: Looks = {
  firstStep: 24,
  everySteps: 2,
  horizonsSteps: Array.from({ length: 12 }, (_, i) => 4 * (i + 1)),
};

/**
 * Errors of the predicted room, K, start by start and horizon by horizon: the observer runs up to the start and sees no
 * room temperature behind it; heat, weather and sun are taken as they came. NaN where the room was not measured.
 *
 * The house is linear: a prediction is the free run from zero plus what the state at the start still adds to it, so that all
 * starts together cost one run.
 */
export function predictionErrors(model: HouseModel, stretch: Stretch, looks: Looks): Float64Array {
  const { roomC } = stretch;
  const { free, excess } = runs(model, stretch);
  const rows = decayRows(model, stretch.stepS, looks.horizonsSteps);
  const starts = startsOf(stretch, looks);
  const errors = new Float64Array(starts.length * rows.length);
  let at = 0;
  for (const k of starts) {
    for (const [h, row] of rows) {
      let predicted = free[k + h]!;
      for (let i = 0; i < STATES; i++) predicted += row[i]! * excess[STATES * k + i]!;
      errors[at++] = predicted - roomC[k + h]!;
    }
  }
  return errors;
}

/** The steps from which `looks` predicts. */
export function startsOf({ roomC }: Stretch, { firstStep, everySteps, horizonsSteps }: Looks): number[] {
  const last = roomC.length - 1 - Math.max(...horizonsSteps);
  const starts: number[] = [];
  for (let k = firstStep; k <= last; k += everySteps) starts.push(k);
  return starts;
}

/** First row of the transition over each horizon: what a state now is worth in room temperature then. */
function decayRows(model: HouseModel, stepS: number, horizons: readonly number[]): [number, readonly number[]][] {
  const { phi } = linearStep(model, stepS);
  const after: (readonly number[])[] = [[1, 0, 0, 0]];
  for (let h = 1; h <= Math.max(...horizons); h++) {
    const row = after[h - 1]!;
    after.push(row.map((_, j) => row.reduce((sum, x, i) => sum + x * phi[STATES * i + j]!, 0)));
  }
  return horizons.map((h) => [h, after[h]!]);
}

/** The air of the run from zero, and by how much the observed state exceeds that run's, four numbers a step. */
function runs(model: HouseModel, stretch: Stretch): { free: Float64Array; excess: Float64Array } {
  const { roomC, stepS } = stretch;
  const n = roomC.length;
  const { phi, gamma } = linearStep(model, stepS);
  const gains = gainsOf(model, stepS);
  const free = new Float64Array(n);
  const excess = new Float64Array(STATES * n);
  const start = restingState(model, Number.isFinite(roomC[0]!) ? roomC[0]! : 20, stretch.outdoorC[1]!);
  excess.set([start.airC, start.emitterC, start.massC, 0]);
  let [air, emitter, mass] = [0, 0, 0];
  for (let k = 1; k < n; k++) {
    const u = forcingOf(model, inputOf(model, stretch, k));
    const at = (i: number) =>
      phi[i]! * air +
      phi[i + 1]! * emitter +
      phi[i + 2]! * mass +
      gamma[i]! * u.air +
      gamma[i + 1]! * u.emitter +
      gamma[i + 2]! * u.mass;
    [air, emitter, mass] = [at(0), at(4), at(8)];
    free[k] = air;
    carry(phi, excess, k);
    const error = roomC[k]! - air - excess[STATES * k]!;
    if (!Number.isFinite(error)) continue;
    const gain = gains[Math.min(k, gains.length) - 1]!;
    for (let i = 0; i < STATES; i++) excess[STATES * k + i]! += gain[i]! * error;
  }
  return { free, excess };
}

/** The vector of step k from that of the step before. */
function carry(phi: readonly number[], vectors: Float64Array, k: number): void {
  for (let i = 0; i < STATES; i++) {
    let sum = 0;
    for (let j = 0; j < STATES; j++) sum += phi[STATES * i + j]! * vectors[STATES * (k - 1) + j]!;
    vectors[STATES * k + i] = sum;
  }
}

function inputOf(model: HouseModel, stretch: Stretch, k: number): HouseInput {
  const measured = { heatW: stretch.heatW[k]!, outdoorC: stretch.outdoorC[k]!, solarWm2: stretch.solarWm2[k]! };
  return inputAt(model, stretch.firstS + (k - 0.5) * stretch.stepS, measured);
}
