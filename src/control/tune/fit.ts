import { type ProcessModel, respond } from './model.ts';
import { simplexMinimum } from './search.ts';

/** What was recorded: the output held from each sample to the next, as a change from rest, and the measurement. */
export interface Recording {
  dtS: number;
  outputs: readonly number[];
  measured: readonly number[];
}

export interface Fit {
  model: ProcessModel;
  /** Measurement at rest, as fitted. */
  restC: number;
  /** Standard deviation of what the model leaves unexplained, in units of the measurement. */
  residual: number;
  /** Bayesian information criterion: lower is better; a lag more must earn its place. */
  criterion: number;
}

/** Gain and rest that fit best once the shape is given: linear least squares. */
function linearFit(shape: Float64Array, measured: readonly number[]) {
  const n = measured.length;
  let [sx, sy, sxx, sxy, syy] = [0, 0, 0, 0, 0];
  for (let k = 0; k < n; k++) {
    const x = shape[k]!;
    const y = measured[k]!;
    sx += x;
    sy += y;
    sxx += x * x;
    sxy += x * y;
    syy += y * y;
  }
  const spread = sxx - (sx * sx) / n;
  const gain = spread > 1e-12 ? (sxy - (sx * sy) / n) / spread : 0;
  const rest = (sy - gain * sx) / n;
  const squares = Math.max(0, syy - (sy * sy) / n - gain * (sxy - (sx * sy) / n));
  return { gain, rest, squares };
}

/** Lags of a candidate from what is searched: the sum of all times, the share of it that is dead time, the share of later lags. */
type Shape = (x: readonly number[]) => { lagsS: number[]; delayS: number };

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** First lag and equal further ones; `count` further lags share what `x[2]` leaves them. */
const shapeWith =
  (count: number): Shape =>
  (x) => {
    const totalS = Math.exp(x[0]!);
    const delayS = totalS * sigmoid(x[1]!);
    const lagS = totalS - delayS;
    if (count === 0) return { lagsS: [lagS], delayS };
    // Between none and as long as the first: a further lag is never the longest.
    const each = (lagS * sigmoid(x[2]!)) / (1 + count);
    return { lagsS: [lagS - count * each, ...Array.from({ length: count }, () => each)], delayS };
  };

const CANDIDATES: readonly Shape[] = [shapeWith(0), shapeWith(1), shapeWith(2)];

function fitShape(shape: Shape, extra: number, recording: Recording, totalS: number): Fit {
  const { dtS, outputs, measured } = recording;
  const n = measured.length;
  const fitOf = (x: readonly number[]) => {
    const { lagsS, delayS } = shape(x);
    return { lagsS, delayS, ...linearFit(respond(lagsS, delayS, outputs, dtS), measured) };
  };
  const cost = (x: readonly number[]) => Math.log(fitOf(x).squares / n + 1e-12);
  const tail = Array.from({ length: extra }, () => 0);
  const starts: number[][] = [];
  for (const scale of [0.5, 1, 2, 4]) {
    for (const delay of [-3, -1.5, 0, 1.2]) starts.push([Math.log(totalS * scale), delay, ...tail]);
  }
  const ranked = starts.map((x) => ({ x, value: cost(x) })).toSorted((a, b) => a.value - b.value);
  const widths = [0.4, 0.5, ...tail.map(() => 0.8)];
  const found = ranked
    .slice(0, 2)
    .map(({ x }) => simplexMinimum(cost, x, widths, 150 + 60 * extra, 1e-4))
    .toSorted((a, b) => a.value - b.value)[0]!;
  const { lagsS, delayS, gain, rest, squares } = fitOf(found.x);
  const parameters = 4 + extra;
  return {
    model: { gain, lagsS, delayS },
    restC: rest,
    residual: Math.sqrt(squares / Math.max(1, n - parameters)),
    criterion: n * found.value + parameters * Math.log(n),
  };
}

/** How many shapes of process are tried. */
export const FIT_STAGES = CANDIDATES.length;

/** The better of `best` and one more shape: a controller has a tenth of a second for each call, so each takes one of them. */
export function fitStage(recording: Recording, periodS: number, stage: number, best: Fit | null): Fit {
  const next = fitShape(CANDIDATES[stage]!, Math.min(stage, 1), recording, periodS / 2);
  return best === null || next.criterion < best.criterion ? next : best;
}

/**
 * Least squares of the whole response (output error, so that sensor noise does not bend it): one lag, two lags or three,
 * each with dead time, whichever explains the recording best for its number of parameters.
 * @param periodS one swing of the relay: the scale at which times are looked for.
 */
export function fitModel(recording: Recording, periodS: number): Fit {
  let best = fitStage(recording, periodS, 0, null);
  for (let stage = 1; stage < FIT_STAGES; stage++) best = fitStage(recording, periodS, stage, best);
  return best;
}
