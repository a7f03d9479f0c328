import type { House } from '../../contract/house.ts';
import type { Reason, SafetyState } from '../../contract/messages.ts';
import { type Image, type Outputs, SENSOR_NAMES, type SensorName } from '../../contract/points.ts';
import type { BalanceState } from '../estimate/balance.ts';
import type { Estimates } from '../estimate/points.ts';
import { isAbsent } from '../estimate.ts';
import type { Verdict } from '../types.ts';
import { ACKNOWLEDGE_START, type AcknowledgeState, acknowledgeStep, toldOf } from './acknowledge.ts';
import { applyEffect, type Bound, soundOutputs, towards } from './apply.ts';
import { coldCoolantRests, valveWaits } from './exceptions.ts';
import { EFFECT_STATE, type Effect, PUMP_ON_PCT, type RowContext, RUN_ON_S, type Timers } from './row.ts';
import { ROWS, ROWS_AT_START } from './rows.ts';
import { SLOW_START, type SlowState, slowStep } from './slow.ts';
import { anyTrip, type Trips, tripsStep } from './trips.ts';

export interface InterlockState {
  trips: Trips;
  timers: Timers;
  slow: SlowState;
  /** A full valid set of sensors has been seen since the start (F17), and for how long we have waited for it. */
  ready: boolean;
  waitedS: number;
  /** Seconds for which the accelerator has drawn power against its order to stop. */
  disobeyedS: number;
  stopped: { accel: boolean; heatPump: boolean };
  acknowledge: AcknowledgeState;
}

const LONG_S = 1e7;

export const INTERLOCK_START: InterlockState = {
  trips: {},
  timers: {
    suppliedS: 0,
    // A pump that is on has been on: safe is on. Its flow counts from the start (F9).
    accelPumpS: 2,
    waterPumpS: 0,
    accelIdleS: 0,
    compressorOffS: 0,
    compressorOnS: 0,
    heaterOffS: 0,
    rejectS: 0,
    tankS: 0,
    rejectOn: 0,
    tankOn: 0,
    // Nobody knows when it last turned.
    ranTurnedS: LONG_S,
    coolingOn: 0,
  },
  slow: SLOW_START,
  ready: false,
  waitedS: 0,
  disobeyedS: 0,
  stopped: { accel: false, heatPump: false },
  acknowledge: ACKNOWLEDGE_START,
};

export interface InterlockInput {
  image: Image;
  est: Estimates;
  balance: BalanceState;
  house: House;
  decided: Outputs;
  observing: boolean;
  dtS: number;
  realS: number;
  /** Who says that what latched has been mended: latches whose cause is gone are lifted. */
  acknowledgedBy: string | undefined;
}

export interface Interlocked {
  state: InterlockState;
  outputs: Outputs;
  safety: SafetyState;
  latched: Pick<Verdict, 'latched' | 'latches' | 'acknowledged'>;
  reasons: Reason[];
}

const RUN_ON_PCT = 40;
/** Anti-short-cycle that nothing can switch off; decide keeps a longer one. */
const COMPRESSOR_REST_S = 180;
/** Share of the rating below which the accelerator counts as stopped, and the patience before its contactor opens. */
const STOPPED_SHARE = 0.1;
const DISOBEY_S = 0.7;
/** Sensors that never come do not keep the house cold for longer than this. */
const COMFORT_WAIT_S = 30;
/**
 * What must be known for any heat at all. After the wait the rest is left to its own fault rows: a house must not freeze
 * because one sensor was broken when the power came back.
 */
const ESSENTIAL: ReadonlySet<SensorName> = new Set<SensorName>(['supplyC', 'bufferTopC', 'heatFlowLpm', 'gasOk']);
/** An accelerator without supply cannot answer, its own rows judge it afterwards; an inverter sleeps at night. */
const NOT_AT_START: ReadonlySet<SensorName> = new Set<SensorName>(['accelW', 'accelChipC', 'pvW', 'batteryW']);

