import { backupDrawsW, type House } from '../../contract/house.ts';
import type { Image } from '../../contract/points.ts';
import type { Estimate, Estimates } from '../estimate/points.ts';
import { plannedAccelW } from '../estimate.ts';
import { lagShare } from '../physics.ts';

/** Controller, pumps and fans of the unit together: not measured, so this much is set aside for them. */
export const AUX_W = 250;
/** A meter older than this tells nothing of now. */
const METER_FRESH_MS = 10_000;
/** The meter answers this much later than our own power changes: until then a fall of ours is not somebody else's rise. */
const METER_LATE_S = 2;
/** What others draw is believed at once when it rises and slowly when it falls. */
const FALL_TAU_S = 30;
/** Set aside for the household while the meter is silent: cooker and kettle at once. */
const HOUSEHOLD_RESERVE_W = 4000;

/** Power on the same meter that is not ours. */
export interface MeterState {
  /** Household, wallbox and battery less sun; null before the first reading. */
  othersW: number | null;
  sampleMs: number | null;
  /** Highest own power of the last moments. */
  ownPeakW: number;
  ownPeakS: number;
}

export const METER_START: MeterState = { othersW: null, sampleMs: null, ownPeakW: 0, ownPeakS: 0 };

/** Electrical power of the unit now, W, pumps and fans included as an allowance. */
export function ownW(est: Estimates, image: Image, house: House): number {
  const compressorW = est.compressorW.quality === 'lost' ? 0 : Math.max(0, est.compressorW.value);
  const backupW = image.actuators.backupHeaterOn > 0 ? backupDrawsW(house) : 0;
  return compressorW + plannedAccelW(est) + backupW + AUX_W;
}

/** What a meter of the board says now, W; undefined when it is old or lost. */
export const freshW = ({ quality, ageMs, value }: Estimate): number | undefined =>
  quality === 'good' && ageMs <= METER_FRESH_MS ? value : undefined;

export function meterStep(state: MeterState, est: Estimates, image: Image, house: House, dtS: number): MeterState {
  const nowW = ownW(est, image, house);
  const ownPeakS = state.ownPeakS + dtS;
  const peak = nowW >= state.ownPeakW || ownPeakS > METER_LATE_S;
  const own = peak ? { ownPeakW: nowW, ownPeakS: 0 } : { ownPeakW: state.ownPeakW, ownPeakS };
  const sampleMs = image.atMs - est.gridW.ageMs;
  const gridW = freshW(est.gridW);
  if (gridW === undefined || sampleMs === state.sampleMs) return { ...state, ...own };
  const seenW = gridW - own.ownPeakW;
  const before = state.othersW ?? seenW;
  const othersW = seenW >= before ? seenW : before + (seenW - before) * lagShare(dtS, FALL_TAU_S);
  return { othersW, sampleMs, ...own };
}

/** What others are taken to draw: measured, or the reserve while the meter is silent. */
export const othersNowW = (state: MeterState, est: Estimates): number =>
  freshW(est.gridW) !== undefined && state.othersW !== null ? state.othersW : HOUSEHOLD_RESERVE_W;
