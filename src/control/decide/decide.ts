import type { Outputs } from '../../contract/points.ts';
import type { Wish } from '../comfort/comfort.ts';
import type { Estimates } from '../estimate/points.ts';
import { CIRCULATION_W, capacityW } from '../learn/own-pump.ts';
import type { PumpMap } from '../learn/pump-map.ts';
import { clamp, lagShare, WATER_W_PER_LPM_K } from '../physics.ts';
import type { DecidedState } from '../state.ts';
import type { StepInput } from '../types.ts';
import { compressorStep, dayRestS, MIN_OFF_S, MIN_PCT, MIN_RUN_S, mayStart } from './compressor.ts';
import { coolAim } from './cool.ts';
import { coolantStep } from './coolant.ts';
import { DEFROST_BUFFER_MIN_C, DEFROST_PUMP_PCT, defrostStep } from './defrost.ts';
import { exerciseStep } from './exercise.ts';
import { frostStep } from './frost.ts';
import { fullPowerCoolantC, grantStep, safeLimitW } from './grant.ts';
import { hotWaterStep } from './hotwater.ts';
import type { Plan } from './plan.ts';
import { accelHeatW, compressorTask, heatingLeastPct, speedLimitPct, WATER_RISE_K } from './task.ts';

export interface DecideFacts {
  est: Estimates;
  /** Its set-points are those in force: overrides and times of day included. */
  input: StepInput & Pick<Wish, 'setPoints'>;
  wish: Wish;
  dewC: number | null;
  plan: Plan;
  pump: PumpMap;
  /** What the interlock held down in the last tick: nothing integrates against it. */
  stopped: { accel: boolean; heatPump: boolean };
  dtS: number;
}

/** The reversing valve moves only when the pressures have met. */
const REVERSE_AFTER_S = 180;
/** The buffer may be charged this far above what the house needs now with heat that comes anyway. */
export const STORE_ABOVE_K = 10;
/** Share of COP lost with each kelvin of hotter water: 2 to 3 % (certified R290 units). */
const COP_PER_K = 0.025;
const WATER_MIN_PCT = 35;
/** The last fifth of a pump is noise and half of its power. */
const WATER_QUIET_PCT = 80;
const WATER_LAG_S = 20;
/** A tank on its way to 60 °C that has not risen for so long gets the accelerator, then the backup heater. */
export const STALL_ACCEL_S = 600;
const STALL_BACKUP_S = 1500;
/** The backup heater knows on and off only: on for most of its rating, off when next to nothing is missing. */
const BACKUP_ON_SHARE = 0.7;
const BACKUP_OFF_SHARE = 0.1;
/** A buffer colder than this does not carry the house through a defrost. */
const BRIDGE_BELOW_C = DEFROST_BUFFER_MIN_C + 4;

/** Coolant that charges a tank stays this far below its limit. */
const TANK_BELOW_K = 8;
/** The valve comes back when the tank's water is this much cooler again. */
const WATER_BACK_K = 2;

/** Water behind the condenser as hot as the coolant may be takes no heat: it gives the heat pump's to the dry cooler. */
const waterGives = ({ est }: DecideFacts, outSetC: number, rejecting: boolean): boolean =>
  est.condenserOutC.quality !== 'lost' && est.condenserOutC.value > outSetC - (rejecting ? WATER_BACK_K : 0);

function takerNow(f: DecideFacts, charging: boolean, frostHeat: boolean, rejecting: boolean): boolean {
  const { est, plan, input } = f;
  if (charging && !frostHeat) return !waterGives(f, coolantSetC(f, charging), rejecting);
  if (frostHeat) return true;
  if (input.setPoints.mode !== 'heating' || plan.supplySetC === 0) return false;
  const limitC = Math.min(input.house.bufferMaxC - 3, plan.supplySetC + STORE_ABOVE_K);
  return est.bufferTopC.value < limitC - (rejecting ? 3 : 0);
}

/** Reversing valve: wish, rest, move. Returns whether the compressor must stand still for it. */
function reverseStep(state: DecidedState, wanted: boolean, compressorNow: boolean, dtS: number) {
  const stillS = compressorNow ? 0 : Math.min(1e6, state.reversing.stillS + dtS);
  const move = state.reversing.cooling !== wanted && stillS >= REVERSE_AFTER_S;
  const cooling = move ? wanted : state.reversing.cooling;
  // One that has just turned rests as well: a mode that goes to and fro wears it out otherwise.
  return { reversing: { cooling, stillS: move ? 0 : stillS }, waits: cooling !== wanted };
}

