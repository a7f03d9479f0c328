import { clamp, copOf } from '../physics.ts';
import { PID_OFF, type PidState, pidStep } from '../pid.ts';

/** On/off with minimum times and starts per hour, then speed by feed-forward and PI on the storage that it fills. */
export interface CompressorState {
  on: boolean;
  /** House seconds since it was switched on or off; kept over restarts. */
  sinceS: number;
  /** Ages of the starts of the last hour, s; kept over restarts. */
  startAgesS: number[];
  pid: PidState;
  pct: number;
}

/** Before the first start a unit waits as after a stop: nobody knows when the compressor last ran. */
export const COMPRESSOR_START: CompressorState = { on: false, sinceS: 0, startAgesS: [], pid: PID_OFF, pct: 0 };

export const MIN_RUN_S = 600;
export const MIN_OFF_S = 300;
export const STARTS_PER_HOUR = 4;
export const MIN_PCT = 30;
/** Heat of the condenser per watt of electrical rating at +2 °C, and its fall with the outdoor temperature (per K). */
const CAPACITY_PER_W = 4;
const CAPACITY_PER_K = 0.025;
const ON_BELOW_K = 2.5;
const OFF_ABOVE_K = 2.5;

export interface CompressorInput {
  wanted: boolean;
  /** Temperature to hold and that of the storage; for cooling both are negated by the caller. */
  setC: number;
  storeC: number;
  /** Heat that the compressor should give to keep the storage where it is, W. */
  needW: number;
  compressorMaxW: number;
  sinkC: number;
  outdoorC: number;
  /** Stop at once, whatever the minimum times say: the interlock holds it off, or the mode was left. */
  forcedOff: boolean;
  dtS: number;
}

/** Heat at full speed, W: the smaller of what the machine moves and what its motor can lift. */
export function capacityW(compressorMaxW: number, sinkC: number, outdoorC: number): number {
  const moved = compressorMaxW * CAPACITY_PER_W * clamp(1 + CAPACITY_PER_K * (outdoorC - 2), 0.5, 1.4);
  return Math.min(moved, compressorMaxW * copOf(sinkC, outdoorC));
}

/** True when the rules for the machine's sake allow a start. */
export const mayStart = (state: CompressorState): boolean =>
  state.sinceS >= MIN_OFF_S && state.startAgesS.length < STARTS_PER_HOUR;

function nextOn(state: CompressorState, input: CompressorInput): boolean {
  if (input.forcedOff) return false;
  const { storeC, setC, wanted } = input;
  if (!state.on) return wanted && storeC < setC - ON_BELOW_K && mayStart(state);
  if (state.sinceS < MIN_RUN_S) return true;
  const full = storeC > setC + OFF_ABOVE_K;
  return wanted && !full;
}

export function compressorStep(previous: CompressorState, input: CompressorInput): CompressorState {
  const { dtS } = input;
  const startAgesS = previous.startAgesS.map((a) => a + dtS).filter((a) => a < 3600);
  const aged: CompressorState = { ...previous, startAgesS, sinceS: Math.min(1e7, previous.sinceS + dtS) };
  const on = nextOn(aged, input);
  if (!on) return { ...aged, on, sinceS: aged.on ? 0 : aged.sinceS, pid: PID_OFF, pct: 0 };
  const starting = !aged.on;
  const fullW = capacityW(input.compressorMaxW, input.sinkC, input.outdoorC);
  const process = {
    // A buffer is nearly an integrator: over the wished lag, 1 % of speed moves it by what that heat does to 500 L.
    gain: (fullW / 100) * (1200 / 2.09e6),
    tauS: 1200,
    delayS: 60,
    lambdaS: 900,
    derivativeS: 0,
    setTauS: 0,
    min: MIN_PCT,
    max: 100,
    integralMax: 40,
  };
  const { state: pid, output } = pidStep(starting ? PID_OFF : aged.pid, process, {
    set: input.setC,
    measured: input.storeC,
    feedForward: clamp((100 * input.needW) / Math.max(500, fullW), 0, 100),
    held: false,
    dtS,
  });
  return {
    on,
    sinceS: starting ? 0 : aged.sinceS,
    startAgesS: starting ? [...startAgesS, 0] : startAgesS,
    pid,
    pct: output,
  };
}
