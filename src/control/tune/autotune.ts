import type { PidGains } from '../pid.ts';
import { designPid } from './design.ts';
import { type Fit, fitModel } from './fit.ts';
import { periodS, type RelayState } from './relay.ts';

/** Sound robustness with room for what the fit does not know: the loop promises 1.6 on the real process. */
export const TUNE_GOAL = { maxSensitivity: 1.57, overshoot: 0.03 };

export interface Tuned {
  fit: Fit;
  gains: PidGains;
}

/** From a finished experiment to a model and gains. Tens of milliseconds. */
export function tuneFrom(relay: RelayState): Tuned {
  const { dtS, outputs, measured } = relay;
  const fit = fitModel({ dtS, outputs, measured }, periodS(relay));
  return { fit, gains: designPid(fit.model, TUNE_GOAL) };
}