function circulation(f: DecideFacts, state: DecidedState, heatW: number, needed: boolean, defrosting: boolean): number {
  if (!needed) return 0;
  const { est, input } = f;
  const nowPct = input.image.actuators.circulationPct;
  const known = est.heatFlowLpm.quality === 'good' && nowPct >= WATER_MIN_PCT && est.heatFlowLpm.value > 2;
  const lpmPerPct = known ? est.heatFlowLpm.value / nowPct : input.house.compressorMaxW / 10_000;
  const coolPct = heatW / (WATER_W_PER_LPM_K * WATER_RISE_K) / lpmPerPct;
  // Faster water is colder at the condenser, and the pump's power grows with the cube: where their sum is least.
  const fullRiseK = heatW / (WATER_W_PER_LPM_K * 100 * lpmPerPct);
  const bestPct = 100 * ((COP_PER_K * fullRiseK * est.compressorW.value) / (3 * CIRCULATION_W)) ** 0.25;
  const wantPct = clamp(Math.max(coolPct, Math.min(WATER_QUIET_PCT, bestPct || 0)), WATER_MIN_PCT, 100);
  const fromPct = Math.max(WATER_MIN_PCT, state.circulationPct);
  const pct = fromPct + (wantPct - fromPct) * lagShare(f.dtS, WATER_LAG_S);
  return defrosting ? Math.max(DEFROST_PUMP_PCT, pct) : pct;
}

/** Resistive heat, last of all: the accelerator's own resistive heat is worth answers. */
function backupOn(f: DecideFacts, frostHeat: boolean, compressorOn: boolean, rejecting: boolean): boolean {
  const { est, plan, input } = f;
  if (input.house.backupHeaterW === 0) return false;
  if (frostHeat) return !compressorOn && accelHeatW(f, rejecting) < 1000;
  if (!plan.heaterWanted || input.setPoints.mode !== 'heating') return false;
  const lackW = plan.resistiveW - accelHeatW(f, rejecting);
  const share = input.image.actuators.backupHeaterOn > 0 ? BACKUP_OFF_SHARE : BACKUP_ON_SHARE;
  return est.bufferTopC.value < input.house.bufferMaxC - 8 && lackW > share * input.house.backupHeaterW;
}

/** A defrost takes kilowatts out of the water: the accelerator gives them back where the house or the condenser lacks them. */
function bridges(f: DecideFacts, defrosting: boolean): boolean {
  return defrosting && (f.plan.backupWanted || f.est.bufferTopC.value < BRIDGE_BELOW_C);
}

/** Watts that the accelerator's heat is worth whatever computing earns; 0 while its owner has switched it off (last-heater.ts). */
function heatWorthW(f: DecideFacts, next: Pick<DecidedState, 'frost' | 'defrost' | 'hotWater' | 'coolant'>): number {
  const { house, setPoints } = f.input;
  // Water as hot as the coolant may be takes nothing for the tank.
  const tank = !next.coolant.reject && tankStalls(f, next.hotWater, STALL_ACCEL_S);
  const wanted = next.frost.heat || bridges(f, next.defrost.on) || tank;
  return wanted && setPoints.computeOn ? house.accelMaxW : 0;
}

/** A tank is charged in every mode but off; a compressor that has just begun to cool first has its minimum run. */
function mayCharge(f: DecideFacts, state: DecidedState): boolean {
  const { est, input } = f;
  if (input.setPoints.mode === 'off' || est.hotWaterC.quality === 'lost') return false;
  const busy = state.reversing.cooling && state.compressor.on && state.compressor.sinceS < MIN_RUN_S;
  return state.hotWater.charging || !busy;
}

/** The weekly 60 °C does not get on with what heats the tank now. */
const tankStalls = (f: DecideFacts, hotWater: DecidedState['hotWater'], afterS: number): boolean =>
  f.wish.hotWater.killing && hotWater.charging && hotWater.stalledS >= afterS;

/** In the supply the heater helps the tank: for a weekly 60 °C that stalls, and while the heat pump is dead. */
const tankBackup = (f: DecideFacts, hotWater: DecidedState['hotWater']): boolean =>
  f.input.house.backupHeaterAt === 'supply' &&
  f.input.house.backupHeaterW > 0 &&
  hotWater.charging &&
  (tankStalls(f, hotWater, STALL_BACKUP_S) || (f.stopped.heatPump && f.plan.heaterWanted));

/** Coolant outlet: hot enough for the tank while it is charged, and as hot as leaves all power for the weekly 60 °C. */
function coolantSetC(f: DecideFacts, charging: boolean): number {
  const { est, input, wish } = f;
  if (!charging) return input.house.coolantOutSetC;
  const mostC = wish.hotWater.killing ? fullPowerCoolantC(input.house) : input.house.coolantMaxC - TANK_BELOW_K;
  return clamp(est.hotWaterC.value + 14, Math.min(input.house.coolantOutSetC, mostC), mostC);
}

