import type { Random } from '../../../core/random.ts';
import {
  type Descent,
  descend,
  descentFrom,
  type Fitted,
  leastSquares,
  type Residuals,
  reached,
  solve,
} from './least-squares.ts';
import { type HouseModel, lossWPerK } from './model.ts';
import { modelAt, PARAMETERS } from './parameters.ts';
import { DAY_LOOKS, type Looks, predictionErrors } from './predict.ts';
import type { HouseSample, Stretch } from './series.ts';
import { stretchesOf } from './series.ts';

export interface FitOptions {
  /** Starts besides the prior, at random within it: against a fit that stops in a side valley. One is enough every day. */
  random?: { next: Random; starts: number };
  /** Which predictions count; a day ahead where not said. */
  looks?: Looks;
  /** Called after each start that was followed to its end. */
  onStart?: (done: number, of: number) => void;
}

export interface FitResult {
  model: HouseModel;
  /** Of all predictions 1 to 24 h ahead within the samples: what the fit has seen, so too good for a promise. */
  rmseK: number;
  /** Days that the fit could use. */
  days: number;
  /** Standard deviation of `lossWPerK(model)`, as a share of it. */
  lossSdShare: number;
  iterations: number;
}

/** Steps of the grid: heat and weather are smooth enough over a quarter of an hour. */
export const STEP_S = 900;
/** A three-store house is wrong by about this much within a day, and a day tells this many things apart. */
const MODEL_ERROR_K = 0.15;
const LOOKS_PER_DAY = 8;
const BOUND_SD = 4;
const MAX_ITERATIONS = 40;

/**
 * Fits the house to what was measured: the model whose predictions, from every full hour for each of the next 24 hours, have
 * the least squared error, held towards the prior as far as the data are silent. A prediction starts from what the
 * observer knew and is given heat, weather and sun as they came, so that closed-loop data do not mislead it more than they must.
 * Pure; 28 days take a fraction of a second, so a unit refits the latest weeks once a day from the prior.
 * @param samples oldest first; holes are stepped over
 * @returns undefined where there are less than two days without a hole, or less than `looks` need
 */
export function fitHouse(
  samples: readonly HouseSample[],
  prior: HouseModel,
  options: FitOptions = {},
): FitResult | undefined {
  const task = taskOf(samples, prior, options.looks ?? DAY_LOOKS);
  if (!task) return undefined;
  const starts = startsOf(options);
  const best = starts.reduce<Fitted | undefined>((sofar, start, i) => {
    const fitted = leastSquares(task.residuals, start, BOUND_SD, MAX_ITERATIONS);
    options.onStart?.(i + 1, starts.length);
    return sofar && sofar.cost <= fitted.cost ? sofar : fitted;
  }, undefined)!;
  return resultOf(task, best);
}

/** A fit underway, from the prior: plain JSON. */
export interface Fitting {
  samples: readonly HouseSample[];
  looks: Looks;
  descent: Descent;
}

export const startFitting = (samples: readonly HouseSample[], looks: Looks = DAY_LOOKS): Fitting => ({
  samples,
  looks,
  descent: descentFrom(startsOf({})[0]!, BOUND_SD),
});

/** `fitHouse` a few iterations at a time, for units that must answer meanwhile: goes on while not done, and so the result. */
export function fitOn(
  fitting: Fitting,
  prior: HouseModel,
  iterations: number,
): { fitting: Fitting } | { result: FitResult | undefined } {
  const task = taskOf(fitting.samples, prior, fitting.looks);
  if (!task) return { result: undefined };
  let { descent } = fitting;
  // What was found is worth another iteration to be judged: by itself.
  if (descent.done) return { result: resultOf(task, reached(task.residuals, descent)) };
  for (let i = 0; i < iterations && !descent.done; i++)
    descent = descend(task.residuals, descent, BOUND_SD, MAX_ITERATIONS);
  return { fitting: { ...fitting, descent } };
}

interface Task {
  prior: HouseModel;
  stretches: Stretch[];
  errorsAt: (model: HouseModel) => Float64Array[];
  residuals: Residuals;
}

function taskOf(samples: readonly HouseSample[], prior: HouseModel, looks: Looks): Task | undefined {
  const leastSteps = looks.firstStep + Math.max(...looks.horizonsSteps);
  const stretches = stretchesOf(samples, STEP_S).filter((s) => s.roomC.length > leastSteps);
  if (stretches.length === 0) return undefined;
  const errorsAt = (model: HouseModel) => stretches.map((s) => predictionErrors(model, s, looks));
  const perError = Math.sqrt(LOOKS_PER_DAY / ((96 / looks.everySteps) * looks.horizonsSteps.length)) / MODEL_ERROR_K;
  const residuals = (x: readonly number[]): Float64Array => {
    const each = errorsAt(modelAt(prior, x));
    const out = new Float64Array(each.reduce((sum, e) => sum + e.length, x.length));
    let at = 0;
    for (const errors of each) for (const v of errors) out[at++] = Number.isFinite(v) ? perError * v : 0;
    out.set(x, at);
    return out;
  };
  return { prior, stretches, errorsAt, residuals };
}

function resultOf({ prior, stretches, errorsAt }: Task, best: Fitted): FitResult {
  const model = modelAt(prior, best.x);
  const errors = errorsAt(model).flatMap((e) => [...e].filter(Number.isFinite));
  const rmseK = rms(errors);
  const days = (stretches.reduce((sum, s) => sum + s.roomC.length, 0) * STEP_S) / 86_400;
  const lossSdShare = sdOfLoss(prior, best) * Math.max(1, rmseK / MODEL_ERROR_K);
  return { model, rmseK, days, lossSdShare, iterations: best.iterations };
}

const rms = (errors: readonly number[]) => Math.sqrt(errors.reduce((sum, v) => sum + v * v, 0) / errors.length);

function startsOf({ random }: FitOptions): number[][] {
  const prior = PARAMETERS.map(() => 0);
  if (!random) return [prior];
  const scattered = Array.from({ length: random.starts }, () => PARAMETERS.map(() => 3 * (random.next() - 0.5)));
  return [prior, ...scattered];
}

/** How unsure the heat loss is, as a share: the inverse of the information, seen along the gradient of its logarithm. */
function sdOfLoss(prior: HouseModel, { x, information }: Fitted): number {
  const step = 1e-4;
  const at = (v: readonly number[]) => Math.log(lossWPerK(modelAt(prior, v)));
  const gradient = x.map((_, i) => (at(x.map((v, j) => (i === j ? v + step : v))) - at(x)) / step);
  const along = solve(information, gradient);
  return along ? Math.sqrt(along.reduce((sum, v, i) => sum + v * gradient[i]!, 0)) : Number.POSITIVE_INFINITY;
}
