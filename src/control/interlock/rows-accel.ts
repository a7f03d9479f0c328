import type { SensorName } from '../../contract/points.ts';
import { loopKw } from '../estimate/balance.ts';
import { COOLANT_W_PER_LPM_K, clamp } from '../physics.ts';
import { bad, carriesLpm, coolantLostLpm, fixed1, lost, type Row, type RowContext, whyOf } from './row.ts';
import { chipShortK } from './slow.ts';

const ACCEL_DRAWING_W = 200;
/** Below this power, W per kW of rating, the rise over the accelerator is too small to judge the flow by. */
const BALANCE_W_KW = 200;
/** Chips tell whole degrees. */
const COLDER_K = 1.5;
const CHIP_SHORT_K = 4;
const WATER_DERATE_C = 75;
const WATER_OFF_C = 82;
/** No telemetry while the cards boot is no fault for this long; F24 opens the contactor after it. */
const TELEMETRY_GRACE_S = 30;
/** The coolant pump is ordered with the supply: long after it no flow is lost flow, whatever its output reads back. */
const PUMP_ORDERED_S = 30;
/** On top of the 3 s after which a reading counts as lost. */
const SILENT_CUT_S = 26;
const POINTS: readonly SensorName[] = ['accelInC', 'accelOutC', 'accelFlowLpm', 'accelChipC', 'accelW'];

const drawing = (c: RowContext) => c.est.accelW.value > ACCEL_DRAWING_W && c.image.actuators.accelSupplyOn > 0;
const hottestWaterC = (c: RowContext) => Math.max(c.est.supplyC.value, c.est.bufferTopC.value);
/** What the balance may be off by: more where the rise is large, never so much that 5 K could hide. */
const driftK = ({ balance }: RowContext) =>
  clamp((0.25 * balance.laggedW) / (COOLANT_W_PER_LPM_K * Math.max(0.1, balance.laggedLpm)), 2.5, 4);
/** What stood in the loop, hot here and cold there, has gone round and mixed. */
const ROUND_S = 240;
/** What the coolant came in with: now, and when what now leaves came in, whatever the loop's size. Water that changes is no fault. */
const enteredC = (c: RowContext) => [c.est.accelInC.value, ...(c.balance.feltInC ?? [])];
const silent = (c: RowContext) =>
  c.timers.suppliedS > TELEMETRY_GRACE_S && (lost(c, 'accelW') || lost(c, 'accelChipC'));