/** The 1 Hz loops: state machines and controllers of everything that moves. Pure. */
export function loopsStep(previous: DecidedState, f: DecideFacts): DecidedState {
  const { est, input, plan, dtS, stopped, wish } = f;
  const { house, setPoints, image } = input;
  const frost = frostStep(previous.frost, est, dtS);
  const defrost = defrostStep(previous.defrost, est, image, dtS);
  const hotWater = hotWaterStep(previous.hotWater, {
    allowed: mayCharge(f, previous),
    tank: est.hotWaterC,
    aim: wish.hotWater,
    dtS,
  });
  const coolWanted = setPoints.mode === 'cooling' && !hotWater.charging && !frost.heat;
  const cool = coolAim(est, f.dewC, setPoints.roomSetC, previous.compressor.on);
  const { reversing, waits } = reverseStep(previous, coolWanted, image.actuators.compressorOn > 0, dtS);
  const task = compressorTask(f, previous, hotWater.charging, frost.heat, cool);
  const pumpW = capacityW(f.pump, house, task.sinkC, est.outdoorC.value);
  const compressor = compressorStep(previous.compressor, {
    ...task,
    fullW: pumpW,
    forcedOff: stopped.heatPump || waits || (reversing.cooling && cool.stop),
    switchedOff: setPoints.mode === 'off' && !frost.heat,
    leastPct: coolWanted || hotWater.charging || frost.heat ? MIN_PCT : heatingLeastPct(f),
    maxPct: speedLimitPct(f, coolWanted ? cool : undefined, hotWater.charging),
    startsPerDay: house.startsPerDay,
    urgent: frost.heat,
    defrosting: defrost.on,
    nowPct: image.actuators.compressorPct,
    dtS,
  });
  const grant = grantStep(previous.grant, {
    est,
    house,
    setPoints,
    want: input.want,
    limitW: stopped.accel ? 0 : safeLimitW(est, house),
    fillerW: Math.max(plan.fillerW, heatWorthW(f, { frost, defrost, hotWater, coolant: previous.coolant })),
    paidW: plan.paidW,
    dtS,
  });
  const supplied = image.actuators.accelSupplyOn > 0;
  const coolant = coolantStep(previous.coolant, {
    est,
    house,
    taker: takerNow(f, hotWater.charging, frost.heat, previous.coolant.reject),
    never: coolWanted,
    outSetC: coolantSetC(f, hotWater.charging),
    supplied,
    pumpNowPct: image.actuators.accelPumpPct,
    fanNowPct: image.actuators.dryCoolerPct,
    dtS,
  });
  // While a sound heat pump charges the tank, the buffer waits: bought resistive heat would go into the tank.
  const mayBackUp = frost.heat || !hotWater.charging || stopped.heatPump;
  const backup =
    tankBackup(f, hotWater) || (mayBackUp && !defrost.on && backupOn(f, frost.heat, compressor.on, coolant.reject));
  const accelGives = !coolant.reject && supplied && (coolant.coolS < 300 || est.accelW.value > 100);
  const heaterGives = backup && house.backupHeaterAt === 'supply';
  const pumped = compressor.on || accelGives || heaterGives || frost.pump || defrost.on;
  const compressorHeatW = compressor.on ? (compressor.pct / 100) * pumpW : 0;
  const besideW = accelHeatW(f, coolant.reject) + (heaterGives ? house.backupHeaterW : 0);
  const circulationPct = circulation(f, previous, compressorHeatW + besideW, pumped, defrost.on);
  const next = { compressor, coolant, hotWater, frost, defrost, grant: grant.state, reversing, circulationPct };
  const outputs = outputsOf(next, grant.grantW, backup);
  // A defrost takes its heat from the buffer, not from the tank that is being charged.
  if (defrost.on && est.bufferTopC.value > DEFROST_BUFFER_MIN_C) outputs.hotWaterOn = 0;
  const exercised = exerciseStep(previous.exercise, previous.outputs, outputs, dtS);
  return { ...next, grantW: grant.grantW, fillerW: grant.fillerW, paidW: grant.paidW, ...exercised };
}

function outputsOf(
  s: Omit<DecidedState, 'outputs' | 'grantW' | 'fillerW' | 'paidW' | 'exercise'>,
  grantW: number,
  backup: boolean,
): Outputs {
  return {
    compressorOn: s.compressor.on ? 1 : 0,
    compressorPct: s.compressor.pct,
    coolingOn: s.reversing.cooling ? 1 : 0,
    accelSupplyOn: s.grant.supply ? 1 : 0,
    accelCapW: grantW,
    accelPumpPct: s.coolant.pumpPct,
    circulationPct: s.circulationPct,
    dryCoolerPct: s.coolant.fanPct,
    rejectOn: s.coolant.reject ? 1 : 0,
    hotWaterOn: s.hotWater.charging ? 1 : 0,
    backupHeaterOn: backup ? 1 : 0,
  };
}

/** Why the compressor stands still although it is wanted, for people; undefined when it need not wait. */
export function compressorWaits(state: DecidedState, startsPerDay: number): string | undefined {
  const { compressor } = state;
  if (compressor.on) return undefined;
  const minutes = (seconds: number) => Math.max(1, Math.ceil(seconds / 60));
  if (compressor.sinceS < MIN_OFF_S) return `the compressor rests ${minutes(MIN_OFF_S - compressor.sinceS)} min more`;
  if (!mayStart(compressor)) return 'the compressor has had its starts for this hour';
  const restS = dayRestS(compressor.startAgesS, startsPerDay);
  const used = compressor.startAgesS.length;
  return restS === 0 ? undefined : `${used} starts in 24 h: the compressor waits ${minutes(restS)} min for the next`;
}
