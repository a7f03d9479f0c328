import type { Commission } from '../../contract/commission.ts';
import { type Outputs, SAFE_OUTPUTS } from '../../contract/points.ts';
import type { Tuning } from '../decide/pump-gains.ts';
import type { Estimates } from '../estimate/points.ts';
import { isAbsent } from '../estimate.ts';
import type { StepInput } from '../types.ts';
import type { CheckFacts, Judged, Sample, Seen } from './check.ts';
import { CHECKS } from './checks.ts';
import { type TuneState, tuneStep } from './tune-coolant.ts';

/** Commissioning as a pure sequence: drive, wait, look, judge. The interlock holds over every step of it. */
export interface CommissionState {
  /** Index into the checks; null while none runs. */
  at: number | null;
  /** Step of that check and house seconds in it. */
  stepAt: number;
  stepS: number;
  /** Monotonic seconds in it: sensors answer in real time, whatever the speed of the modelled house. */
  stepRealS: number;
  /** Seconds for which something has held the compressor that the step wants, and steps of this run that began again for that. */
  heldS: number;
  again: number;
  /** It was held for too long or too often: the rest of the run does without. */
  without: boolean;
  /** What was seen at the end of each earlier step of this check. */
  seen: Seen[];
  /** Of the timed step, one look a second. */
  trail: Sample[];
  /** Of the experiment that tunes the coolant loop, while it runs. */
  tune: TuneState | null;
  rows: Commission['rows'];
  finished: boolean;
  /** Sensor pairs found the wrong way round (F5): what needs them is refused until they are right. */
  swapped: { coolant: boolean; water: boolean };
}

export const COMMISSION_START: CommissionState = {
  at: null,
  stepAt: 0,
  stepS: 0,
  stepRealS: 0,
  heldS: 0,
  again: 0,
  without: false,
  seen: [],
  trail: [],
  tune: null,
  rows: [],
  finished: false,
  swapped: { coolant: false, water: false },
};

/** A check from its first step on. */
const AGAIN = { stepAt: 0, stepS: 0, stepRealS: 0, heldS: 0, seen: [], trail: [], tune: null };
/** An order takes some ticks to be read back. */
const READ_BACK_S = 3;
/** A trip that clears and the rest after it. */
const HELD_MOST_S = 500;

/**
 * The compressor of a step is held, by the interlock or the grid: the step waits, and begins again once it runs. Its last seconds
 * would start a machine only to stop it. A second hold is a machine that does not run.
 */
function heldStep(now: CommissionState, wanted: boolean, runs: boolean, dtS: number): CommissionState {
  if (!wanted) return now;
  const held = now.heldS > READ_BACK_S;
  if (runs)
    return held ? { ...now, heldS: 0, again: now.again + 1, stepS: 0, stepRealS: 0, trail: [] } : { ...now, heldS: 0 };
  const heldS = now.heldS + dtS;
  const without = heldS > HELD_MOST_S || (heldS > READ_BACK_S && now.again > 0);
  return { ...now, heldS, without };
}

/** Flow meters count pulses over a second; a pump takes one to stop. */
const LEAST_REAL_S = 4;

const REST: Outputs = { ...SAFE_OUTPUTS, accelPumpPct: 0, circulationPct: 0, dryCoolerPct: 0 };

const seenNow = (est: Estimates, input: StepInput): Seen => ({
  accelInC: est.accelInC.value,
  accelOutC: est.accelOutC.value,
  accelW: est.accelW.value,
  accelFlowLpm: est.accelFlowLpm.value,
  condenserOutC: est.condenserOutC.value,
  supplyC: est.supplyC.value,
  returnC: est.returnC.value,
  heatFlowLpm: est.heatFlowLpm.value,
  bufferTopC: est.bufferTopC.value,
  bufferBottomC: est.bufferBottomC.value,
  hotWaterC: isAbsent(input.image, 'hotWaterC') ? null : est.hotWaterC.value,
  outdoorC: est.outdoorC.value,
  compressorW: est.compressorW.value,
  dischargeC: est.dischargeC.value,
  houseW: est.gridW.quality === 'lost' ? null : est.gridW.value + est.pvW.value - est.batteryW.value,
  heaterOn: input.image.actuators.backupHeaterOn > 0,
  cools: input.image.actuators.coolingOn > 0,
});

