import type { House } from '../../contract/house.ts';
import type { Image } from '../../contract/points.ts';
import { MIN_PCT } from '../decide/compressor.ts';
import type { Estimates } from '../estimate/points.ts';
import { lagShare } from '../physics.ts';

/**
 * Watts of the compressor for each percent of speed, learnt while it runs steadily. A limit in watts is kept in watts: at
 * small lift a machine draws half of its rating at full speed, and would be slowed for nothing.
 */
export interface SpeedState {
  slowW: number;
  slowPct: number;
  /** Null before it has ever run steadily. */
  wPerPct: number | null;
  /** It runs and the figure is of this run: after a start the lift may be another. */
  known: boolean;
}

export const SPEED_START: SpeedState = { slowW: 0, slowPct: 0, wPerPct: null, known: false };

const SLOW_TAU_S = 5;
const LEARN_TAU_S = 10;
/** Power and speed near their own slow means: the drive has followed. */
const STEADY_SHARE = 0.03;
const STEADY_PCT = 1.5;
const TURNS_W = 100;
/** Power this little below its slow mean is not that of a drive that still follows an order to slow down. */
const FALLS_SHARE = 0.01;
/** Noise of the meter, and not more, is smoothed away. */
const DEARER_TAU_S = 1;
/** An order this far from its slow mean is news to the drive, % of speed. */
const NEWS_PCT = 5;
/** Faster only in steps that stay steady: a machine whose power grows faster than its speed is seen in time. */
const RISE_PCT = 1.4;
/** Kept free for the error of what is learnt. */
const MARGIN_SHARE = 0.02;

export function speedStep(state: SpeedState, est: Estimates, image: Image, realS: number): SpeedState {
  const { compressorOn, compressorPct: pct } = image.actuators;
  const watts = est.compressorW.value;
  if (compressorOn === 0 || pct <= 0 || est.compressorW.quality === 'lost' || watts < TURNS_W) {
    return { ...SPEED_START, wPerPct: state.wPerPct };
  }
  const share = lagShare(realS, SLOW_TAU_S);
  const slowW = state.slowW + (watts - state.slowW) * share;
  const slowPct = state.slowPct + (pct - state.slowPct) * share;
  const steady = Math.abs(watts - slowW) < STEADY_SHARE * watts && Math.abs(pct - slowPct) < STEADY_PCT;
  const slow = { ...state, slowW, slowPct };
  const seen = watts / (slowPct - pct > NEWS_PCT ? slowPct : pct);
  const known = state.known && state.wPerPct !== null;
  // A machine that warms up, or whose tank gets hot, draws more at the same speed: believed at once.
  const dearer = known && seen > state.wPerPct! && watts > slowW * (1 - FALLS_SHARE);
  if (!steady && !dearer) return slow;
  const tauS = dearer ? DEARER_TAU_S : LEARN_TAU_S;
  const wPerPct = known ? state.wPerPct! + (seen - state.wPerPct!) * lagShare(realS, tauS) : seen;
  return { ...slow, wPerPct, known: true };
}

/** Most speed within `limitW`, percent. At a great lift half the speed takes most of the rating: one not yet seen begins slowly. */
export function mostPct(state: SpeedState, limitW: number, house: House): number {
  if (!state.known || state.wPerPct === null) return limitW < house.compressorMaxW ? MIN_PCT : 100;
  return Math.min(100, ((1 - MARGIN_SHARE) * limitW) / state.wPerPct, state.slowPct + RISE_PCT);
}

/** What it draws at its least speed, W: by its rating until it has been seen. */
export const leastW = (state: SpeedState, house: House): number =>
  MIN_PCT * (state.wPerPct ?? house.compressorMaxW / 100);