function timersStep(t: Timers, { image, est, dtS, realS }: InterlockInput): Timers {
  const a = image.actuators;
  const grow = (value: number, on: boolean, by: number) => (on ? Math.min(LONG_S, value + by) : 0);
  const drawing = a.accelSupplyOn > 0 && est.accelW.value > 100;
  const turning = a.compressorOn > 0 && a.compressorPct > 0;
  return {
    suppliedS: grow(t.suppliedS, a.accelSupplyOn > 0, realS),
    accelPumpS: grow(t.accelPumpS, a.accelPumpPct >= PUMP_ON_PCT, realS),
    waterPumpS: grow(t.waterPumpS, a.circulationPct >= PUMP_ON_PCT, realS),
    accelIdleS: grow(t.accelIdleS, !drawing, dtS),
    compressorOffS: grow(t.compressorOffS, !turning, dtS),
    compressorOnS: grow(t.compressorOnS, turning, realS),
    heaterOffS: grow(t.heaterOffS, a.backupHeaterOn === 0, dtS),
    rejectS: grow(t.rejectS, a.rejectOn === t.rejectOn, dtS),
    tankS: grow(t.tankS, a.hotWaterOn === t.tankOn, dtS),
    rejectOn: a.rejectOn,
    tankOn: a.hotWaterOn,
    ranTurnedS: a.coolingOn === t.coolingOn ? Math.min(LONG_S, t.ranTurnedS + (turning ? dtS : 0)) : 0,
    coolingOn: a.coolingOn,
  };
}

function missingAtStart(input: InterlockInput, waitedS: number): SensorName[] {
  return SENSOR_NAMES.filter((name) => {
    if (isAbsent(input.image, name) || NOT_AT_START.has(name)) return false;
    if (!ESSENTIAL.has(name) && waitedS >= COMFORT_WAIT_S) return false;
    return input.est[name].quality !== 'good';
  });
}

/** Rules of the machine that hold in every state. */
function machineRules(bound: Bound, timers: Timers, input: InterlockInput): void {
  const { est, image } = input;
  const wasOn = image.actuators.compressorOn > 0 && image.actuators.compressorPct > 0;
  if (!wasOn && timers.compressorOffS < COMPRESSOR_REST_S && bound.outputs.compressorOn > 0) {
    const restS = Math.ceil(COMPRESSOR_REST_S - timers.compressorOffS);
    const text = `the compressor rests ${restS} s more before it may start again`;
    towards(bound, 'compressorOn', 0, 'compressor-rest', text);
    towards(bound, 'compressorPct', 0, 'compressor-rest', text);
  }
  const warm = est.accelOutC.value - est.accelInC.value >= 2;
  const recently = timers.accelIdleS > 0 && timers.accelIdleS < RUN_ON_S;
  if (timers.accelIdleS === 0 || recently || (warm && timers.accelIdleS < 10 * RUN_ON_S)) {
    const pct = timers.accelIdleS === 0 ? PUMP_ON_PCT + 5 : RUN_ON_PCT;
    towards(bound, 'accelPumpPct', pct, 'pump-run-on', 'the coolant pump runs while and after the accelerator is warm');
  }
  if (timers.compressorOffS < RUN_ON_S) {
    towards(bound, 'circulationPct', RUN_ON_PCT, 'pump-run-on', 'water flows while and after the compressor runs');
  }
}

/** An accelerator told to stop that goes on drawing power loses its supply. */
function contactor(bound: Bound, disobeyedS: number): void {
  if (disobeyedS < DISOBEY_S) return;
  towards(
    bound,
    'accelSupplyOn',
    0,
    'accelerator-disobeys',
    'the accelerator draws power although its cap is 0; its contactor opens',
  );
}

/** From this coolant on its heat goes outdoors, °C. */
export const coolantNearC = (house: House): number => house.coolantMaxC - 4;