/** Rows that protect the accelerator and what its heat reaches. */
export const ACCEL_ROWS: readonly Row[] = [
  {
    id: 'F9',
    code: 'coolant-flow-lost',
    effect: 'accelOff',
    holdS: 0.6,
    clearS: 30,
    latch: { trips: 3, windowS: 3600 },
    active: (c) =>
      !lost(c, 'accelFlowLpm') &&
      c.est.accelFlowLpm.value < Math.max(coolantLostLpm(c), carriesLpm(c)) &&
      drawing(c) &&
      (c.timers.accelPumpS > 2 || c.timers.suppliedS > PUMP_ORDERED_S),
    text: (c) =>
      c.timers.accelPumpS > 2
        ? `coolant flow is ${fixed1(c.est.accelFlowLpm.value)} L/min with the pump on; check pump, valves and air in the loop`
        : `coolant flow is ${fixed1(c.est.accelFlowLpm.value)} L/min and the pump is not on as ordered; check its output and wire`,
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
      c.est.accelW.value > BALANCE_W_KW * loopKw(c.house.accelMaxW) &&
      c.est.accelOutC.value - Math.max(...enteredC(c)) > 1.5 * c.balance.peakRiseK + 4,
    text: (c) =>
      `coolant rises ${fixed1(c.est.accelOutC.value - c.est.accelInC.value)} K where power and flow explain ${fixed1(c.balance.peakRiseK)} K; the flow meter may be stuck`,
  },
  {
    id: 'F10',
    code: 'coolant-pump-seized',
    effect: 'machineOff',
    holdS: 2.5,
    clearS: 300,
    latch: { trips: 3, windowS: 3600 },
    active: (c) =>
      !lost(c, 'accelFlowLpm') && c.est.accelFlowLpm.value < 0.5 * coolantLostLpm(c) && c.timers.accelPumpS > 0.2,
    text: () => 'the coolant pump is on and nothing flows; it may be seized or the loop empty',
  },
  {
    id: 'F14',
    code: 'coolant-hot',
    effect: 'accelOff',
    holdS: 0,
    clearS: 60,
    active: (c) => c.est.accelOutC.value >= c.house.coolantMaxC,
    text: (c) => `coolant ${fixed1(c.est.accelOutC.value)} °C has reached its limit of ${c.house.coolantMaxC} °C`,
  },
  {
    id: 'F14c',
    code: 'chip-hot',
    // Idle watts alone go on heating a chip without flow.
    effect: 'accelCut',
    holdS: 0,
    clearS: 60,
    active: (c) => !lost(c, 'accelChipC') && c.est.accelChipC.value >= c.house.chipMaxC,
    text: (c) =>
      `the hottest chip ${fixed1(c.est.accelChipC.value)} °C has reached its limit of ${c.house.chipMaxC} °C`,
  },
  {
    id: 'F14w',
    code: 'water-too-hot',
    effect: 'bothOff',
    holdS: 0,
    clearS: 300,
    active: (c) => hottestWaterC(c) >= WATER_OFF_C,
    text: (c) => `heating water ${fixed1(hottestWaterC(c))} °C: nothing may heat it further`,
  },
  {
    id: 'F14s',
    code: 'water-hot',
    effect: 'derate',
    holdS: 1,
    clearS: 60,
    active: (c) => hottestWaterC(c) >= WATER_DERATE_C,
    text: (c) => `heating water ${fixed1(hottestWaterC(c))} °C: the accelerator is held back`,
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
    active: (c) => c.image.actuators.accelSupplyOn > 0 && POINTS.some((n) => bad(c, n)),
    text: (c) => whyOf(c, POINTS, bad),
  },
  {
    id: 'F4',
    code: 'coolant-balance-off',
    effect: 'derate',
    holdS: 60,
    clearS: 300,
    active: (c) => Math.abs(c.balance.residualK) > driftK(c),
    text: (c) =>
      `coolant temperatures disagree with power and flow by ${fixed1(c.balance.residualK)} K; a sensor drifts or the flow meter is wrong`,
  },
  {
    id: 'F4c',
    code: 'chip-colder-than-coolant',
    effect: 'derate',
    holdS: 60,
    clearS: 300,
    active: (c) =>
      !bad(c, 'accelChipC') &&
      !bad(c, 'accelOutC') &&
      c.est.accelW.value > BALANCE_W_KW * loopKw(c.house.accelMaxW) &&
      c.est.accelChipC.value < c.est.accelOutC.value - COLDER_K,
    text: (c) =>
      `the hottest chip reads ${fixed1(c.est.accelChipC.value)} °C and warms the coolant to ${fixed1(c.est.accelOutC.value)} °C; one of the two is wrong`,
  },
  {
    id: 'F4p',
    code: 'chip-colder-than-its-power',
    effect: 'derate',
    holdS: 300,
    clearS: 300,
    active: (c) => chipShortK(c.slow) > CHIP_SHORT_K,
    text: (c) =>
      `the hottest chip reads ${fixed1(chipShortK(c.slow))} K colder than ${Math.round(c.est.accelW.value)} W make it at this flow; its sensor drifts`,
  },
  {
    id: 'F5',
    code: 'coolant-sensors-swapped',
    effect: 'derate',
    holdS: 60,
    clearS: 300,
    active: (c) =>
      !bad(c, 'accelW') &&
      c.timers.accelPumpS > ROUND_S &&
      c.est.accelW.value > BALANCE_W_KW * loopKw(c.house.accelMaxW) &&
      c.est.accelOutC.value < Math.min(...enteredC(c)) - 2,
    text: () => 'coolant seems to cool down over the accelerator: inlet and outlet sensors may be swapped',
  },
];
