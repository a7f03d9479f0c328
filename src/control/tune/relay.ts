import { clamp } from '../physics.ts';

/**
 * The experiment: the output goes to and fro between two levels as the measurement leaves a band around its value at
 * rest. The band is made of the measured noise. Up and down steps differ, so that slow behaviour shows as well
 * (asymmetric relay: J. Berner, T. Hägglund, K. J. Åström, https://doi.org/10.1016/j.conengprac.2016.06.003).
 */
export interface RelayOptions {
  /** Output at rest and its bounds. */
  restOutput: number;
  min: number;
  max: number;
  /** First step of the output, positive; later ones are scaled so that the measurement swings `swing` to each side. */
  firstStep: number;
  /** -1 when more output lowers the measurement. */
  direction: 1 | -1;
  swing: number;
  /** Further from rest than this: the experiment ends at once. */
  abortAt: number;
  /** Full swings to record. */
  swings: number;
  /** Longest time for all of it, s. */
  limitS: number;
}

export interface RelayState {
  phase: 'rest' | 'swinging' | 'done' | 'failed';
  why: string;
  elapsedS: number;
  dtS: number;
  /** Output in force, and the relay's side. */
  output: number;
  high: boolean;
  step: number;
  rest: number;
  noise: number;
  /** Mean of the last few samples: what the relay switches on. */
  smooth: number;
  extreme: number;
  /** Samples since the last switch, and switches so far. */
  sinceSwitch: number;
  longest: number;
  switchAt: number[];
  outputs: number[];
  measured: number[];
}

const REST_SAMPLES = 40;
const MAX_SAMPLES = 6000;
/** The longer of the two steps over the shorter. */
const ASYMMETRY = 1.5;
/** Band of the relay in standard deviations of the smoothed measurement. */
const BAND_SIGMAS = 4;
const SMOOTH_SHARE = 0.3;
const SMOOTH_SIGMA = Math.sqrt(SMOOTH_SHARE / (2 - SMOOTH_SHARE));
/** The centre of the swings moves by this share of the wished swing, to the other side after so many swings: the gain shows. */
const CENTRE_SHARE = 0.8;
const CENTRE_SWINGS = 3;
/** A swing that takes this many times longer than those about rest needs a greater step. */
const STUCK = 1.5;
/** Without an answer as large as the band within this share of the time the output does not move the measurement. */
const DEAF_SHARE = 0.3;

export const relayStart = (o: RelayOptions, dtS: number): RelayState => ({
  phase: 'rest',
  why: '',
  elapsedS: 0,
  dtS,
  output: o.restOutput,
  high: false,
  step: o.firstStep,
  rest: 0,
  noise: 0,
  smooth: 0,
  extreme: 0,
  sinceSwitch: 0,
  longest: 0,
  switchAt: [],
  outputs: [],
  measured: [],
});

/** Mean, and noise from differences of neighbours: a slow drift does not count as noise. */
function atRest(measured: readonly number[]): { rest: number; noise: number } {
  const rest = measured.reduce((a, b) => a + b, 0) / measured.length;
  let squares = 0;
  for (let i = 1; i < measured.length; i++) squares += (measured[i]! - measured[i - 1]!) ** 2;
  return { rest, noise: Math.sqrt(squares / (2 * (measured.length - 1))) };
}

/** The first swings are about rest, the later ones above and below it in turn. */
function sideOf(switches: number): number {
  const block = Math.floor((switches - 4) / (2 * CENTRE_SWINGS));
  return block < 0 ? 0 : block % 2 === 0 ? 1 : -1;
}

const levelOf = (o: RelayOptions, s: RelayState, high: boolean): number => {
  const change = high ? s.step * ASYMMETRY : -s.step;
  return clamp(o.restOutput + o.direction * change, o.min, o.max);
};

const roomOf = (o: RelayOptions) => Math.min(o.max - o.restOutput, o.restOutput - o.min) / ASYMMETRY;

/** The step that makes the measurement swing as wished, from how far it went with the last. */
function rescaled(o: RelayOptions, s: RelayState): number {
  const went = Math.max(Math.abs(s.extreme), 1e-9);
  const room = roomOf(o);
  return clamp(s.step * clamp(o.swing / went, 0.3, 3), Math.min(1e-6, room), room);
}

/** One sample: takes the measurement, returns the state with the output to hold until the next. */
export function relayStep(previous: RelayState, o: RelayOptions, measured: number): RelayState {
  if (previous.phase === 'done' || previous.phase === 'failed') return previous;
  const s = { ...previous, elapsedS: previous.elapsedS + previous.dtS };
  const end = (phase: 'done' | 'failed', why: string): RelayState => ({ ...s, phase, why, output: o.restOutput });
  s.measured = [...s.measured, measured];
  if (s.phase === 'rest') {
    s.outputs = [...s.outputs, 0];
    if (s.measured.length < REST_SAMPLES) return s;
    const { rest, noise } = atRest(s.measured);
    Object.assign(s, { phase: 'swinging', rest, noise, smooth: 0, high: true, sinceSwitch: 0, extreme: 0 });
    s.output = levelOf(o, s, true);
    s.outputs = [...s.outputs.slice(0, -1), s.output - o.restOutput];
    return s;
  }
  const centre = o.swing * CENTRE_SHARE * sideOf(s.switchAt.length);
  const away = measured - s.rest;
  s.smooth += (away - s.smooth) * SMOOTH_SHARE;
  if (Math.abs(s.smooth) > o.abortAt) return end('failed', `the measurement went ${o.abortAt} from rest`);
  s.sinceSwitch++;
  const off = s.smooth - centre;
  if (Math.abs(off) > Math.abs(s.extreme)) s.extreme = off;
  const band = BAND_SIGMAS * SMOOTH_SIGMA * s.noise + 1e-6;
  const crossed = s.high ? off > band : off < -band;
  const stuck = s.switchAt.length >= 4 && s.sinceSwitch > STUCK * s.longest;
  if (stuck && !crossed) {
    s.step = Math.min(s.step * 1.25, roomOf(o));
    s.output = levelOf(o, s, s.high);
    s.longest = s.sinceSwitch;
  }
  if (crossed) {
    if (s.switchAt.length > 0 && s.switchAt.length < 4) s.longest = Math.max(s.longest, s.sinceSwitch);
    s.switchAt = [...s.switchAt, s.measured.length];
    if (s.switchAt.length % 2 === 0 && s.switchAt.length <= 6) s.step = rescaled(o, s);
    if (s.switchAt.length % 2 === 0) s.extreme = 0;
    s.high = !s.high;
    s.sinceSwitch = 0;
    s.output = levelOf(o, s, s.high);
  }
  s.outputs = [...s.outputs, s.output - o.restOutput];
  if (s.switchAt.length >= 2 * o.swings + 2) return end('done', '');
  const deaf = s.switchAt.length === 0;
  const late = s.elapsedS > (deaf ? DEAF_SHARE : 1) * o.limitS || s.measured.length >= MAX_SAMPLES;
  if (late && deaf) return end('failed', 'the output does not move the measurement beyond its noise');
  if (late && s.switchAt.length < 4) return end('failed', 'too few swings within the time');
  return late ? end('done', '') : s;
}

/** Mean length of a full swing, s. */
export function periodS(s: RelayState): number {
  const first = s.switchAt[0]!;
  const last = s.switchAt.at(-1)!;
  return (2 * s.dtS * (last - first)) / (s.switchAt.length - 1);
}
