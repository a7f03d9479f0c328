import type { House } from '../../contract/house.ts';
import type { SafetyState } from '../../contract/messages.ts';
import type { Image, Outputs, SensorName } from '../../contract/points.ts';
import type { BalanceState } from '../estimate/balance.ts';
import type { Estimates } from '../estimate/points.ts';

/** What a row may look at: this tick's image and estimates, and how long things have been as they are. */
export interface RowContext {
  image: Image;
  est: Estimates;
  balance: BalanceState;
  house: House;
  decided: Outputs;
  timers: Timers;
}

export interface Timers {
  /** Monotonic seconds for which the accelerator has been supplied, its pump and the water pump have turned. */
  suppliedS: number;
  accelPumpS: number;
  waterPumpS: number;
  /** House seconds since the accelerator last drew power, and since the compressor last ran. */
  accelIdleS: number;
  compressorOffS: number;
  compressorOnS: number;
}

/**
 * `heatPumpOff` leaves the backup heater to keep the house warm; `heatOff` stops it too, `bothOff` also the accelerator,
 * `accelCut` opens the accelerator's contactor, `allOff` makes every output safe.
 */
export type Effect = 'warn' | 'derate' | 'accelOff' | 'accelCut' | 'heatPumpOff' | 'heatOff' | 'bothOff' | 'allOff';

export const EFFECT_STATE: Record<Effect, SafetyState> = {
  warn: 'S1',
  derate: 'S1',
  accelOff: 'S2',
  accelCut: 'S2',
  heatPumpOff: 'S3',
  heatOff: 'S3',
  bothOff: 'S3',
  allOff: 'S4',
};

/** One row of the fault table. `holdS` is monotonic time the condition must last, `clearS` house time it must be gone. */
export interface Row {
  id: string;
  code: string;
  effect: Effect;
  holdS: number;
  clearS: number;
  /** After so many trips within the window (house time) the row stays tripped until a person acknowledges. */
  latch?: { trips: number; windowS: number };
  active(c: RowContext): boolean;
  text(c: RowContext): string;
}

const lost = (c: RowContext, name: SensorName) => c.est[name].quality === 'lost';
const bad = (c: RowContext, name: SensorName) => c.est[name].quality !== 'good';
const open = (c: RowContext, name: SensorName) => c.est[name].quality !== 'lost' && c.image.sensors[name].value < 0.5;
const c1 = (value: number) => value.toFixed(1);

/** Share of the flow a pump at this speed should give below which the flow counts as lost. */
const FLOW_LOST_LPM = 1;
const PUMP_ON_PCT = 15;
const ACCEL_DRAWING_W = 200;
/** Below this power the rise over the accelerator is too small to judge the flow by. */
const BALANCE_W = 1000;
const DISCHARGE_MAX_C = 110;
const WATER_DERATE_C = 75;
const WATER_OFF_C = 82;
/** No telemetry while the cards boot is no fault for this long; F24 opens the contactor after it. */
const TELEMETRY_GRACE_S = 30;
/** On top of the 3 s after which a reading counts as lost. */
const SILENT_CUT_S = 26;
const COMPRESSOR_MIN_W = 60;
const ACCEL_POINTS = ['accelInC', 'accelOutC', 'accelFlowLpm', 'accelChipC', 'accelW'] as const;
const HEAT_PUMP_POINTS = [
  'dischargeC',
  'pressureHighOk',
  'pressureLowOk',
  'heatFlowLpm',
  'returnC',
  'compressorW',
] as const;
const WATER_POINTS = ['supplyC', 'bufferTopC'] as const;
const WARN_POINTS = [...HEAT_PUMP_POINTS, ...WATER_POINTS] as const;

const drawing = (c: RowContext) => c.est.accelW.value > ACCEL_DRAWING_W && c.image.actuators.accelSupplyOn > 0;
const running = (c: RowContext) => c.image.actuators.compressorOn > 0 && c.image.actuators.compressorPct > 0;

/** Unlike an open contact this may be a restart of what reads it: all off at once, latched only when it lasts. */
const gasUnknown = (c: RowContext) => c.image.sensors.gasOk.quality !== 'good' || c.est.gasOk.ageMs > 1500;

const silent = (c: RowContext) =>
  c.timers.suppliedS > TELEMETRY_GRACE_S && (lost(c, 'accelW') || lost(c, 'accelChipC'));

const whyOf = (c: RowContext, names: readonly SensorName[], is: (c: RowContext, n: SensorName) => boolean) =>
  names
    .filter((n) => is(c, n))
    .map((n) => c.est[n].reason ?? n)
    .join('; ');

