import { DERIVATIVE_N, type PidGains } from '../pid.ts';
import { type Complex, createCascade, type ProcessModel, responseAt } from './model.ts';
import { simplexMinimum } from './search.ts';

/** Feedback part of the controller at `w`, derivative filter included. */
function controllerAt(gains: PidGains, w: number): Complex {
  const { kc, integralS, derivativeS } = gains;
  const filter = (w * derivativeS) / DERIVATIVE_N;
  const lead = (w * derivativeS) / (1 + filter * filter);
  return { re: kc * (1 + lead * filter), im: kc * (lead - 1 / (w * integralS)) };
}

const FREQUENCIES = 160;
const lagSumS = (model: ProcessModel) => model.lagsS.reduce((a, b) => a + b, 0);

/** Frequencies at which a loop around this process can become unstable: from far below its slowest part to far above. */
function gridOf(model: ProcessModel): { w: number; p: Complex }[] {
  const fastS = Math.max(model.delayS, 0.02 * lagSumS(model), ...model.lagsS.slice(1));
  const low = 0.05 / (model.delayS + lagSumS(model));
  const high = 40 / fastS;
  const ratio = (high / low) ** (1 / (FREQUENCIES - 1));
  return Array.from({ length: FREQUENCIES }, (_, i) => {
    const w = low * ratio ** i;
    return { w, p: responseAt(model, w) };
  });
}

/** Distance of the loop from -1 at its nearest, turned round. `grid` must have been made of the same model. */
function sensitivityOn(grid: readonly { w: number; p: Complex }[], gains: PidGains): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (const { w, p } of grid) {
    const c = controllerAt(gains, w);
    const re = 1 + p.re * c.re - p.im * c.im;
    const im = p.re * c.im + p.im * c.re;
    nearest = Math.min(nearest, re * re + im * im);
  }
  return 1 / Math.sqrt(nearest);
}

/**
 * Ms, the greatest of |1/(1+PC)|: how far the loop is from swinging by itself; 1.4-2 is sound. Infinite when the loop is
 * unstable, which the curve alone does not show: its phase may not have turned -180 degrees before its gain is below one.
 */
export function maxSensitivity(model: ProcessModel, gains: PidGains, points = 4000): number {
  const fastS = Math.max(model.delayS, 0.02 * lagSumS(model), ...model.lagsS.slice(1));
  const low = 0.02 / (model.delayS + lagSumS(model) + gains.integralS);
  const high = 200 / fastS;
  const ratio = (high / low) ** (1 / (points - 1));
  let nearest = Number.POSITIVE_INFINITY;
  let turned = 0;
  let before: Complex | undefined;
  for (let i = 0; i < points; i++) {
    const w = low * ratio ** i;
    const p = responseAt(model, w);
    const c = controllerAt(gains, w);
    const from1 = { re: 1 + p.re * c.re - p.im * c.im, im: p.re * c.im + p.im * c.re };
    nearest = Math.min(nearest, Math.hypot(from1.re, from1.im));
    if (before) {
      turned += Math.atan2(before.re * from1.im - before.im * from1.re, before.re * from1.re + before.im * from1.im);
    }
    before = from1;
  }
  // From -90 degrees at rest (the integral) to 0 at the end: a quarter turn. A whole turn less means it encircles -1.
  return Math.abs(turned - Math.PI / 2) < Math.PI ? 1 / nearest : Number.POSITIVE_INFINITY;
}

/** Steps of the loop simulation in a dead time, and how long it runs at least. */
const STEPS_PER_FAST = 12;
const MAX_STEPS = 4000;

export interface LoopRun {
  /** Integral of the absolute error after a unit step of load at the input of the process; infinite when it swings up. */
  iae: number;
  /** Highest above 1 after a unit step of the set-point. */
  overshoot: number;
}

