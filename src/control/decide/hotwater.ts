import type { Estimate } from '../estimate/points.ts';

/** Hot water goes first: the tank is charged when it is short, until it is hot or has had its time. */
export interface HotWaterState {
  charging: boolean;
  /** Seconds since charging began or ended. */
  sinceS: number;
  /** The tank's highest temperature of this charge and the seconds since it last rose. */
  bestC: number;
  stalledS: number;
}

export const HOT_WATER_START: HotWaterState = { charging: false, sinceS: 3600, bestC: 0, stalledS: 0 };

/** What people want of the tank now. */
export interface HotWaterAim {
  setC: number;
  startBelowK: number;
  /** The weekly 60 °C. */
  killing: boolean;
}

const MAX_CHARGE_S = 90 * 60;
/** Heat for the house between two charges that did not get the tank hot. */
const PAUSE_S = 60 * 60;
/** Between any two charges: a set-point that goes to and fro must not turn the valve each time. */
const REST_S = 300;
/** Supply above the tank that drives heat through its coil. */
export const COIL_K = 8;
const RISE_K = 0.3;

export interface HotWaterInput {
  /** The mode, the sensor and the machine let a charge begin or go on. */
  allowed: boolean;
  tank: Estimate;
  aim: HotWaterAim;
  dtS: number;
}

export function hotWaterStep(state: HotWaterState, input: HotWaterInput): HotWaterState {
  const { allowed, tank, aim, dtS } = input;
  const sinceS = Math.min(1e6, state.sinceS + dtS);
  if (state.charging) {
    const hot = tank.value >= aim.setC;
    const done = hot || sinceS >= MAX_CHARGE_S || !allowed;
    if (done) return { ...HOT_WATER_START, sinceS: hot ? PAUSE_S - REST_S : 0 };
    const rose = tank.value > state.bestC + RISE_K;
    return {
      charging: true,
      sinceS,
      bestC: rose ? tank.value : state.bestC,
      stalledS: rose ? 0 : state.stalledS + dtS,
    };
  }
  const short = allowed && tank.value < aim.setC - aim.startBelowK && sinceS >= PAUSE_S;
  return short ? { charging: true, sinceS: 0, bestC: tank.value, stalledS: 0 } : { ...state, sinceS };
}