/** Accelerator rows. */
const ACCEL_ROWS: Row[] = [
  {
    id: 'F9',
    code: 'coolant-flow-lost',
    effect: 'accelOff',
    holdS: 0.6,
    clearS: 30,
    latch: { trips: 3, windowS: 3600 },
    active: (c) =>
      !lost(c, 'accelFlowLpm') && c.est.accelFlowLpm.value < FLOW_LOST_LPM && drawing(c) && c.timers.accelPumpS > 2,
    text: (c) =>
      `coolant flow is ${c1(c.est.accelFlowLpm.value)} L/min with the pump on; check pump, valves and air in the loop`,
  },
  {
    id: 'F9b',
    code: 'coolant-flow-meter-stuck',
    effect: 'accelOff',
    holdS: 0.8,
    clearS: 60,
    latch: { trips: 3, windowS: 3600 },
    active: (c) =>
      !bad(c, 'accelInC') &&
      !bad(c, 'accelOutC') &&
      c.est.accelW.value > BALANCE_W &&
      c.est.accelOutC.value - c.est.accelInC.value > 1.5 * c.balance.peakRiseK + 4,
    text: (c) =>
      `coolant rises ${c1(c.est.accelOutC.value - c.est.accelInC.value)} K where power and flow explain ${c1(c.balance.peakRiseK)} K; the flow meter may be stuck`,
  },
  {
    id: 'F10',
    code: 'coolant-pump-seized',
    effect: 'bothOff',
    holdS: 2.5,
    clearS: 300,
    latch: { trips: 3, windowS: 3600 },
    active: (c) => !lost(c, 'accelFlowLpm') && c.est.accelFlowLpm.value < 0.5 && c.timers.accelPumpS > 0.2,
    text: () => 'the coolant pump is on and nothing flows; it may be seized or the loop empty',
  },
  {
    id: 'F14',
    code: 'coolant-hot',
    effect: 'accelOff',
    holdS: 0,
    clearS: 60,
    active: (c) => c.est.accelOutC.value >= c.house.coolantMaxC,
    text: (c) => `coolant ${c1(c.est.accelOutC.value)} °C has reached its limit of ${c.house.coolantMaxC} °C`,
  },
  {
    id: 'F14c',
    code: 'chip-hot',
    effect: 'accelOff',
    holdS: 0,
    clearS: 60,
    active: (c) => !lost(c, 'accelChipC') && c.est.accelChipC.value >= c.house.chipMaxC,
    text: (c) => `the hottest chip ${c1(c.est.accelChipC.value)} °C has reached its limit of ${c.house.chipMaxC} °C`,
  },
  {
    id: 'F14w',
    code: 'water-too-hot',
    effect: 'bothOff',
    holdS: 0,
    clearS: 300,
    active: (c) => Math.max(c.est.supplyC.value, c.est.bufferTopC.value) >= WATER_OFF_C,
    text: (c) =>
      `heating water ${c1(Math.max(c.est.supplyC.value, c.est.bufferTopC.value))} °C: nothing may heat it further`,
  },
  {
    id: 'F14s',
    code: 'water-hot',
    effect: 'derate',
    holdS: 1,
    clearS: 60,
    active: (c) => Math.max(c.est.supplyC.value, c.est.bufferTopC.value) >= WATER_DERATE_C,
    text: (c) =>
      `heating water ${c1(Math.max(c.est.supplyC.value, c.est.bufferTopC.value))} °C: the accelerator is held back`,
  },
  {
    id: 'F24',
    code: 'accelerator-silent',
    effect: 'accelOff',
    holdS: 0,
    clearS: 300,
    active: silent,
    text: (c) => `the accelerator does not answer: ${whyOf(c, ['accelW', 'accelChipC'], lost)}`,
  },
  {
    id: 'F24b',
    code: 'accelerator-silent-long',
    effect: 'accelCut',
    holdS: SILENT_CUT_S,
    clearS: 300,
    latch: { trips: 3, windowS: 7200 },
    active: silent,
    text: () => 'the accelerator has not answered for 30 s: its contactor opens; check its host and driver',
  },
  {
    id: 'F1a',
    code: 'accelerator-sensors-lost',
    effect: 'accelOff',
    holdS: 0,
    clearS: 30,
    active: (c) => lost(c, 'accelOutC') || lost(c, 'accelFlowLpm') || (lost(c, 'accelInC') && bad(c, 'accelOutC')),
    text: (c) => whyOf(c, ['accelOutC', 'accelInC', 'accelFlowLpm'], bad),
  },
  {
    id: 'F1d',
    code: 'accelerator-sensor-degraded',
    effect: 'derate',
    holdS: 0,
    clearS: 10,
    active: (c) => c.image.actuators.accelSupplyOn > 0 && ACCEL_POINTS.some((n) => bad(c, n)),
    text: (c) => whyOf(c, ACCEL_POINTS, bad),
  },
  {
    id: 'F4',
    code: 'coolant-balance-off',
    effect: 'derate',
    holdS: 60,
    clearS: 300,
    active: (c) => Math.abs(c.balance.residualK) > 2.5,
    text: (c) =>
      `coolant temperatures disagree with power and flow by ${c1(c.balance.residualK)} K; a sensor drifts or the flow meter is wrong`,
  },
  {
    id: 'F5',
    code: 'coolant-sensors-swapped',
    effect: 'derate',
    holdS: 60,
    clearS: 300,
    active: (c) => !bad(c, 'accelW') && c.est.accelW.value > 1000 && c.est.accelOutC.value < c.est.accelInC.value - 2,
    text: () => 'coolant seems to cool down over the accelerator: inlet and outlet sensors may be swapped',
  },
];

