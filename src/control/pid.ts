import { clamp, lagShare } from './physics.ts';

/**
 * PID in the ideal form, `kc * (e + integral(e)/Ti - Td * d(filtered measurement)/dt)`, with a filter on the set-point as
 * second degree of freedom. The derivative filter's lag is Td over `DERIVATIVE_N`.
 */
export interface PidGains {
  /** Output per unit of error; negative when more output lowers the measurement. */
  kc: number;
  integralS: number;
  /** Derivative time on the filtered measurement, 0 for none. */
  derivativeS: number;
  /** Lag of the set-point filter, 0 for none. */
  setTauS: number;
}

export interface PidLimits {
  min: number;
  max: number;
  /** Most that the integral may add or take; a good feed-forward needs little. */
  integralMax: number;
}

export const DERIVATIVE_N = 8;
/** An order and what is in force differ by more than rounding: somebody else holds the output, %. */
export const HELD_PCT = 5;

/** What a loop that was never tuned knows of the process it drives. */
export interface PidProcess extends PidLimits {
  /** Change of the measurement per unit of output; negative when more output lowers it. Scheduled by the caller. */
  gain: number;
  tauS: number;
  delayS: number;
  /** Wished lag of the closed loop. */
  lambdaS: number;
  derivativeS: number;
  setTauS: number;
}

export interface PidState {
  integral: number;
  /** Filtered set-point and measurement; null while off: the next start begins from the feed-forward alone. */
  set: number | null;
  filtered: number | null;
}

export const PID_OFF: PidState = { integral: 0, set: null, filtered: null };

export interface PidInput {
  set: number;
  measured: number;
  feedForward: number;
  /** Somebody else decides the output now (interlock, hand): nothing is learnt from an error that is not ours. */
  held: boolean;
  dtS: number;
}

/**
 * Gains by SIMC (S. Skogestad, https://doi.org/10.1016/S0959-1524(02)00062-8). A step longer than the wished lag softens
 * them: with the factor 2 proportional and integral action stay inside the stability bound when one step spans the lag.
 */
export function simcGains(process: PidProcess, dtS: number): PidGains {
  const { gain, tauS, delayS, derivativeS, setTauS } = process;
  const lambdaS = Math.max(process.lambdaS, 2 * dtS - delayS);
  const kc = ((Math.sign(gain) || 1) * tauS) / (Math.abs(gain) * (lambdaS + delayS));
  return { kc, integralS: Math.min(tauS, 4 * (lambdaS + delayS)), derivativeS, setTauS };
}

/** One step. Does not integrate while held or saturated towards the error; `PID_OFF` in means a fresh start. */
export function pidControl(
  state: PidState,
  gains: PidGains,
  limits: PidLimits,
  input: PidInput,
): { state: PidState; output: number } {
  const { dtS, measured, feedForward } = input;
  const { kc, integralS, derivativeS, setTauS } = gains;
  const starting = state.set === null || state.filtered === null;
  const set = starting || setTauS === 0 ? input.set : state.set! + (input.set - state.set!) * lagShare(dtS, setTauS);
  const error = set - measured;
  const filterS = derivativeS / DERIVATIVE_N;
  const filtered =
    starting || filterS === 0 ? measured : state.filtered! + (measured - state.filtered!) * lagShare(dtS, filterS);
  const slope = starting || dtS <= 0 ? 0 : (filtered - state.filtered!) / dtS;
  // A step that spans the derivative time says nothing about the slope now.
  const derivative = dtS < derivativeS ? -kc * derivativeS * slope : 0;
  const fast = feedForward + kc * error + derivative;
  const unbounded = fast + state.integral;
  const push = kc * error;
  const saturated = (unbounded >= limits.max && push > 0) || (unbounded <= limits.min && push < 0);
  const learns = !saturated && !input.held;
  const grown = clamp(state.integral + push * lagShare(dtS, integralS), -limits.integralMax, limits.integralMax);
  const integral = learns ? grown : state.integral;
  return { state: { integral, set, filtered }, output: clamp(fast + integral, limits.min, limits.max) };
}

/** One step of a loop that knows its process but was never tuned. */
export const pidStep = (state: PidState, process: PidProcess, input: PidInput) =>
  pidControl(state, simcGains(process, input.dtS), process, input);
