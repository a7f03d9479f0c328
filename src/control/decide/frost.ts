import type { Estimates } from '../estimate/points.ts';

/** Frost protection works in every mode, without broker, net or compute (F15). */
export interface FrostState {
  pump: boolean;
  heat: boolean;
  coldS: number;
}

export const FROST_START: FrostState = { pump: false, heat: false, coldS: 0 };

const COLD_C = 5;
const SAFE_C = 10;
/** Pump at once, heat if moving water alone does not help; within the bounds of 30 s and 60 s. */
const HEAT_AFTER_S = 30;

export function frostStep(state: FrostState, est: Estimates, dtS: number): FrostState {
  const waters = [est.supplyC, est.returnC, est.condenserOutC, est.bufferBottomC, est.accelInC];
  const seen = waters.filter((e) => e.quality !== 'lost').map((e) => e.value);
  if (seen.length === 0) return state;
  const coldest = Math.min(...seen);
  if (coldest > SAFE_C) return FROST_START;
  if (coldest > COLD_C) return state;
  const coldS = Math.min(1e6, state.coldS + dtS);
  return { pump: true, heat: state.heat || coldS >= HEAT_AFTER_S, coldS };
}
