import { backupDrawsW } from '../../contract/house.ts';
import type { Reason } from '../../contract/messages.ts';
import type { Estimates } from '../estimate/points.ts';
import { plannedAccelW } from '../estimate.ts';
import { kw } from '../figures.ts';
import { clamp, copOf } from '../physics.ts';
import type { StepInput } from '../types.ts';
import type { Plan } from './plan.ts';

/** The compressor is dead and heat is wanted: the accelerator heats at any price, then the backup heater. */
export interface EmergencyState {
  on: boolean;
  /** House seconds for which the interlock has held the heat pump, has let it go again, and the buffer has been short. */
  deadS: number;
  freeS: number;
  shortS: number;
  backup: boolean;
}

export const EMERGENCY_START: EmergencyState = { on: false, deadS: 0, freeS: 0, shortS: 0, backup: false };

/** Longer than the rest that a sound compressor takes. */
const DEAD_AFTER_S = 240;
/** It may run again when the interlock has let it go for this long; should it fail anew, this begins anew. */
const FREE_AFTER_S = 60;
/** The accelerator alone has not been enough for this long. */
const BACKUP_AFTER_S = 600;
const SHORT_K = 4;
export const WATER_MAX_C = 75;

export interface EmergencyFacts {
  est: Estimates;
  input: StepInput;
  plan: Plan;
  /** The interlock holds the heat pump off. */
  stopped: boolean;
  hotWaterWanted: boolean;
  /** Seconds for which the tank that is charged has not got hotter. */
  tankStallsS: number;
  dtS: number;
}

export function emergencyStep(state: EmergencyState, facts: EmergencyFacts): EmergencyState {
  const { est, input, plan, stopped, dtS } = facts;
  const { house } = input;
  const wanted = input.setPoints.mode !== 'off' && (plan.supplySetC > 0 || facts.hotWaterWanted);
  const deadS = stopped ? Math.min(1e6, state.deadS + dtS) : 0;
  const freeS = stopped ? 0 : Math.min(1e6, state.freeS + dtS);
  const on = wanted && (state.on ? freeS < FREE_AFTER_S : deadS >= DEAD_AFTER_S);
  if (!on) return { ...EMERGENCY_START, deadS, freeS };
  const missingK = plan.supplySetC > 0 ? plan.supplySetC - est.bufferTopC.value : 0;
  const shortS = missingK > SHORT_K ? state.shortS + dtS : 0;
  const tankToo = house.backupHeaterAt === 'supply' && facts.hotWaterWanted;
  const begins = shortS >= BACKUP_AFTER_S || (tankToo && facts.tankStallsS >= BACKUP_AFTER_S);
  const goesOn = state.backup && (missingK > 1 || tankToo);
  const backup = house.backupHeaterW > 0 && (begins || goesOn);
  return { on, deadS, freeS, shortS, backup };
}

/** The plan in an emergency: as much accelerator heat as the house takes, while water carries it there. */
export function emergencyPlan(state: EmergencyState, facts: EmergencyFacts, rejecting: boolean): Plan {
  const { plan, est, input } = facts;
  if (!state.on) return plan;
  const carried = est.heatFlowLpm.quality !== 'lost' && est.heatFlowLpm.value >= 1 && est.supplyC.value < WATER_MAX_C;
  const heatW = carried && !rejecting ? clamp(plan.heatNeedW, 0, input.house.accelMaxW) : 0;
  return {
    ...plan,
    fillerW: Math.max(plan.fillerW, heatW),
    backupWanted: plan.backupWanted || state.backup,
    heaterWanted: plan.heaterWanted || state.backup,
    resistiveW: plan.heatNeedW,
  };
}

/** The reason becomes an event and a message in its first second, when nothing else heats yet: no figures then. */
const HEATS_W = 100;

/** What heats now, and what it costs against the heat pump it stands in for. */
export function emergencyReasons(state: EmergencyState, est: Estimates, input: StepInput): Reason[] {
  if (!state.on) return [];
  const { house, market, image, setPoints } = input;
  const accelW = plannedAccelW(est);
  const heaterW = image.actuators.backupHeaterOn > 0 ? house.backupHeaterW : 0;
  const electricW = accelW + Math.min(heaterW, backupDrawsW(house));
  const burntEur = ((accelW + heaterW - electricW) / 1000) * house.alternativeEurPerKwh;
  const pumpW = (accelW + heaterW) / copOf(est.supplyC.value, est.outdoorC.value);
  const perHour = (watts: number, moreEur = 0) =>
    `${((watts / 1000) * (market?.priceEurPerKwh ?? 0) + moreEur).toFixed(2)} EUR`;
  const cost = market
    ? `${perHour(electricW, burntEur)} an hour instead of ${perHour(pumpW)} with the heat pump`
    : `${kw(electricW)} of electricity instead of ${kw(pumpW)}, at a price nobody has told`;
  const off = setPoints.computeOn ? '' : '; computing is switched off, switch it on for its heat';
  const rest = `${cost}${off}`;
  const text =
    accelW + heaterW < HEATS_W
      ? `the heat pump cannot run, and nothing else heats yet${off}`
      : house.backupHeaterIs === 'boiler'
        ? `the heat pump cannot run: the accelerator heats ${kw(accelW)}, the old boiler ${kw(heaterW)}; ${rest}`
        : `the heat pump cannot run: the accelerator heats ${kw(accelW)}, the backup heater ${kw(heaterW)}; ${rest}`;
  return [{ what: 'emergencyHeat', code: 'emergency-heat', text: text.slice(0, 400) }];
}
