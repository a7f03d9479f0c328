import type { SensorName } from '../../contract/points.ts';
import { loopKw } from '../estimate/balance.ts';
import { COOLANT_W_PER_LPM_K, WATER_W_PER_LPM_K } from '../physics.ts';
import { bad, fixed1, type Row, type RowContext, running } from './row.ts';

/**
 * Rows that judge by what temperatures must do: valves at the wrong end (F11), water sensors that changed places or drift apart (F5, F4), a
 * compressor that lifts nothing (F12). They wait until pipes and exchangers have followed, and leave a defrost alone.
 */

/** Valves have run and pipes have followed this long after an order. */
const SETTLED_S = 60;
const HELD_S = 90;
/** Water this slow carries nothing to judge by. */
const MIN_LPM = 3;
/** Heat of a defrost comes out of the water for no longer than this. */
const DEFROST_LONGEST_S = 900;
/** No air above this leaves frost on an evaporator. */
const FROST_FREE_C = 12;
/** What sensors on pipes and their noise may differ by. */
const DIFFER_K = 1.5;
/** Water so cold that a machine that takes heat from it may freeze its exchanger. */
const NEAR_FREEZING_C = 8;
const GAS_ABOVE_K = 8;
const LIFT_K = 3;
/** Share of the accelerator's heat that must or must not reach the water. */
const GIVES_SHARE = 0.4;
const KEEPS_SHARE = 0.15;
/** Coolant this much above the water would give it much heat through the exchanger. */
const WOULD_GIVE_K = 6;
const TANK_AWAY_K = 6;
const DRIFTED_K = 2.5;
const SPREAD_S = 600;

const good = (c: RowContext, ...names: SensorName[]) => names.every((n) => !bad(c, n));
const value = (c: RowContext, name: SensorName) => c.est[name].value;
const flows = (c: RowContext) =>
  good(c, 'heatFlowLpm') && value(c, 'heatFlowLpm') > MIN_LPM && c.timers.waterPumpS > 60;
const heats = (c: RowContext) => running(c) && c.image.actuators.coolingOn === 0;
/** Kelvins by which the condenser warms its water. */
const condenserK = (c: RowContext) => value(c, 'condenserOutC') - value(c, 'returnC');
const toWaterW = (c: RowContext) =>
  WATER_W_PER_LPM_K * value(c, 'heatFlowLpm') * (value(c, 'supplyC') - value(c, 'condenserOutC'));

const pipes = (c: RowContext) => flows(c) && good(c, 'supplyC', 'condenserOutC', 'returnC');
const computes = (c: RowContext) =>
  good(c, 'accelW', 'accelOutC', 'accelFlowLpm') && value(c, 'accelW') > 200 * loopKw(c.house.accelMaxW);
/** Another heater between the two sensors. */
const mixed = (c: RowContext) => c.house.backupHeaterAt === 'supply' && c.image.actuators.backupHeaterOn > 0;

/** The accelerator has been cold, or at the dry cooler, for long enough; the compressor keeps both pipes moving. */
const noHeatBetween = (c: RowContext) =>
  running(c) &&
  pipes(c) &&
  !mixed(c) &&
  c.timers.compressorOnS > SPREAD_S &&
  (c.timers.accelIdleS > SPREAD_S || (c.image.actuators.rejectOn > 0 && c.timers.rejectS > SPREAD_S));

const takesHeat = (c: RowContext) =>
  heats(c) && pipes(c) && c.timers.compressorOnS > 120 && condenserK(c) < -DIFFER_K && !gasHot(c);
const gasHot = (c: RowContext) =>
  good(c, 'dischargeC') && value(c, 'dischargeC') > Math.max(value(c, 'supplyC'), value(c, 'returnC')) + GAS_ABOVE_K;

const K = (x: number) => `${fixed1(x)} K`;

