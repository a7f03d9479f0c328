import type { Outputs } from '../../contract/points.ts';
import type { Estimates } from '../estimate/points.ts';
import { plannedAccelW } from '../estimate.ts';
import { clamp, lagShare, WATER_W_PER_LPM_K } from '../physics.ts';
import type { DecidedState } from '../state.ts';
import type { StepInput } from '../types.ts';
import { type CompressorInput, capacityW, compressorStep, mayStart } from './compressor.ts';
import { coolantStep } from './coolant.ts';
import { frostStep } from './frost.ts';
import { grantStep, safeLimitW } from './grant.ts';
import { COIL_K, hotWaterStep } from './hotwater.ts';
import type { Plan } from './plan.ts';

export interface DecideFacts {
  est: Estimates;
  input: StepInput;
  plan: Plan;
  /** What the interlock held down in the last tick: nothing integrates against it. */
  stopped: { accel: boolean; heatPump: boolean };
  dtS: number;
}

/** The reversing valve moves only when the pressures have met. */
const REVERSE_AFTER_S = 180;
/** Cold water must stay above the dew point; without a humidity sensor this floor is used. */
const COOL_SUPPLY_C = 19;
/** The buffer may be charged this far above what the house needs now with heat that comes anyway. */
export const STORE_ABOVE_K = 10;
/** Wished rise of the heating water over all its sources. */
const WATER_RISE_K = 6;
const WATER_MIN_PCT = 35;
const WATER_LAG_S = 20;
const FROST_SET_C = 25;
const HELPS_SHARE = 0.5;
const FAR_SHORT_K = 8;

const accelHeatW = (f: DecideFacts, rejecting: boolean): number => (rejecting ? 0 : plannedAccelW(f.est));

function takerNow(f: DecideFacts, charging: boolean, frostHeat: boolean, rejecting: boolean): boolean {
  const { est, plan, input } = f;
  if (frostHeat || charging) return true;
  if (input.setPoints.mode !== 'heating' || plan.supplySetC === 0) return false;
  const limitC = Math.min(input.house.bufferMaxC - 3, plan.supplySetC + STORE_ABOVE_K);
  return est.bufferTopC.value < limitC - (rejecting ? 3 : 0);
}

/** What the compressor should serve: hot water first, then frost, then the mode. */
function compressorTask(
  f: DecideFacts,
  state: DecidedState,
  charging: boolean,
  frostHeat: boolean,
): Pick<CompressorInput, 'wanted' | 'setC' | 'storeC' | 'needW' | 'sinkC'> {
  const { est, plan, input } = f;
  const sinkC = est.supplyC.value;
  if (charging) {
    const storeC = est.hotWaterC.value + COIL_K;
    return { wanted: true, setC: input.setPoints.hotWaterSetC + COIL_K, storeC, needW: 1e5, sinkC: storeC };
  }
  if (frostHeat) return { wanted: true, setC: FROST_SET_C, storeC: est.returnC.value, needW: 3000, sinkC };
  if (input.setPoints.mode === 'cooling') {
    const warmK = est.roomC.value - input.setPoints.roomSetC;
    const wanted = est.roomC.quality !== 'lost' && warmK > (state.compressor.on ? -0.2 : 0.5);
    return { wanted, setC: -COOL_SUPPLY_C, storeC: -est.bufferTopC.value, needW: 2000, sinkC: est.outdoorC.value + 10 };
  }
  const needW = Math.max(0, plan.heatNeedW - accelHeatW(f, state.coolant.reject));
  return { wanted: plan.supplySetC > 0, setC: plan.supplySetC, storeC: est.bufferTopC.value, needW, sinkC };
}

/** Reversing valve: wish, rest, move. Returns whether the compressor must stand still for it. */
function reverseStep(state: DecidedState, wanted: boolean, compressorNow: boolean, dtS: number) {
  const stillS = compressorNow ? 0 : Math.min(1e6, state.reversing.stillS + dtS);
  const move = state.reversing.cooling !== wanted && stillS >= REVERSE_AFTER_S;
  const cooling = move ? wanted : state.reversing.cooling;
  return { reversing: { cooling, stillS }, waits: cooling !== wanted };
}

function circulation(f: DecideFacts, state: DecidedState, heatW: number, needed: boolean): number {
  if (!needed) return 0;
  const { est, input } = f;
  const nowPct = input.image.actuators.circulationPct;
  const known = est.heatFlowLpm.quality === 'good' && nowPct >= WATER_MIN_PCT && est.heatFlowLpm.value > 2;
  const lpmPerPct = known ? est.heatFlowLpm.value / nowPct : input.house.compressorMaxW / 10_000;
  const wantPct = clamp(heatW / (WATER_W_PER_LPM_K * WATER_RISE_K) / lpmPerPct, WATER_MIN_PCT, 100);
  const fromPct = Math.max(WATER_MIN_PCT, state.circulationPct);
  return fromPct + (wantPct - fromPct) * lagShare(f.dtS, WATER_LAG_S);
}

