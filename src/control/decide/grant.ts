import type { House } from '../../contract/house.ts';
import type { ComputeWant, SetPoints } from '../../contract/messages.ts';
import type { Estimates } from '../estimate/points.ts';
import { clamp } from '../physics.ts';

/** What the accelerator may draw: as much as can be cooled, split into what questions need and what pays. */
export interface GrantState {
  supply: boolean;
  /** Seconds since anything wanted the accelerator. */
  idleS: number;
  /** Seconds for which its contactor has been closed. */
  closedS: number;
}

export const GRANT_START: GrantState = { supply: false, idleS: 3600, closedS: 0 };

/** So that a first question need not wait for a grant: one card's worth, or a tenth of a large accelerator. */
const STANDBY_W = 400;
/** While nobody decides for the accelerator: the contactor opens after this without use. */
const IDLE_S = 900;
/** A contactor that has closed stays so for this long unless the interlock opens it: power goes at once, switching wears. */
const CLOSED_LEAST_S = 120;
const DERATE_K = 6;
/** So many kelvins of chip head-room take the power from full to none. */
const CHIP_DERATE_K = 6;
/** F14: heat storage from here on takes less and less. */
const WATER_DERATE_C = 75;
const WATER_OFF_C = 82;
/** More than idle: large accelerators idle at hundreds of watts. */
const WORKING_W = 300;
const WORKING_SHARE = 0.15;

/** The hottest coolant, °C, at which the accelerator keeps all of its power; the interlock's own line for the dry cooler lies above it. */
export const fullPowerCoolantC = (house: House): number => house.coolantMaxC - 1 - DERATE_K;

/** Watts that can be cooled now; falls smoothly before any limit trips. */
export function safeLimitW(est: Estimates, house: House): number {
  if (est.accelW.quality === 'lost' || est.accelChipC.quality === 'lost') return 0;
  const coolant = 1 + (fullPowerCoolantC(house) - est.accelOutC.value) / DERATE_K;
  const chip = (house.chipMaxC - 2 - est.accelChipC.value) / CHIP_DERATE_K;
  const water = (WATER_OFF_C - est.supplyC.value) / (WATER_OFF_C - WATER_DERATE_C);
  return house.accelMaxW * clamp(Math.min(coolant, chip, water), 0, 1);
}

export interface GrantInput {
  est: Estimates;
  house: House;
  setPoints: SetPoints;
  want: ComputeWant | undefined;
  limitW: number;
  fillerW: number;
  paidW: number;
  dtS: number;
}

export interface GrantDecision {
  state: GrantState;
  grantW: number;
  fillerW: number;
  paidW: number;
}

export function grantStep(state: GrantState, input: GrantInput): GrantDecision {
  const { house, setPoints, want, limitW, est } = input;
  const idleS = Math.min(1e6, state.idleS + input.dtS);
  const closedS = state.supply ? Math.min(1e6, state.closedS + input.dtS) : 0;
  const stays = state.supply && closedS < CLOSED_LEAST_S;
  if (!setPoints.computeOn || house.accelMaxW === 0) {
    return { state: { supply: stays, idleS, closedS }, grantW: 0, fillerW: 0, paidW: 0 };
  }
  const standbyW = Math.max(STANDBY_W, 0.1 * house.accelMaxW);
  const questionsW = want && want.queued > 0 ? Math.max(want.wantW, standbyW) : standbyW;
  const fillerW = Math.min(limitW, input.fillerW);
  const paidW = Math.min(limitW, input.paidW);
  const grantW = Math.min(limitW, Math.max(questionsW, fillerW, paidW));
  const working =
    est.accelW.quality !== 'lost' && est.accelW.value > Math.max(WORKING_W, WORKING_SHARE * house.accelMaxW);
  const asked = (want !== undefined && want.queued > 0) || fillerW > 0 || input.paidW > 0;
  // The scheduler of compute owns the gate while its lease lives. Not for heat that the house wants: frost and emergency wait
  // for nobody's word. And a card at work is never cut off.
  const gateOpen = want?.gate === undefined ? asked : want.gate === 'on' || fillerW > 0;
  const wanted = gateOpen || (state.supply && working);
  const nextIdleS = wanted ? 0 : idleS;
  const supply = wanted || stays || (want?.gate === undefined && state.supply && nextIdleS < IDLE_S);
  return { state: { supply, idleS: nextIdleS, closedS }, grantW, fillerW, paidW };
}