/** The closed loop in time, without noise, limits or feed-forward: a linear copy of `pidControl` on the model. */
function runLoop(model: ProcessModel, gains: PidGains, from: 'load' | 'set', dtS: number, steps: number): LoopRun {
  const { kc, integralS, derivativeS, setTauS } = gains;
  const cascade = createCascade(model.lagsS, dtS);
  const late = model.delayS / dtS;
  const whole = Math.floor(late);
  const part = late - whole;
  const undelayed = new Float64Array(steps + 1);
  const set = from === 'set' ? 1 : 0;
  const load = from === 'load' ? 1 : 0;
  const setShare = setTauS === 0 ? 1 : 1 - Math.exp(-dtS / setTauS);
  const filterShare = derivativeS === 0 ? 1 : 1 - Math.exp((-dtS * DERIVATIVE_N) / derivativeS);
  let integral = 0;
  let filteredSet = 0;
  let filtered = 0;
  let iae = 0;
  let overshoot = 0;
  for (let k = 0; k < steps; k++) {
    const at = k - whole;
    const y = model.gain * ((1 - part) * (at >= 0 ? undelayed[at]! : 0) + part * (at >= 1 ? undelayed[at - 1]! : 0));
    filteredSet += (set - filteredSet) * setShare;
    const error = filteredSet - y;
    const before = filtered;
    filtered += (y - filtered) * filterShare;
    integral += (kc * error * dtS) / integralS;
    const u = kc * error + integral - (kc * derivativeS * (filtered - before)) / dtS;
    undelayed[k + 1] = cascade.step(u + load);
    iae += Math.abs(set - y) * dtS;
    overshoot = Math.max(overshoot, y - set);
    if (!(Math.abs(y) < 1e3 * (1 + Math.abs(model.gain)))) return { iae: Number.POSITIVE_INFINITY, overshoot };
  }
  return { iae, overshoot };
}

/** Step and length of a run in which a loop as good as this process allows has settled. */
function spanOf(model: ProcessModel): { dtS: number; steps: number } {
  const fastS = Math.max(
    model.delayS + 0.5 * lagSumS({ ...model, lagsS: model.lagsS.slice(1) }),
    0.03 * lagSumS(model),
  );
  const dtS = fastS / STEPS_PER_FAST;
  const lengthS = 12 * model.delayS + 6 * lagSumS(model);
  return { dtS, steps: Math.min(MAX_STEPS, Math.ceil(lengthS / dtS)) };
}

/** The gain at which Ms is just `limit`, for times that are given; halving, because Ms grows with the gain. */
function gainFor(grid: readonly { w: number; p: Complex }[], shape: PidGains, unit: number, limit: number): number {
  let [low, high] = [1e-3 * unit, 1e-3 * unit];
  while (sensitivityOn(grid, { ...shape, kc: 1.5 * high }) <= limit && Math.abs(high) < 1e4 * Math.abs(unit))
    high *= 1.5;
  low = high;
  high *= 1.5;
  for (let i = 0; i < 18; i++) {
    const middle = (low + high) / 2;
    if (sensitivityOn(grid, { ...shape, kc: middle }) <= limit) low = middle;
    else high = middle;
  }
  return low;
}

/** Times in units of the process, so that the search starts well for any of them. */
const STARTS: readonly (readonly [number, number])[] = [
  [0.5, 0.15],
  [0.25, 0.1],
  [1, 0.25],
];

export interface DesignGoal {
  maxSensitivity: number;
  /** Highest overshoot over a set-point step, as a share of it. */
  overshoot: number;
}

/**
 * The PID with the smallest load IAE that keeps Ms within its limit, found by search over its two times with the gain at
 * the limit; then the least set-point filter that keeps the overshoot. Some ten milliseconds.
 */
export function designPid(model: ProcessModel, goal: DesignGoal, effort = 1): PidGains {
  const grid = gridOf(model);
  const { dtS, steps } = spanOf(model);
  const scaleS = model.delayS + lagSumS(model);
  const unit = 1 / model.gain;
  const gainsAt = ([a, b]: readonly number[]): PidGains => {
    const shape = { kc: unit, integralS: scaleS * Math.exp(a!), derivativeS: scaleS * Math.exp(b!), setTauS: 0 };
    return { ...shape, kc: gainFor(grid, shape, unit, goal.maxSensitivity) };
  };
  const cost = (x: readonly number[]) => runLoop(model, gainsAt(x), 'load', dtS, steps).iae;
  const searched = STARTS.slice(0, effort).map(([i, d]) =>
    simplexMinimum(cost, [Math.log(i), Math.log(d)], [0.4, 0.4], 60 * effort, 2e-3),
  );
  const best = searched.toSorted((a, b) => a.value - b.value)[0]!;
  const gains = gainsAt(best.x);
  return { ...gains, setTauS: setFilterS(model, gains, goal.overshoot) };
}

/** Half a step finer each time, from none to three times the integral time. */
function setFilterS(model: ProcessModel, gains: PidGains, overshoot: number): number {
  const { dtS, steps } = spanOf(model);
  const tooMuch = (setTauS: number) => runLoop(model, { ...gains, setTauS }, 'set', dtS, steps).overshoot > overshoot;
  if (!tooMuch(0)) return 0;
  let [low, high] = [0, 3 * gains.integralS];
  for (let i = 0; i < 8; i++) {
    const middle = (low + high) / 2;
    if (tooMuch(middle)) low = middle;
    else high = middle;
  }
  return high;
}
