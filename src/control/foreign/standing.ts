import { type HouseModel, type HouseState, houseStep, inputAt } from '../learn/house/model.ts';
import { GAP_S } from './clock.ts';
import type { Elapsed, Learnt } from './learn.ts';
import type { Line } from './line.ts';

/**
 * A room sensor that has stopped: its reading stands while heat and weather move the house. What the house does since is
 * reckoned beside it, without the reading; where the two part, the reading counts as not sent until it moves. Plain JSON.
 */
export interface Standing {
  /** The reading that stands, and since how long; null: none was ever sent. */
  roomC: number | null;
  s: number;
  /** The house from its state when the reading last moved. */
  free: HouseState | null;
  stuck: boolean;
  /** Smallest move ever seen, K: the sensor may round to it; null: none was. */
  stepK: number | null;
  /** Times that a reading came back close to where it had stood: the model was wrong, not the sensor. */
  mistakes: number;
}

export const STANDING_START: Standing = {
  roomC: null,
  s: 0,
  free: null,
  stuck: false,
  stepK: null,
  mistakes: 0,
};

/** A last digit of a tenth may flicker. */
const MOVED_K = 0.11;
/** A sensor that rounds, or that tells only changes, may be off by a step and a part of it. */
const STEPS = 1.5;
const LEAST_STEP_K = 0.5;
const COARSEST_K = 1;
/** How far a house may be from its model, K: as fitted, by its errors a day ahead; before that, by what the owner has told. */
const LEAST_ERROR_K = 0.7;
const TIMES_RMSE = 2.5;
const UNFITTED_K = 3;
const FITTED_S = 3600;
const UNFITTED_S = 3 * 3600;
const K_PER_MISTAKE = 1;
const MOST_MISTAKES = 4;

export const hasMoved = (fromC: number | null, roomC: number): boolean =>
  fromC === null || Math.abs(roomC - fromC) > MOVED_K;

const offK = (stepK: number | null) => Math.max(LEAST_STEP_K, STEPS * (stepK ?? 0));

export const isFitted = ({ fit }: Learnt): boolean => fit.count > 0 && fit.rmseK > 0;

/** Do reading and house part further than rounding and the model's errors explain? */
function parts(learned: Learnt, outdoorKnown: boolean): boolean {
  const { standing, fit, judged } = learned;
  const { roomC, free, s, stepK, mistakes } = standing;
  const fitted = isFitted(learned);
  if (roomC === null || free === null || s < (fitted ? FITTED_S : UNFITTED_S) || !(fitted || outdoorKnown))
    return false;
  const errorK = fitted ? Math.max(LEAST_ERROR_K, TIMES_RMSE * Math.max(fit.rmseK, judged.modelK)) : UNFITTED_K;
  const mostK = offK(stepK) + errorK + K_PER_MISTAKE * mistakes;
  return Math.abs(free.airC - roomC) > mostK;
}

/** What the stuck sensor has taught is forgotten: house and samples. */
function withoutReading(learned: Learnt, t: number): Learnt {
  const { standing } = learned;
  const sinceS = t - standing.s;
  return {
    ...learned,
    house: standing.free,
    fitting: null,
    samples: learned.samples.map((sample) => (sample.atS > sinceS ? { ...sample, roomC: null } : sample)),
    standing: { ...standing, free: null, stuck: true },
  };
}

/** A line's room temperature, unless its sensor is stuck. */
export function roomBelieved(
  learned: Learnt,
  line: Line,
  dtS: number,
  outdoorKnown: boolean,
): { learned: Learnt; line: Line } {
  const { roomC } = line.values;
  const { standing } = learned;
  if (roomC === undefined || dtS > GAP_S || hasMoved(standing.roomC, roomC)) return { learned, line };
  if (!standing.stuck && !parts(learned, outdoorKnown)) return { learned, line };
  const next = standing.stuck ? learned : withoutReading(learned, line.t);
  const { roomC: _, ...values } = line.values;
  const fault = `roomC has stood at ${roomC.toFixed(2)} °C for ${(standing.s / 3600).toFixed(1)} h, ${next.house!.airC.toFixed(1)} °C by heat and weather: taken for a stuck sensor, ignored until it moves`;
  return { learned: next, line: { ...line, values, faults: [...line.faults, fault] } };
}

/**
 * After a line. `roomC`: as believed on it, null: none.
 * @param house the house after this line, `acting` what acted on it since the line before
 */
export function standingAfter(
  { standing: before, model }: { standing: Standing; model: HouseModel },
  house: HouseState | null,
  roomC: number | null,
  acting: { heatW: number; outdoorC: number; solarWm2: number },
  { t, dtS }: Elapsed,
): Standing {
  const s = Math.min(1e7, before.s + dtS);
  if (roomC !== null && (dtS > GAP_S || hasMoved(before.roomC, roomC))) {
    const movedK = Math.abs(roomC - (before.roomC ?? Number.NaN));
    const back = before.stuck && movedK < offK(before.stepK);
    const mistakes = Math.min(MOST_MISTAKES, before.mistakes + (back ? 1 : 0));
    const stepK = movedK > MOVED_K ? Math.min(before.stepK ?? COARSEST_K, movedK) : before.stepK;
    return { roomC, s: 0, free: house, stuck: false, stepK, mistakes };
  }
  if (!before.free) return { ...before, s };
  return { ...before, s, free: houseStep(model, before.free, inputAt(model, t - dtS / 2, acting), dtS) };
}
