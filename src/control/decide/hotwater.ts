/** Hot water goes first: the tank is charged when it is short, until it is hot or has had its time. */
export interface HotWaterState {
  charging: boolean;
  /** Seconds since charging began or ended. */
  sinceS: number;
}

export const HOT_WATER_START: HotWaterState = { charging: false, sinceS: 3600 };

const START_BELOW_K = 6;
const MAX_CHARGE_S = 90 * 60;
/** Heat for the house between two charges that did not get the tank hot. */
const PAUSE_S = 60 * 60;
/** Supply above the tank that drives heat through its coil. */
export const COIL_K = 8;

export function hotWaterStep(
  state: HotWaterState,
  input: { allowed: boolean; tankC: number; setC: number; dtS: number },
): HotWaterState {
  const sinceS = Math.min(1e6, state.sinceS + input.dtS);
  if (state.charging) {
    const done = input.tankC >= input.setC || sinceS >= MAX_CHARGE_S || !input.allowed;
    return done ? { charging: false, sinceS: input.tankC >= input.setC ? PAUSE_S : 0 } : { charging: true, sinceS };
  }
  const short = input.allowed && input.tankC < input.setC - START_BELOW_K && sinceS >= PAUSE_S;
  return short ? { charging: true, sinceS: 0 } : { charging: false, sinceS };
}
