import { clamp, lagShare } from './physics.ts';

/**
 * A PID told by the process it drives, not by bare gains: change of the measurement per unit of output, dominant lag and dead
 * time. Gains follow SIMC (S. Skogestad, https://doi.org/10.1016/S0959-1524(02)00062-8) with `lambdaS` as the wished
 * closed-loop lag. A step longer than that lag softens the gain, so that the same loop is stable at dt 0.1 s and 60 s.
 */
export interface PidProcess {
  /** Change of the measurement per unit of output; negative when more output lowers it. Scheduled by the caller. */
  gain: number;
  tauS: number;
  delayS: number;
  lambdaS: number;
  /** Derivative time on the filtered measurement, 0 for none. */
  derivativeS: number;
  /** Set-point filter: the second degree of freedom. 0 for none. */
  setTauS: number;
  min: number;
  max: number;
  /** Most that the integral may add or take; a good feed-forward needs little. */
  integralMax: number;
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

/** One step. Does not integrate while held or saturated towards the error; `PID_OFF` in means a fresh start. */
export function pidStep(state: PidState, process: PidProcess, input: PidInput): { state: PidState; output: number } {
  const { dtS, measured, feedForward } = input;
  const direction = Math.sign(process.gain) || 1;
  // The factor 2 keeps proportional and integral action together inside the stability bound when one step spans the lag.
  const lambdaS = Math.max(process.lambdaS, 2 * dtS - process.delayS);
  const kc = process.tauS / (Math.abs(process.gain) * (lambdaS + process.delayS));
  const integralS = Math.min(process.tauS, 4 * (lambdaS + process.delayS));
  const starting = state.set === null || state.filtered === null;
  const set =
    starting || process.setTauS === 0
      ? input.set
      : state.set! + (input.set - state.set!) * lagShare(dtS, process.setTauS);
  const error = direction * (set - measured);
  const filterS = process.derivativeS / 8;
  const filtered =
    starting || filterS === 0 ? measured : state.filtered! + (measured - state.filtered!) * lagShare(dtS, filterS);
  const slope = starting || dtS <= 0 ? 0 : (filtered - state.filtered!) / dtS;
  // A step that spans the derivative time says nothing about the slope now.
  const derivative = dtS < process.derivativeS ? -direction * kc * process.derivativeS * slope : 0;
  const fast = feedForward + kc * error + derivative;
  const bounded = (value: number) => clamp(value, -process.integralMax, process.integralMax);
  const unbounded = fast + state.integral;
  const saturated = (unbounded >= process.max && error > 0) || (unbounded <= process.min && error < 0);
  const learns = !saturated && !input.held;
  const integral = learns ? bounded(state.integral + kc * error * lagShare(dtS, integralS)) : state.integral;
  return { state: { integral, set, filtered }, output: clamp(fast + integral, process.min, process.max) };
}
