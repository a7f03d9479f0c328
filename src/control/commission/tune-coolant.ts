import { pumpProcess, type Tuning, tunedGains, tuningOf, UNTUNED } from '../decide/pump-gains.ts';
import type { Estimates } from '../estimate/points.ts';
import { type PidGains, simcGains } from '../pid.ts';
import { TUNE_GOAL } from '../tune/autotune.ts';
import { designPid, maxSensitivity } from '../tune/design.ts';
import { FIT_STAGES, type Fit, fitStage } from '../tune/fit.ts';
import { periodS, type RelayOptions, type RelayState, relayStart, relayStep } from '../tune/relay.ts';
import { ENOUGH_W, idle, type Judged, judged, skipped } from './check.ts';

/** The loop of the coolant pump, tuned by a relay on its speed while the accelerator draws steady watts into the house. */
export const TUNE_REST_PCT = 45;
const RELAY: RelayOptions = {
  restOutput: TUNE_REST_PCT,
  min: 20,
  max: 100,
  firstStep: 8,
  direction: -1,
  swing: 0.7,
  abortAt: 6,
  swings: 10,
  limitS: 900,
};
/** The loops' own step, and the longest that still shows a loop this quick. */
const SAMPLE_S = 1;
const SLOWEST_S = 2;
/** Watts that wander this far move the coolant as much as the pump does. */
const STEADY_SHARE = 0.15;
/** The pump's speed read back differs from its order by more than rounding, for longer than it takes to follow. */
const HELD_PCT = 5;
const HELD_SAMPLES = 5;
/** A fit that leaves half of the swings unexplained, or asks for gains far from any loop like this, is none. */
const LEAST_EXPLAINED = 0.5;
const KC_FACTOR = 4;
const MOST_SENSITIVE = 1.8;

export interface TuneState {
  relay: RelayState;
  dueS: number;
  heldSamples: number;
  /** At the begin, and the sum of flows since. */
  watts: number;
  flowSumLpm: number;
  /** Of the fit, one shape of process in each call. */
  stage: number;
  fit: Fit | null;
}

export interface TuneInput {
  est: Estimates;
  pumpNowPct: number;
  /** The coolant's sensors were found the wrong way round. */
  swapped: boolean;
  dtS: number;
}

export interface Tuned {
  state: TuneState | null;
  pumpPct: number;
  /** Set when it has ended. */
  judged?: Judged;
  /** To be used from now on: what was assumed as soon as it begins, what was found when it has. */
  tuning?: Tuning;
}

const failed = (measured: string, remedy: string): Tuned => ({
  state: null,
  pumpPct: TUNE_REST_PCT,
  judged: { row: judged(false, measured, remedy) },
  tuning: UNTUNED,
});

const begin = ({ est, swapped, dtS }: TuneInput): Tuned => {
  const watts = est.accelW.value;
  const ended = (row: Judged): Tuned => ({ state: null, pumpPct: TUNE_REST_PCT, judged: row });
  if (watts < ENOUGH_W) return ended(idle(`${watts.toFixed(0)} W`));
  if (swapped) return ended(skipped('accelOutC, accelInC', 'swap the sensors first and repeat'));
  if (dtS > SLOWEST_S)
    return ended(
      skipped(`${dtS.toFixed(0)} s`, 'the modelled house runs too fast to tune its loop: repeat at its own speed'),
    );
  const relay = relayStart(RELAY, Math.max(SAMPLE_S, dtS));
  const state = { relay, dueS: 0, heldSamples: 0, watts, flowSumLpm: 0, stage: 0, fit: null };
  return { state, pumpPct: relay.output, tuning: UNTUNED };
};

/** The share of the swings that the fitted process explains. */
function explained({ measured }: RelayState, { residual }: Fit): number {
  const mean = measured.reduce((a, b) => a + b, 0) / measured.length;
  const variance = measured.reduce((sum, y) => sum + (y - mean) ** 2, 0) / measured.length;
  return 1 - residual ** 2 / Math.max(1e-9, variance);
}