export interface Commissioned {
  state: CommissionState;
  /** Undefined when no check runs. */
  outputs: Outputs | undefined;
  /** Gains of the coolant pump from now on; undefined when they stay. */
  tuning?: Tuning | undefined;
}

/** The check has been judged: on to the next. */
function judgedBy(now: CommissionState, found: Judged | undefined, outputs: Outputs): Commissioned {
  const rows = found ? [...now.rows, { check: CHECKS[now.at!]!.name, ...found.row }] : now.rows;
  const swapped = { ...now.swapped, ...found?.swapped };
  const last = now.at! + 1 >= CHECKS.length;
  // A finished run is told apart from one that has not begun by a step time that is no longer 0.
  if (last) return { state: { ...COMMISSION_START, rows, swapped, finished: true, stepS: 1 }, outputs: undefined };
  return { state: { ...now, ...AGAIN, at: now.at! + 1, rows, swapped }, outputs };
}

/** Somebody else has the outputs: the check that ran begins again afterwards, for what it has seen is no longer true. */
export const interrupted = (state: CommissionState): CommissionState => ({
  ...state,
  ...AGAIN,
  stepS: state.finished ? state.stepS : 0,
});

/** One call. */
export function commissionStep(
  previous: CommissionState,
  est: Estimates,
  input: StepInput,
  dtS: number,
  realS: number,
): Commissioned {
  if (input.setPoints.operation !== 'commission') {
    const { swapped } = previous;
    return {
      state: { ...COMMISSION_START, rows: previous.rows, finished: previous.finished, swapped },
      outputs: undefined,
    };
  }
  if (input.hand) return { state: interrupted(previous), outputs: { ...SAFE_OUTPUTS, ...input.hand } };
  const begins = previous.at === null && !(previous.finished && previous.stepS > 0);
  if (previous.at === null && !begins) return { state: previous, outputs: undefined };
  const begun = begins ? { ...COMMISSION_START, at: 0, swapped: previous.swapped } : previous;
  const facts: CheckFacts = { house: input.house };
  const check = CHECKS[begun.at!]!;
  const step = check.steps[begun.stepAt]!;
  const driven = { ...REST, ...step.drive(facts) };
  const wanted = driven.compressorOn > 0 && !begun.without;
  const now = heldStep(begun, wanted, input.image.actuators.compressorOn > 0, dtS);
  const outputs = now.without ? { ...driven, compressorOn: 0, compressorPct: 0 } : driven;
  if (wanted && now.heldS > READ_BACK_S && !now.without) return { state: now, outputs };
  const refused = now.stepS === 0 ? step.unless?.(seenNow(est, input)) : undefined;
  if (refused) return judgedBy(now, refused, { ...REST });
  const stepS = now.stepS + dtS;
  const stepRealS = now.stepRealS + realS;
  if (step.tunes) {
    const pumpNowPct = input.image.actuators.accelPumpPct;
    const {
      state: tune,
      pumpPct,
      judged,
      tuning,
    } = tuneStep(now.tune, { est, pumpNowPct, swapped: now.swapped.coolant, dtS });
    const pumped = { ...outputs, accelPumpPct: pumpPct };
    const next = judged ? judgedBy(now, judged, pumped) : { state: { ...now, tune }, outputs: pumped };
    return { ...next, tuning };
  }
  const looks = step.timed && Math.floor(stepS) > Math.floor(now.stepS);
  const trail = looks ? [...now.trail, { ...seenNow(est, input), s: stepS }] : now.trail;
  if (stepS < step.forS || stepRealS < (step.realS ?? LEAST_REAL_S))
    return { state: { ...now, stepS, stepRealS, trail }, outputs };
  const seen = [...now.seen, seenNow(est, input)];
  if (now.stepAt + 1 < check.steps.length) {
    return { state: { ...now, stepAt: now.stepAt + 1, stepS: 0, stepRealS: 0, heldS: 0, seen, trail }, outputs };
  }
  return judgedBy(now, check.judge(seen, facts, trail), outputs);
}

/** For people; undefined before the first run. */
export function commissionView(state: CommissionState): Commission | undefined {
  if (state.at === null && !state.finished) return undefined;
  const running = state.at === null ? null : CHECKS[state.at]!.name;
  return { running, finished: state.finished, rows: state.rows };
}
