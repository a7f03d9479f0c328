import { COOLANT_W_PER_LPM_K, WATER_W_PER_LPM_K } from '../physics.ts';
import type { Row, RowContext } from './row.ts';
import { running } from './row.ts';
import { computes, condenserK, DIFFER_K, gasHot, good, heats, K, mixed, pipes, toWaterW, value } from './signs.ts';
import { fadingHeat } from './slow.ts';

/**
 * Valves at the wrong end, or still on their way (F11), by what temperatures must do. A valve has 60 s; what is still at the wrong
 * end after 1.5 times that has not followed.
 */
const TRAVEL_S = 60;
const HELD_S = 30;
const HELD_LITRES_S = 1200;
/** The first water of a run is what stood in the condenser; then its sign tells what the machine does to it. */
const FLUSHED_S = 45;
const SIGN_HELD_S = 45;
/** Heat of a defrost comes out of the water for no longer than this. */
const DEFROST_LONGEST_S = 900;
/** And for the first time no sooner after the valve has turned: until then the coil was the hot one. */
const NO_FROST_RAN_S = 600;
/** No air above this leaves frost on an evaporator. */
const FROST_FREE_C = 12;
/** Water so cold that a machine that takes heat from it may freeze its exchanger. */
const NEAR_FREEZING_C = 8;
/** Share of the accelerator's heat that must or must not reach the water. */
const GIVES_SHARE = 0.4;
const KEEPS_SHARE = 0.15;
/** Coolant this much above the water would give it much heat through the exchanger. */
const WOULD_GIVE_K = 6;
const TANK_AWAY_K = 6;
/** A tank valve does not mend itself: the next try comes after this. */
const TANK_RETRY_S = 1800;

/** Slow water needs longer to carry off the heat that pipes and exchanger still hold. */
const settledS = (c: RowContext) => Math.max(TRAVEL_S, HELD_LITRES_S / value(c, 'heatFlowLpm'));
/** Water that has just got another source passes the condenser first and the supply later. */
const sameWater = (c: RowContext) =>
  Math.min(c.timers.tankS, c.timers.waterPumpS, running(c) ? c.timers.compressorOnS : c.timers.compressorOffS) >
  settledS(c);
/** A heater in the supply is off and its heat has gone. */
const unmixed = (c: RowContext) =>
  !mixed(c) && (c.house.backupHeaterAt === 'buffer' || c.timers.heaterOffS > settledS(c));
const takesHeat = (c: RowContext) => heats(c) && pipes(c) && condenserK(c) < -DIFFER_K && !gasHot(c);
const noDefrost = (c: RowContext) =>
  value(c, 'outdoorC') > FROST_FREE_C || value(c, 'returnC') < NEAR_FREEZING_C || c.timers.ranTurnedS < NO_FROST_RAN_S;

export const VALVE_ROWS: readonly Row[] = [
  {
    id: 'F11r',
    code: 'reversing-valve-cools',
    effect: 'heatPumpOff',
    holdS: SIGN_HELD_S,
    clearS: 300,
    latch: { trips: 3, windowS: 7200 },
    active: (c) => takesHeat(c) && c.timers.compressorOnS > FLUSHED_S && noDefrost(c),
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
    active: (c) => takesHeat(c) && c.timers.compressorOnS > 120,
    text: () => 'the heat pump has taken heat out of the water for longer than any defrost; check the reversing valve',
  },
  {
    id: 'F11c',
    code: 'reversing-valve-heats',
    effect: 'heatPumpOff',
    holdS: SIGN_HELD_S,
    clearS: 300,
    latch: { trips: 3, windowS: 7200 },
    active: (c) =>
      running(c) &&
      c.image.actuators.coolingOn > 0 &&
      pipes(c) &&
      c.timers.compressorOnS > FLUSHED_S &&
      condenserK(c) > DIFFER_K &&
      // Water of a tank just charged was still 40 K warmer than what came in.
      !fadingHeat(c),
    text: (c) =>
      `the heat pump is to cool and heats its water by ${K(condenserK(c))}; the reversing valve may be stuck`,
  },
  {
    id: 'F11h',
    code: 'coolant-valve-not-rejecting',
    effect: 'accelOff',
    holdS: HELD_S,
    clearS: 120,
    active: (c) =>
      c.image.actuators.rejectOn > 0 &&
      c.timers.rejectS > settledS(c) &&
      sameWater(c) &&
      !takesHeat(c) &&
      pipes(c) &&
      computes(c) &&
      unmixed(c) &&
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
      if (c.image.actuators.rejectOn > 0 || c.timers.rejectS <= TRAVEL_S || !sameWater(c)) return false;
      if (!pipes(c) || !computes(c)) return false;
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
    effect: 'heatPumpOff',
    holdS: HELD_S,
    clearS: TANK_RETRY_S,
    active: (c) =>
      c.image.actuators.hotWaterOn > 0 &&
      c.timers.tankS > TRAVEL_S &&
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
    effect: 'heatPumpOff',
    holdS: HELD_S,
    clearS: TANK_RETRY_S,
    active: (c) =>
      c.image.actuators.hotWaterOn === 0 &&
      c.timers.tankS > TRAVEL_S &&
      pipes(c) &&
      good(c, 'hotWaterC', 'bufferBottomC') &&
      Math.abs(value(c, 'hotWaterC') - value(c, 'bufferBottomC')) > TANK_AWAY_K &&
      Math.abs(value(c, 'returnC') - value(c, 'bufferBottomC')) > 4 &&
      Math.abs(value(c, 'returnC') - value(c, 'hotWaterC')) < 4,
    text: () => 'the buffer is to be heated and the water comes back as from the tank; the tank valve may be stuck',
  },
];