/** Heat that has lost its pump or its taker goes outdoors. */
function rejectHeat(bound: Bound, input: InterlockInput): void {
  if (input.est.accelOutC.value < coolantNearC(input.house)) return;
  const text = `coolant ${input.est.accelOutC.value.toFixed(1)} °C is near its limit: its heat goes to the dry cooler`;
  towards(bound, 'rejectOn', 1, 'coolant-near-limit', text);
  towards(bound, 'dryCoolerPct', 100, 'coolant-near-limit', text);
  towards(bound, 'accelPumpPct', 100, 'coolant-near-limit', text);
}

const ACCEL_STOPS: ReadonlySet<Effect> = new Set<Effect>(['accelOff', 'accelCut', 'machineOff', 'bothOff', 'allOff']);
const WORST: readonly SafetyState[] = ['S0', 'S1', 'S2', 'S3', 'S4'];
const worse = (a: SafetyState, b: SafetyState) => (WORST.indexOf(b) > WORST.indexOf(a) ? b : a);

function start(bound: Bound, state: InterlockState, input: InterlockInput): Pick<InterlockState, 'ready' | 'waitedS'> {
  if (state.ready) return { ready: true, waitedS: state.waitedS };
  const waitedS = state.waitedS + input.realS;
  const missing = missingAtStart(input, waitedS);
  if (missing.length === 0) return { ready: true, waitedS };
  const text = `waiting for the first full set of sensors: ${missing.join(', ')}`;
  applyEffect(bound, 'allOff', input.house.accelMaxW, 'starting', text.slice(0, 400));
  return { ready: false, waitedS };
}

/** Last word on every output: moves it towards its safe value or leaves it, and says why. Pure. */
export function interlock(previous: InterlockState, input: InterlockInput): Interlocked {
  const { dtS, realS, house, est } = input;
  const bound = soundOutputs(input.decided);
  const timers = timersStep(previous.timers, input);
  const slow = slowStep(previous.slow, { ...input, timers, slow: previous.slow }, dtS);
  const c: RowContext = { ...input, timers, slow };
  const ready = start(bound, previous, input);
  const by = input.acknowledgedBy;
  const acknowledge = acknowledgeStep(previous.acknowledge, by !== undefined, previous.trips, dtS);
  const rows = ready.ready ? ROWS : ROWS_AT_START;
  const trips = tripsStep(rows, previous.trips, c, dtS, realS, acknowledge.heeded);
  let safety: SafetyState = ready.ready ? 'S0' : 'S4';
  let accelStopped = false;
  const warnings: Reason[] = [];
  for (const row of anyTrip(trips) ? ROWS : []) {
    const trip = trips[row.id];
    if (!trip?.tripped) continue;
    safety = worse(safety, EFFECT_STATE[row.effect]);
    accelStopped ||= ACCEL_STOPS.has(row.effect);
    const help = trip.latched ? '; mend it, then acknowledge it' : '';
    const text = (trip.text + help).slice(0, 400);
    warnings.push({ what: row.id, code: row.code, text });
    applyEffect(bound, row.effect, house.accelMaxW, row.code, text);
  }
  const supplied = input.image.actuators.accelSupplyOn > 0;
  const draws =
    supplied && accelStopped && est.accelW.quality !== 'lost' && est.accelW.value > STOPPED_SHARE * house.accelMaxW;
  const disobeyedS = draws ? previous.disobeyedS + realS : 0;
  contactor(bound, disobeyedS);
  machineRules(bound, timers, input);
  rejectHeat(bound, input);
  valveWaits(bound, timers, input);
  coldCoolantRests(bound, timers, input);
  // Told to the decider after all rules, so that a rest counts there as the stop it is.
  const stopped = {
    accel: accelStopped || !ready.ready,
    heatPump: safety === 'S3' || safety === 'S4' || bound.outputs.compressorOn < input.decided.compressorOn,
  };
  const state: InterlockState = { trips, timers, slow, ...ready, disobeyedS, stopped, acknowledge };
  const latched = toldOf(by, previous.trips, trips, acknowledge.refused);
  return { state, outputs: bound.outputs, safety, latched, reasons: [...warnings, ...bound.reasons] };
}