function sane(state: TuneState, fit: Fit, asked: PidGains, assumed: PidGains): boolean {
  const share = asked.kc / assumed.kc;
  return (
    fit.model.gain < 0 &&
    explained(state.relay, fit) >= LEAST_EXPLAINED &&
    share >= 1 / KC_FACTOR &&
    share <= KC_FACTOR &&
    maxSensitivity(fit.model, tunedGains(assumed, tuningOf(asked, fit.model.delayS, assumed))) <= MOST_SENSITIVE
  );
}

/** From the best fit to gains, and what people are told of both. */
function design(state: TuneState, fit: Fit): Tuned {
  const { relay, watts, flowSumLpm } = state;
  const flowLpm = flowSumLpm / relay.measured.length;
  const assumed = simcGains(pumpProcess(watts, flowLpm, flowLpm / TUNE_REST_PCT), relay.dtS);
  const asked = designPid(fit.model, TUNE_GOAL);
  const lagS = fit.model.lagsS.reduce((a, b) => a + b, 0);
  const tuning = tuningOf(asked, fit.model.delayS, assumed);
  const gains = tunedGains(assumed, tuning);
  const found = `gain ${fit.model.gain.toFixed(3)} K/%, delay ${fit.model.delayS.toFixed(1)} s, lag ${lagS.toFixed(1)} s`;
  if (!sane(state, fit, asked, assumed))
    return failed(
      found,
      'that is no loop as the pump should have: look for air, flow meter and sensor; the assumed gains stay',
    );
  const measured = `${found}; P ${gains.kc.toFixed(1)} %/K, I ${gains.integralS.toFixed(0)} s, D ${gains.derivativeS.toFixed(1)} s`;
  return { state: null, pumpPct: TUNE_REST_PCT, judged: { row: judged(true, measured, '') }, tuning };
}

const UNSTEADY = 'the power was not steady: give an expert work, see that no limit holds the accelerator, and repeat';

function sample(state: TuneState, { est, pumpNowPct }: TuneInput): Tuned {
  const { relay, watts } = state;
  const nowW = est.accelW.value;
  const held = Math.abs(pumpNowPct - relay.output) > HELD_PCT;
  const heldSamples = held ? state.heldSamples + 1 : 0;
  if (Math.abs(nowW - watts) > STEADY_SHARE * watts)
    return failed(`${watts.toFixed(0)} W, then ${nowW.toFixed(0)} W`, UNSTEADY);
  if (heldSamples > HELD_SAMPLES)
    return failed(
      `pump at ${pumpNowPct.toFixed(0)} %, ordered ${relay.output.toFixed(0)} %`,
      'something else held the pump: see its alarms and repeat',
    );
  if (est.accelOutC.quality !== 'good' || est.accelFlowLpm.quality !== 'good')
    return failed('accelOutC, accelFlowLpm', 'both must be good all the time: mend them and repeat');
  const next = relayStep(relay, RELAY, est.accelOutC.value);
  if (next.phase === 'failed')
    return failed(
      `${next.elapsedS.toFixed(0)} s`,
      'the coolant does not swing with the pump: look for air, flow meter and sensor; the assumed gains stay',
    );
  const flowSumLpm = state.flowSumLpm + est.accelFlowLpm.value;
  return { state: { ...state, relay: next, dueS: 0, heldSamples, flowSumLpm }, pumpPct: next.output };
}

/** One call; the interlock holds over the speed that it orders. */
export function tuneStep(previous: TuneState | null, input: TuneInput): Tuned {
  if (!previous) return begin(input);
  const { relay, stage, fit } = previous;
  if (relay.phase === 'done') {
    if (stage === FIT_STAGES) return design(previous, fit!);
    const better = fitStage(relay, periodS(relay), stage, fit);
    return { state: { ...previous, stage: stage + 1, fit: better }, pumpPct: relay.output };
  }
  const dueS = previous.dueS + input.dtS;
  if (dueS < SAMPLE_S - 1e-6) return { state: { ...previous, dueS }, pumpPct: relay.output };
  return sample(previous, input);
}
