import { PID_OFF, type PidGains, pidControl } from '../../control/pid.ts';
import { createCascade, type ProcessModel } from '../../control/tune/model.ts';
import { seededRandom } from '../../core/random.ts';

/** The processes of the pid bench, and how a loop on one of them does in time with the product's own `pidControl`. */
export const NOISE_K = 0.05;
/** Samples in the sum of a process's times: a loop of seconds is read ten times a second, one of minutes once. */
const SAMPLES = 200;

export const totalS = (p: ProcessModel) => p.delayS + p.lagsS.reduce((a, b) => a + b, 0);
export const sampleS = (p: ProcessModel) => totalS(p) / SAMPLES;

const NAMED: readonly ProcessModel[] = [
  { gain: 1, lagsS: [1], delayS: 0.2 },
  { gain: 1, lagsS: [1], delayS: 1 },
  { gain: 1, lagsS: [1, 1, 1, 1], delayS: 0 },
  { gain: 1, lagsS: [10], delayS: 0.5 },
];

/** Longest lag 1-100 s, one to three lags, dead time 0.05-5 of the longest, gain 0.5-2: all spread evenly by ratio. */
function randomProcess(random: () => number): ProcessModel {
  const lagS = 100 ** random();
  const delayS = lagS * 0.05 * 100 ** random();
  const further = Array.from({ length: Math.floor(3 * random()) }, () => lagS * random());
  return { gain: 0.5 * 4 ** random(), lagsS: [lagS, ...further].toSorted((a, b) => b - a), delayS };
}

export function processes(seed: number, count: number): ProcessModel[] {
  const random = seededRandom(seed);
  return [...NAMED, ...Array.from({ length: count }, () => randomProcess(random))];
}

export function describe(p: ProcessModel): string {
  const digits = (x: number) => String(Number(x.toPrecision(2)));
  const lags = p.lagsS.map((t) => `(${digits(t)}s+1)`).join('');
  return `${p.gain === 1 ? '' : `${digits(p.gain)} `}e^-${digits(p.delayS)}s/${lags}`;
}

/** A process that can be read and driven sample by sample; its own measurement may carry noise. */
export function livePlant(p: ProcessModel, dtS: number, noise: () => number) {
  const cascade = createCascade(p.lagsS, dtS);
  const late = p.delayS / dtS;
  const whole = Math.floor(late);
  const part = late - whole;
  const past: number[] = [0];
  const at = (k: number) => (k >= 0 ? past[k]! : 0);
  const true_ = () => {
    const k = past.length - 1 - whole;
    return p.gain * ((1 - part) * at(k) + part * at(k - 1));
  };
  return {
    truth: true_,
    read: () => true_() + noise(),
    hold: (output: number) => void past.push(cascade.step(output)),
  };
}

export function gaussian(random: () => number, sigma: number): () => number {
  return () => sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

export interface Response {
  /** Integral of the absolute true error, K s. */
  iae: number;
  /** Highest above the set-point. */
  overshoot: number;
  /** Sum of the output's moves. */
  variation: number;
}

const FREE = { min: -1e6, max: 1e6, integralMax: 1e6 };

/** A unit step of load at the process input, or of the set-point, on the product's controller. */
export function respondTo(p: ProcessModel, gains: PidGains, what: 'load' | 'set', noise = () => 0): Response {
  const dtS = sampleS(p) / 2;
  const plant = livePlant(p, dtS, noise);
  const set = what === 'set' ? 1 : 0;
  let state = pidControl(PID_OFF, gains, FREE, { set: 0, measured: 0, feedForward: 0, held: false, dtS }).state;
  let [iae, overshoot, variation, last] = [0, 0, 0, 0];
  for (let k = 0; k < 2 * SAMPLES * 15; k++) {
    const truth = plant.truth();
    iae += Math.abs(set - truth) * dtS;
    overshoot = Math.max(overshoot, truth - set);
    const done = pidControl(state, gains, FREE, { set, measured: plant.read(), feedForward: 0, held: false, dtS });
    state = done.state;
    variation += Math.abs(done.output - last);
    last = done.output;
    plant.hold(done.output + (what === 'load' ? 1 : 0));
    if (!(Math.abs(truth) < 1e4)) return { iae: Number.POSITIVE_INFINITY, overshoot, variation };
  }
  return { iae, overshoot, variation };
}
