import type { SensorName } from '../../contract/points.ts';
import { bad, FLOW_LOST_LPM, fixed1, lost, type Row, type RowContext, running, whyOf } from './row.ts';
import { good, heats, value } from './signs.ts';

const DISCHARGE_MAX_C = 110;
/** A motor that turns draws more, however small the lift: watts, and a share of its rating for small ones. */
const COMPRESSOR_MIN_W = 60;
const COMPRESSOR_MIN_SHARE = 0.02;
/** From order to trip 10 s; what is held is longer than one sample of a meter that is asked once a second or two. */
const STARTS_S = 7.5;
const STANDS_S = 2.5;
const standsW = (c: RowContext) => Math.min(COMPRESSOR_MIN_W, COMPRESSOR_MIN_SHARE * c.house.compressorMaxW);
const HEAT_PUMP_POINTS: readonly SensorName[] = [
  'dischargeC',
  'pressureHighOk',
  'pressureLowOk',
  'heatFlowLpm',
  'returnC',
  'compressorW',
];
const WATER_POINTS: readonly SensorName[] = ['supplyC', 'bufferTopC'];
const WARN_POINTS: readonly SensorName[] = [...HEAT_PUMP_POINTS, ...WATER_POINTS];

/** Gas no hotter than the water for so long: longer than a start and a defrost with its recovery together. */
const LIFTS_NOTHING_S = 900;
const LIFT_K = 3;

/** The pump is ordered with the compressor: an output that does not follow is no reason to run without water. */
const runsDry = (c: RowContext) => running(c) && c.timers.compressorOnS > 2;

const open = (c: RowContext, name: SensorName) => !lost(c, name) && c.image.sensors[name].value < 0.5;
/** Unlike an open contact this may be a restart of what reads it: all off at once, latched only when it lasts. */
const gasUnknown = (c: RowContext) => {
  const { quality, value } = c.image.sensors.gasOk;
  return quality !== 'good' || c.est.gasOk.ageMs > 1500 || !(value >= 0 && value <= 1);
};

/** Rows that protect the heat pump, its water and the people around it. */
export const HEAT_PUMP_ROWS: readonly Row[] = [
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
    text: (c) => `hot gas ${fixed1(c.est.dischargeC.value)} °C has reached ${DISCHARGE_MAX_C} °C`,
  },
  {
    id: 'F12',
    code: 'compressor-does-not-start',
    effect: 'heatPumpOff',
    holdS: STANDS_S,
    clearS: 300,
    latch: { trips: 3, windowS: 3600 },
    active: (c) =>
      running(c) &&
      c.timers.compressorOnS > STARTS_S &&
      !lost(c, 'compressorW') &&
      c.est.compressorW.value < standsW(c),
    text: () => 'the compressor has been on for 10 s and draws no current; check drive, contactor and motor',
  },
  {
    id: 'F12l',
    code: 'compressor-locked',
    effect: 'heatPumpOff',
    holdS: STANDS_S,
    clearS: 300,
    latch: { trips: 3, windowS: 3600 },
    active: (c) =>
      running(c) &&
      c.timers.compressorOnS > STARTS_S &&
      good(c, 'compressorHz', 'compressorW') &&
      value(c, 'compressorHz') < 1 &&
      value(c, 'compressorW') > 100,
    text: (c) =>
      `the compressor draws ${Math.round(value(c, 'compressorW'))} W and does not turn; its rotor may be locked`,
  },
  {
    id: 'F12p',
    code: 'compressor-lifts-nothing',
    effect: 'heatPumpOff',
    holdS: LIFTS_NOTHING_S,
    clearS: 300,
    latch: { trips: 2, windowS: 14_400 },
    active: (c) =>
      heats(c) &&
      !lost(c, 'dischargeC') &&
      good(c, 'condenserOutC') &&
      value(c, 'dischargeC') < value(c, 'condenserOutC') + LIFT_K,
    text: () =>
      'the compressor has run for 15 min and its gas is no hotter than the water; refrigerant or valves are missing',
  },
  {
    id: 'F10w',
    code: 'heating-water-not-flowing',
    effect: 'heatOff',
    holdS: 2.5,
    clearS: 300,
    latch: { trips: 3, windowS: 3600 },
    active: (c) =>
      !lost(c, 'heatFlowLpm') && c.est.heatFlowLpm.value < FLOW_LOST_LPM && (c.timers.waterPumpS > 0.2 || runsDry(c)),
    text: (c) =>
      c.timers.waterPumpS > 0.2
        ? `the heating water pump is on and ${fixed1(c.est.heatFlowLpm.value)} L/min flow; check pump, filter and valves`
        : `the compressor runs, the heating water pump is not on as ordered and ${fixed1(c.est.heatFlowLpm.value)} L/min flow; check its output and wire`,
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
    // The HAL drops the lines at the edge: the row must latch on the same pulse.
    holdS: 0,
    clearS: 600,
    latch: { trips: 1, windowS: 86_400 },
    active: (c) => !gasUnknown(c) && c.image.sensors.gasOk.value < 0.5,
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