export const SIGNATURE_ROWS: readonly Row[] = [
  {
    id: 'F11r',
    code: 'reversing-valve-cools',
    effect: 'heatPumpOff',
    holdS: HELD_S,
    clearS: 300,
    latch: { trips: 3, windowS: 7200 },
    active: (c) => takesHeat(c) && (value(c, 'outdoorC') > FROST_FREE_C || value(c, 'returnC') < NEAR_FREEZING_C),
    text: (c) =>
      `the heat pump is to heat and cools its water by ${K(-condenserK(c))}; the reversing valve may be stuck at cooling`,
  },
  {
    id: 'F11d',
    code: 'reversing-valve-cools-long',
    effect: 'heatPumpOff',
    holdS: DEFROST_LONGEST_S,
    clearS: 300,
    latch: { trips: 2, windowS: 14_400 },
    active: takesHeat,
    text: () => 'the heat pump has taken heat out of the water for longer than any defrost; check the reversing valve',
  },
  {
    id: 'F11c',
    code: 'reversing-valve-heats',
    effect: 'heatPumpOff',
    holdS: HELD_S,
    clearS: 300,
    latch: { trips: 3, windowS: 7200 },
    active: (c) =>
      running(c) &&
      c.image.actuators.coolingOn > 0 &&
      pipes(c) &&
      c.timers.compressorOnS > 120 &&
      condenserK(c) > DIFFER_K,
    text: (c) =>
      `the heat pump is to cool and heats its water by ${K(condenserK(c))}; the reversing valve may be stuck`,
  },
  {
    id: 'F11h',
    code: 'coolant-valve-not-rejecting',
    effect: 'derate',
    holdS: HELD_S,
    clearS: 120,
    active: (c) =>
      c.image.actuators.rejectOn > 0 &&
      c.timers.rejectS > SETTLED_S &&
      pipes(c) &&
      computes(c) &&
      !mixed(c) &&
      value(c, 'supplyC') - value(c, 'condenserOutC') > DIFFER_K &&
      toWaterW(c) > GIVES_SHARE * value(c, 'accelW'),
    text: (c) =>
      `the coolant valve is at the dry cooler and the water still takes ${(toWaterW(c) / 1000).toFixed(1)} kW; it may be stuck`,
  },
  {
    id: 'F11o',
    code: 'coolant-valve-rejects',
    effect: 'warn',
    holdS: HELD_S,
    clearS: 120,
    active: (c) => {
      if (c.image.actuators.rejectOn > 0 || c.timers.rejectS <= SETTLED_S || !pipes(c) || !computes(c)) return false;
      const aboveK = value(c, 'accelOutC') - value(c, 'condenserOutC');
      const couldW = 0.5 * COOLANT_W_PER_LPM_K * value(c, 'accelFlowLpm') * aboveK;
      const shouldW = Math.min(value(c, 'accelW'), couldW);
      // Less than this is lost between two sensors on a pipe whose water warms up.
      const seenW = DIFFER_K * WATER_W_PER_LPM_K * value(c, 'heatFlowLpm');
      return aboveK > WOULD_GIVE_K && shouldW > seenW && toWaterW(c) < KEEPS_SHARE * shouldW;
    },
    text: () =>
      'the coolant valve is at the house and no heat gets there; it may be stuck, or the exchanger is blocked',
  },
  {
    id: 'F11t',
    code: 'tank-valve-at-buffer',
    effect: 'warn',
    holdS: HELD_S,
    clearS: 120,
    active: (c) =>
      c.image.actuators.hotWaterOn > 0 &&
      c.timers.tankS > SETTLED_S &&
      pipes(c) &&
      good(c, 'hotWaterC', 'bufferBottomC') &&
      value(c, 'hotWaterC') > value(c, 'bufferBottomC') + TANK_AWAY_K &&
      value(c, 'supplyC') > value(c, 'bufferBottomC') + TANK_AWAY_K &&
      Math.abs(value(c, 'returnC') - value(c, 'bufferBottomC')) < 1,
    text: () => 'the tank is to be charged and the water comes back as from the buffer; the tank valve may be stuck',
  },
  {
    id: 'F11b',
    code: 'tank-valve-at-tank',
    effect: 'warn',
    holdS: HELD_S,
    clearS: 120,
    active: (c) =>
      c.image.actuators.hotWaterOn === 0 &&
      c.timers.tankS > SETTLED_S &&
      pipes(c) &&
      good(c, 'hotWaterC', 'bufferBottomC') &&
      Math.abs(value(c, 'hotWaterC') - value(c, 'bufferBottomC')) > TANK_AWAY_K &&
      Math.abs(value(c, 'returnC') - value(c, 'bufferBottomC')) > 4 &&
      Math.abs(value(c, 'returnC') - value(c, 'hotWaterC')) < 4,
    text: () => 'the buffer is to be heated and the water comes back as from the tank; the tank valve may be stuck',
  },
  {
    id: 'F5w',
    code: 'water-sensors-swapped',
    effect: 'warn',
    holdS: 120,
    clearS: 300,
    active: (c) =>
      heats(c) &&
      pipes(c) &&
      c.timers.compressorOnS > 180 &&
      gasHot(c) &&
      Math.min(value(c, 'supplyC'), value(c, 'condenserOutC')) < value(c, 'returnC') - DIFFER_K,
    text: () =>
      'the hot gas heats and the water seems to cool down on its way; supply, condenser and return may be swapped',
  },
  {
    id: 'F4w',
    code: 'water-sensors-differ',
    effect: 'warn',
    holdS: 300,
    clearS: 600,
    active: (c) => noHeatBetween(c) && Math.abs(value(c, 'supplyC') - value(c, 'condenserOutC')) > DRIFTED_K,
    text: (c) =>
      `nothing heats the water between condenser and supply, and they differ by ${K(Math.abs(value(c, 'supplyC') - value(c, 'condenserOutC')))}; one of the two sensors drifts, or sits loose on its pipe`,
  },
  {
    id: 'F12l',
    code: 'compressor-locked',
    effect: 'heatPumpOff',
    holdS: 0,
    clearS: 300,
    latch: { trips: 3, windowS: 3600 },
    active: (c) =>
      running(c) &&
      c.timers.compressorOnS > 10 &&
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
    // Longer than a start and a defrost with its recovery together.
    holdS: DEFROST_LONGEST_S,
    clearS: 300,
    latch: { trips: 2, windowS: 14_400 },
    active: (c) =>
      heats(c) && good(c, 'dischargeC', 'condenserOutC') && value(c, 'dischargeC') < value(c, 'condenserOutC') + LIFT_K,
    text: () =>
      'the compressor has run for 15 min and its gas is no hotter than the water; refrigerant or valves are missing',
  },
];
