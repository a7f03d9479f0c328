import { clamp } from '../physics.ts';
import { HELD_PCT, PID_OFF, type PidState, pidStep } from '../pid.ts';

/** On/off with minimum times and starts per hour, then speed by feed-forward and PI on the storage that it fills. */
export interface CompressorState {
  on: boolean;
  /** House seconds since it was switched on or off; kept over restarts. */
  sinceS: number;
  /** Ages of the starts of the last 24 hours, s, oldest first; kept over restarts. */
  startAgesS: number[];
  /** Starts ever, defrosts not among them; kept over restarts. */
  starts: number;
  /** House seconds since switching off last cut a run short. */
  cutS: number;
  pid: PidState;
  pct: number;
}

/** Before the first start a unit waits as after a stop: nobody knows when the compressor last ran. */
export const COMPRESSOR_START: CompressorState = {
  on: false,
  sinceS: 0,
  startAgesS: [],
  starts: 0,
  cutS: 3600,
  pid: PID_OFF,
  pct: 0,
};

export const MIN_RUN_S = 600;
export const MIN_OFF_S = 300;
export const STARTS_PER_HOUR = 4;
const HOUR_S = 3600;
const DAY_S = 86_400;
/** Least speed that a compressor keeps up, and the same as a share of full speed. */
export const MIN_PCT = 30;
export const LEAST_LEVEL = MIN_PCT / 100;
/** As many as the store keeps. */
const MAX_AGES = 64;
const ON_BELOW_K = 2.5;
const OFF_ABOVE_K = 2.5;

export interface CompressorInput {
  wanted: boolean;
  /** Temperature to hold and that of the storage; for cooling both are negated by the caller. */
  setC: number;
  storeC: number;
  /** Heat that the compressor should give to keep the storage where it is, W. */
  needW: number;
  /** Heat at full speed, W. */
  fullW: number;
  /** Stop at once, whatever the minimum times say: the interlock holds it off, or its valve must turn. */
  forcedOff: boolean;
  /** Somebody has switched the unit off: at once, but only once an hour in the midst of a minimum run. */
  switchedOff: boolean;
  /** Least speed at which it heats best. */
  leastPct: number;
  /** Most speed that quiet hours, water temperature or dew point allow. */
  maxPct: number;
  startsPerDay: number;
  /** Water may freeze: the day's starts do not matter, all else does. */
  urgent: boolean;
  /** The machine defrosts: it goes on, and nothing is learnt from the heat that it takes. */
  defrosting: boolean;
  /** Speed that is really in force, percent: a limit of the grid may have lowered it. */
  nowPct: number;
  dtS: number;
}

/**
 * Seconds until the starts of the day allow another one. Half of them are free; then they are spread over what is left of
 * the 24 hours, so that a machine that cycles slows down instead of standing still in the evening.
 */
export function dayRestS(startAgesS: readonly number[], perDay: number): number {
  const used = startAgesS.length;
  const oldestS = Math.max(0, ...startAgesS);
  if (used < perDay / 2) return 0;
  if (used >= perDay) return DAY_S - oldestS;
  const gapS = (DAY_S - oldestS) / (perDay - used);
  return Math.max(0, gapS - Math.min(...startAgesS));
}

const startsLastHour = (state: CompressorState): number => state.startAgesS.filter((a) => a < HOUR_S).length;

/** True when the rules for the machine's sake allow a start, those of the day apart. */
export const mayStart = (state: CompressorState): boolean =>
  state.sinceS >= MIN_OFF_S && startsLastHour(state) < STARTS_PER_HOUR;

function nextOn(state: CompressorState, input: CompressorInput): boolean {
  if (input.forcedOff) return false;
  const { storeC, setC, wanted } = input;
  if (!state.on) {
    const budget = input.urgent || dayRestS(state.startAgesS, input.startsPerDay) === 0;
    return wanted && !input.switchedOff && storeC < setC - ON_BELOW_K && budget && mayStart(state);
  }
  if (input.switchedOff) return state.sinceS < MIN_RUN_S && state.cutS < HOUR_S;
  if (state.sinceS < MIN_RUN_S || input.defrosting) return true;
  const full = storeC > setC + OFF_ABOVE_K;
  return wanted && !full;
}

export function compressorStep(previous: CompressorState, input: CompressorInput): CompressorState {
  const { dtS } = input;
  const startAgesS = previous.startAgesS.map((a) => a + dtS).filter((a) => a < DAY_S);
  const later = (s: number) => Math.min(1e7, s + dtS);
  const aged = { ...previous, startAgesS, sinceS: later(previous.sinceS), cutS: later(previous.cutS) };
  const on = nextOn(aged, input);
  const cut = aged.on && !on && input.switchedOff && aged.sinceS < MIN_RUN_S;
  if (!on) {
    return { ...aged, on, sinceS: aged.on ? 0 : aged.sinceS, cutS: cut ? 0 : aged.cutS, pid: PID_OFF, pct: 0 };
  }
  const starting = !aged.on;
  const { fullW } = input;
  const process = {
    // A buffer is nearly an integrator: over the wished lag, 1 % of speed moves it by what that heat does to 500 L.
    gain: (fullW / 100) * (1200 / 2.09e6),
    tauS: 1200,
    delayS: 60,
    lambdaS: 3600,
    derivativeS: 0,
    setTauS: 0,
    min: Math.max(MIN_PCT, Math.min(input.leastPct, input.maxPct)),
    max: Math.max(MIN_PCT, input.maxPct),
    integralMax: 40,
  };
  const { state: pid, output } = pidStep(starting ? PID_OFF : aged.pid, process, {
    set: input.setC,
    measured: input.storeC,
    feedForward: clamp((100 * input.needW) / Math.max(500, fullW), 0, 100),
    held: input.defrosting || Math.abs(input.nowPct - aged.pct) > HELD_PCT,
    dtS,
  });
  return {
    on,
    sinceS: starting ? 0 : aged.sinceS,
    startAgesS: starting ? [...startAgesS, 0].slice(-MAX_AGES) : startAgesS,
    starts: aged.starts + (starting ? 1 : 0),
    cutS: aged.cutS,
    pid,
    pct: output,
  };
}