/** Resistive heat, last of all: the accelerator's own resistive heat is worth answers. */
function backupOn(f: DecideFacts, frostHeat: boolean, compressorOn: boolean, rejecting: boolean): boolean {
  const { est, plan, input } = f;
  if (frostHeat) return !compressorOn && accelHeatW(f, rejecting) < 1000;
  if (!plan.backupWanted || input.setPoints.mode !== 'heating') return false;
  const helps = accelHeatW(f, rejecting) > HELPS_SHARE * input.house.accelMaxW;
  const far = est.bufferTopC.value < plan.supplySetC - FAR_SHORT_K;
  return est.bufferTopC.value < input.house.bufferMaxC - 8 && (!helps || far);
}

/** The 1 Hz loops: state machines and controllers of everything that moves. Pure. */
export function loopsStep(previous: DecidedState, f: DecideFacts): DecidedState {
  const { est, input, plan, dtS, stopped } = f;
  const { house, setPoints, image } = input;
  const frost = frostStep(previous.frost, est, dtS);
  const hotWater = hotWaterStep(previous.hotWater, {
    allowed: setPoints.mode !== 'off' && est.hotWaterC.quality !== 'lost',
    tankC: est.hotWaterC.value,
    setC: setPoints.hotWaterSetC,
    dtS,
  });
  const coolWanted = setPoints.mode === 'cooling' && !hotWater.charging && !frost.heat;
  const turns = image.actuators.compressorOn > 0;
  const { reversing, waits } = reverseStep(previous, coolWanted, turns, dtS);
  const task = compressorTask(f, previous, hotWater.charging, frost.heat);
  const compressor = compressorStep(previous.compressor, {
    ...task,
    compressorMaxW: house.compressorMaxW,
    outdoorC: est.outdoorC.value,
    forcedOff: stopped.heatPump || waits || (setPoints.mode === 'off' && !frost.heat),
    dtS,
  });
  const limitW = stopped.accel ? 0 : safeLimitW(est, house);
  const grant = grantStep(previous.grant, {
    est,
    house,
    setPoints,
    want: input.want,
    limitW,
    fillerW: frost.heat && setPoints.computeOn ? house.accelMaxW : plan.fillerW,
    paidW: plan.paidW,
    dtS,
  });
  const supplied = image.actuators.accelSupplyOn > 0;
  const outSetC = hotWater.charging
    ? clamp(est.hotWaterC.value + 14, house.coolantOutSetC, house.coolantMaxC - 8)
    : house.coolantOutSetC;
  const coolant = coolantStep(previous.coolant, {
    est,
    house,
    taker: takerNow(f, hotWater.charging, frost.heat, previous.coolant.reject),
    outSetC,
    supplied,
    pumpNowPct: image.actuators.accelPumpPct,
    dtS,
  });
  const accelGives = !coolant.reject && supplied && (coolant.coolS < 300 || est.accelW.value > 100);
  const pumped = compressor.on || accelGives || frost.pump;
  const compressorHeatW = compressor.on
    ? (compressor.pct / 100) * capacityW(house.compressorMaxW, task.sinkC, est.outdoorC.value)
    : 0;
  const circulationPct = circulation(f, previous, compressorHeatW + accelHeatW(f, coolant.reject), pumped);
  const next = { compressor, coolant, hotWater, frost, grant: grant.state, reversing, circulationPct };
  // While a sound heat pump charges the tank, the buffer waits: bought resistive heat would go into the tank.
  const mayBackUp = frost.heat || !hotWater.charging || stopped.heatPump;
  const backup = mayBackUp && backupOn(f, frost.heat, compressor.on, coolant.reject);
  return { ...next, grantW: grant.grantW, fillerW: grant.fillerW, outputs: outputsOf(next, grant.grantW, backup) };
}

function outputsOf(s: Omit<DecidedState, 'outputs' | 'grantW' | 'fillerW'>, grantW: number, backup: boolean): Outputs {
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
export function compressorWaits(state: DecidedState): string | undefined {
  const { compressor } = state;
  if (compressor.on || mayStart(compressor)) return undefined;
  if (compressor.startAgesS.length >= 4) return 'the compressor has had its starts for this hour';
  return `the compressor rests ${Math.max(1, Math.ceil((300 - compressor.sinceS) / 60))} min more`;
}
