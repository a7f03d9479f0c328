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

const waters = (est: Estimates) => [est.supplyC, est.returnC, est.condenserOutC, est.bufferBottomC];
/** Infinity where none can be read. */
const coldestC = (points: Estimates['supplyC'][]) =>
  Math.min(...points.filter((e) => e.quality !== 'lost').map((e) => e.value));

/** Of the heating water: coolant of a winter's dry cooler is as cold and need not worry whoever drives by hand. */
export const waterMayFreeze = ({ pump }: FrostState, est: Estimates): boolean =>
  pump && coldestC(waters(est)) <= SAFE_C;

export function frostStep(state: FrostState, est: Estimates, dtS: number): FrostState {
  const coldest = coldestC([...waters(est), est.accelInC]);
  if (coldest === Number.POSITIVE_INFINITY) return state;
  if (coldest > SAFE_C) return FROST_START;
  if (coldest > COLD_C) return state;
  const coldS = Math.min(1e6, state.coldS + dtS);
  return { pump: true, heat: state.heat || coldS >= HEAT_AFTER_S, coldS };
}
