import type { Image } from '../../contract/points.ts';
import type { Estimates } from '../estimate/points.ts';
import { WATER_W_PER_LPM_K } from '../physics.ts';

/**
 * The machine defrosts its outdoor unit when it sees fit and tells nobody: it draws power and takes heat out of the
 * condenser's water. It is no start, needs its water moving, and takes heat from the buffer rather than from the tank.
 */
export interface DefrostState {
  on: boolean;
  /** Seconds for which the condenser has taken heat out of the water. */
  coldS: number;
}

/** Longer than any defrost: sensors that changed places, or a valve at the wrong end. */
const LONGEST_S = 900;

export const DEFROST_START: DefrostState = { on: false, coldS: 0 };

const DRAWS_W = 200;
const TAKES_W = 500;
const MIN_FLOW_LPM = 2;
/** Longer than water of another temperature takes to pass the sensors after a valve has moved. */
const CONFIRM_S = 15;
/** No air above this leaves frost on an evaporator. */
const FROST_FREE_C = 12;
/** A buffer colder than this cannot give heat without risk to the condenser. */
export const DEFROST_BUFFER_MIN_C = 20;
/** Circulation while defrosting, so that the condenser does not freeze. */
export const DEFROST_PUMP_PCT = 60;

export function defrostStep(state: DefrostState, est: Estimates, image: Image, dtS: number): DefrostState {
  const { heatFlowLpm, condenserOutC, returnC, compressorW, outdoorC } = est;
  const runs = image.actuators.compressorOn > 0 && image.actuators.coolingOn === 0 && compressorW.value > DRAWS_W;
  const seen = [heatFlowLpm, condenserOutC, returnC, compressorW].every((e) => e.quality !== 'lost');
  if (!runs || !seen || heatFlowLpm.value < MIN_FLOW_LPM) return DEFROST_START;
  const heatW = WATER_W_PER_LPM_K * heatFlowLpm.value * (condenserOutC.value - returnC.value);
  if (heatW > (state.on ? 0 : -TAKES_W) || outdoorC.value > FROST_FREE_C) return DEFROST_START;
  const coldS = state.coldS + dtS;
  return { on: coldS >= CONFIRM_S && coldS < LONGEST_S, coldS };
}
