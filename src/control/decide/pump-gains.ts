import { COOLANT_W_PER_LPM_K, clamp } from '../physics.ts';
import type { PidGains, PidProcess } from '../pid.ts';

/** What commissioning found the gains of the coolant pump to be, each as a share of those of a loop that was never tuned. */
export interface Tuning {
  kc: number;
  integral: number;
  derivative: number;
}

export const UNTUNED: Tuning = { kc: 1, integral: 1, derivative: 1 };
/**
 * Twice the gain is steady at any flow; thrice, or the assumed derivative at more than the assumed gain, lets the pump hunt
 * where little flows. The integral is never quicker than assumed.
 */
const BOUNDS = { kc: [0.25, 2], integral: [1, 4], derivative: [0.25, 1] } as const;
const within = (name: keyof Tuning, value: number) => clamp(value, BOUNDS[name][0], BOUNDS[name][1]);
const MOST_KICK = 1.001;

/** Whether no loop is worse off for it: what is read from a disk may be anything. */
export const isSane = (t: Tuning): boolean =>
  (['kc', 'integral', 'derivative'] as const).every((name) => within(name, t[name]) === t[name]) &&
  t.kc * t.derivative <= MOST_KICK;

/** They were found at one call a second: longer steps know nothing of them. */
export const TUNED_STEP_S = 2;

export const PUMP_MIN_PCT = 20;
/** Volume of the loop outside the plates, L: its transport time is volume over flow. */
const LOOP_L = 3;
/** Heat capacity that the outlet temperature feels: coolant and cold plates, J/K. */
const LOOP_J_PER_K = 18_000;

/** What is assumed of the pump's loop: its times go with the flow, its gain with the rise over the accelerator. */
export function pumpProcess(watts: number, flowLpm: number, lpmPerPct: number): PidProcess {
  const nowLpm = Math.max(2, flowLpm);
  // Rise over the accelerator is watts over flow, so its slope over flow is rise over flow; the loop's own return adds to it.
  const riseK = clamp(watts / (COOLANT_W_PER_LPM_K * nowLpm), 2, 20);
  return {
    gain: (-1.3 * riseK * lpmPerPct) / nowLpm,
    tauS: LOOP_J_PER_K / (COOLANT_W_PER_LPM_K * nowLpm),
    delayS: (60 * LOOP_L * 0.45) / nowLpm,
    lambdaS: (60 * LOOP_L * 0.45) / nowLpm,
    derivativeS: 4,
    setTauS: 20,
    min: PUMP_MIN_PCT,
    max: 100,
    integralMax: 40,
  };
}

export const tunedGains = (gains: PidGains, { kc, integral, derivative }: Tuning): PidGains => ({
  ...gains,
  kc: gains.kc * kc,
  integralS: gains.integralS * integral,
  derivativeS: gains.derivativeS * derivative,
});

/** SIMC's integral time where a process has no end of its own in sight: what leaves the accelerator comes round again. */
const INTEGRAL_DELAYS = 8;

/** Gains that a fit asks for, as shares of the assumed ones and within their bounds. */
export function tuningOf(asked: PidGains, delayS: number, assumed: PidGains): Tuning {
  const kc = within('kc', asked.kc / assumed.kc);
  return {
    kc,
    integral: within('integral', (INTEGRAL_DELAYS * delayS) / assumed.integralS),
    derivative: within('derivative', Math.min(asked.derivativeS / assumed.derivativeS, 1 / kc)),
  };
}