/** Heat pump and whole-unit rows. */
const HEAT_PUMP_ROWS: Row[] = [
  {
    id: 'F13h',
    code: 'high-pressure',
    effect: 'heatPumpOff',
    holdS: 0,
    clearS: 300,
    latch: { trips: 3, windowS: 1800 },
    active: (c) => open(c, 'pressureHighOk'),
    text: () => 'the high-pressure switch has opened; check water flow and filters',
  },
  {
    id: 'F13l',
    code: 'low-pressure',
    effect: 'heatPumpOff',
    holdS: 0,
    clearS: 300,
    latch: { trips: 3, windowS: 1800 },
    active: (c) => open(c, 'pressureLowOk'),
    text: () => 'the low-pressure switch has opened; check the outdoor unit and the refrigerant charge',
  },
  {
    id: 'F13d',
    code: 'discharge-hot',
    effect: 'heatPumpOff',
    holdS: 0,
    clearS: 300,
    latch: { trips: 3, windowS: 1800 },
    active: (c) => !lost(c, 'dischargeC') && c.est.dischargeC.value >= DISCHARGE_MAX_C,
    text: (c) => `hot gas ${c1(c.est.dischargeC.value)} °C has reached ${DISCHARGE_MAX_C} °C`,
  },
  {
    id: 'F12',
    code: 'compressor-does-not-start',
    effect: 'heatPumpOff',
    holdS: 0,
    clearS: 300,
    latch: { trips: 3, windowS: 3600 },
    active: (c) =>
      running(c) &&
      c.timers.compressorOnS > 10 &&
      !lost(c, 'compressorW') &&
      c.est.compressorW.value < COMPRESSOR_MIN_W,
    text: () => 'the compressor has been on for 10 s and draws no current; check drive, contactor and motor',
  },
  {
    id: 'F10w',
    code: 'heating-water-not-flowing',
    effect: 'heatOff',
    holdS: 2.5,
    clearS: 300,
    latch: { trips: 3, windowS: 3600 },
    active: (c) => !lost(c, 'heatFlowLpm') && c.est.heatFlowLpm.value < FLOW_LOST_LPM && c.timers.waterPumpS > 0.2,
    text: (c) =>
      `the heating water pump is on and ${c1(c.est.heatFlowLpm.value)} L/min flow; check pump, filter and valves`,
  },
  {
    id: 'F6',
    code: 'heat-pump-sensors-lost',
    effect: 'heatPumpOff',
    holdS: 0,
    clearS: 30,
    active: (c) => HEAT_PUMP_POINTS.some((n) => lost(c, n)),
    text: (c) => whyOf(c, HEAT_PUMP_POINTS, lost),
  },
  {
    id: 'F6w',
    code: 'water-sensors-lost',
    effect: 'heatOff',
    holdS: 0,
    clearS: 30,
    active: (c) => WATER_POINTS.some((n) => lost(c, n)),
    text: (c) => whyOf(c, WATER_POINTS, lost),
  },
  {
    id: 'F6d',
    code: 'heat-pump-sensor-degraded',
    effect: 'warn',
    holdS: 0,
    clearS: 10,
    active: (c) => WARN_POINTS.some((n) => c.est[n].quality === 'degraded'),
    text: (c) => whyOf(c, WARN_POINTS, bad),
  },
  {
    id: 'F16',
    code: 'gas-alarm',
    effect: 'allOff',
    holdS: 0.1,
    clearS: 600,
    latch: { trips: 1, windowS: 86_400 },
    active: (c) => c.image.sensors.gasOk.quality === 'good' && c.image.sensors.gasOk.value < 0.5,
    text: () => 'refrigerant gas alarm, or its wire is broken: propane may leak. No flame, air the room, call service',
  },
  {
    id: 'F16s',
    code: 'gas-sensor-lost',
    effect: 'allOff',
    holdS: 0.2,
    clearS: 30,
    active: gasUnknown,
    text: (c) => `the gas alarm cannot be read: ${c.image.sensors.gasOk.reason ?? 'no new sample'}`,
  },
  {
    id: 'F16l',
    code: 'gas-sensor-lost-long',
    effect: 'allOff',
    holdS: 10,
    clearS: 30,
    latch: { trips: 1, windowS: 86_400 },
    active: gasUnknown,
    text: () => 'the gas alarm could not be read for 10 s',
  },
];

export const ROWS: readonly Row[] = [...HEAT_PUMP_ROWS, ...ACCEL_ROWS];
/** What is judged before the first full set of sensors: only an alarm that is really there. */
export const ROWS_AT_START: readonly Row[] = ROWS.filter((row) => row.id === 'F16');
export { PUMP_ON_PCT };
