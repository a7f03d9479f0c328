import { type FitResult, fitOn, STEP_S, startFitting } from '../learn/house/fit.ts';
import { type HouseModel, type HouseState, houseStep, inputAt, restingState } from '../learn/house/model.ts';
import { observe } from '../learn/house/observer.ts';
import { DAY_LOOKS, EARLY_LOOKS, type Looks, predictionErrors, startsOf } from '../learn/house/predict.ts';
import { priorModel } from '../learn/house/prior.ts';
import { stretchesOf } from '../learn/house/series.ts';
import type { Known } from './known.ts';
import { arrived, LATE_S, type LateFitting } from './late.ts';
import { type Learnt, learntStart } from './learn.ts';

const DAY_S = 86_400;
/** Days of data at which the house model is fitted anew, always from the prior that the owner's facts give. */
const DUE_DAYS = [1.05, 1.5, 2.1, 3, 4, 6, 8, 11, 14, 18];
const THEN_EVERY_DAYS = 5;
const EARLY_DAYS = 2.1;
/** The model is judged this often, by what it would have said of the latest days 6 to 24 h ahead. */
const JUDGED_EVERY_S = 6 * 3600;
const JUDGED_STEPS = 3 * 96;
const JUDGED: Looks = { firstStep: 24, everySteps: 4, horizonsSteps: [24, 48, 72, 96] };
const JUDGED_EARLY: Looks = { firstStep: 24, everySteps: 2, horizonsSteps: [24, 36, 48] };

function dueS(count: number): number {
  const listed = DUE_DAYS[count];
  return DAY_S * (listed ?? DUE_DAYS.at(-1)! + THEN_EVERY_DAYS * (count - DUE_DAYS.length + 1));
}

const priorOf = (known: Known): HouseModel =>
  priorModel({
    floorAreaM2: known.areaM2,
    designLoadW: known.house.designLoadW,
    designOutdoorC: known.house.designOutdoorC,
    emitter: known.emitter,
  });

/** So many samples are gone through once in each line: no line waits for a whole fit, and a fit of a week takes a dozen. */
const SAMPLES_PER_LINE = 800;
/** What an iteration takes besides: the observer's gains, and code that has not run before. */
const SAMPLES_BESIDE = 250;

/** A model that misses by more is tried with heat that comes later, and that is kept if it takes a good part of the error away. */
const POOR_K = 0.4;
const BETTER_SHARE = 0.8;

function begun(learned: Learnt, lateS: number, then: readonly number[], trial: boolean): LateFitting {
  const looks = learned.fit.aliveS < EARLY_DAYS * DAY_S ? EARLY_LOOKS : DAY_LOOKS;
  return { ...startFitting(arrived(learned.samples, lateS), looks), lateS, then, trial };
}

/** Begins the next fit when one is due, and goes on with it line by line. A fit that fails leaves the model as it is. */
export function refitted(learned: Learnt, known: Known): Learnt {
  const { fitting } = learned;
  const { count, aliveS } = learned.fit;
  if (!fitting) {
    if (aliveS < dueS(count)) return learned;
    const then = LATE_S.filter((s) => s !== learned.lateS);
    return { ...learned, fitting: begun(learned, learned.lateS, then, false) };
  }
  const iterations = Math.max(1, Math.floor(SAMPLES_PER_LINE / (SAMPLES_BESIDE + fitting.samples.length)));
  const fit = fitting.trial ? learned.fit : { ...learned.fit, count: count + 1 };
  try {
    const gone = fitOn(fitting, priorOf(known), iterations);
    if ('fitting' in gone) return { ...learned, fitting: { ...fitting, ...gone.fitting } };
    const rmseK = gone.result?.rmseK || learned.fit.rmseK;
    const taken = !fitting.trial || rmseK < BETTER_SHARE * learned.fit.rmseK;
    const now: Learnt = taken
      ? { ...learned, ...adopted(learned, gone.result, fitting.lateS), fit: { ...fit, rmseK } }
      : learned;
    const [next, ...then] = fitting.then;
    const tries = next !== undefined && now.fit.rmseK > POOR_K;
    return { ...now, fitting: tries ? begun(now, next, then, true) : null };
  } catch {
    return { ...learned, fitting: null, fit };
  }
}

/** What was learnt of a pump of another rating, and of a house guessed by it, begins anew; what was measured stays. */
export function rebased(learned: Learnt, was: Known, known: Known): Learnt {
  const { map, supply, model, spread, fit, judged } = learntStart(known);
  // Heat that nobody measured was guessed by the rating.
  const times = learned.heatSeen ? 1 : known.pumpHeatW / was.pumpHeatW;
  const samples = learned.samples.map((sample) => ({ ...sample, heatW: times * sample.heatW }));
  const growing = { ...learned.growing, heatJ: times * learned.growing.heatJ };
  const house = learned.house && restingState(model, learned.house.airC, samples.at(-1)?.outdoorC ?? 0);
  const begun = { map, supply, model, house, spread, judged: { ...judged, atS: learned.judged.atS } };
  return { ...learned, ...begun, samples, growing, fitting: null, fit: { ...fit, aliveS: learned.fit.aliveS } };
}

/** The new model with its house, where the fit found one. */
function adopted(learned: Learnt, result: FitResult | undefined, lateS: number): Partial<Learnt> {
  if (!result || !Number.isFinite(result.rmseK)) return {};
  const { model } = result;
  const house = learned.house && restingState(model, learned.house.airC, learned.samples.at(-1)!.outdoorC);
  return { model, lateS, house: house && settled(model, house, arrived(learned.samples.slice(-4 * 96), lateS)) };
}

/** Errors of the model and of "it stays as it is" over the latest days; what cannot be judged yet counts as equal. */
export function judged(learned: Learnt): Learnt {
  if (learned.fit.count === 0 || learned.fit.aliveS < learned.judged.atS + JUDGED_EVERY_S) return learned;
  const atS = learned.fit.aliveS;
  const stretch = stretchesOf(arrived(learned.samples.slice(-JUDGED_STEPS), learned.lateS), STEP_S).at(-1);
  const looks = (stretch?.roomC.length ?? 0) > 2 * 96 ? JUDGED : JUDGED_EARLY;
  const starts = stretch ? startsOf(stretch, looks) : [];
  if (!stretch || starts.length < 4) return { ...learned, judged: { ...learned.judged, atS } };
  const stays = starts.flatMap((k) => looks.horizonsSteps.map((h) => stretch.roomC[k]! - stretch.roomC[k + h]!));
  const modelK = rms([...predictionErrors(learned.model, stretch, looks)]);
  return { ...learned, judged: { atS, modelK, persistenceK: rms(stays) } };
}

function rms(errors: readonly number[]): number {
  const sound = errors.filter(Number.isFinite);
  return sound.length === 0 ? 0 : Math.sqrt(sound.reduce((sum, v) => sum + v * v, 0) / sound.length);
}

/** The state of the new model, found by running it through the last days. */
function settled(model: HouseModel, start: HouseState, last: Learnt['samples']): HouseState {
  let state = start;
  for (let i = 1; i < last.length; i++) {
    const [before, now] = [last[i - 1]!, last[i]!];
    const dtS = now.atS - before.atS;
    if (dtS <= 0 || dtS > 6 * 3600) continue;
    const input = inputAt(model, now.atS - dtS / 2, now);
    state = observe(model, houseStep(model, state, input, dtS), { roomC: now.roomC ?? undefined }, dtS);
  }
  return state;
}
