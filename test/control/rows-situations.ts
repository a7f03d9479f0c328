import { type Change, on, t, v, worse } from './rows-context.ts';

/** Situations in which rows speak, and what all rows of a kind are silent in. */

export const cools: Change = { values: { condenserOutC: 30, returnC: 32, supplyC: 30, dischargeC: 35, outdoorC: 13 } };
export const swapped: Change = { values: { condenserOutC: 38, returnC: 40, supplyC: 38, dischargeC: 60 } };
export const summer: Change = { on: { coolingOn: 1 }, values: { condenserOutC: 30, returnC: 28 } };
/** 5 kW that still reach the water: 4 K at 20 L/min. */
export const keeps: Change = { on: { rejectOn: 1 }, values: { supplyC: 42, condenserOutC: 38 } };
/** Hot coolant, and the water takes nothing. */
export const away: Change = { values: { supplyC: 38.1, condenserOutC: 38, accelOutC: 55 } };
/** Nothing heats between the two, and they are 3 K apart. */
export const apart: Change = { values: { supplyC: 41, condenserOutC: 38 } };
export const tank: Change = {
  on: { hotWaterOn: 1 },
  values: { hotWaterC: 40, supplyC: 45, bufferBottomC: 30, returnC: 30.5, condenserOutC: 44 },
};
export const buffer: Change = {
  values: { hotWaterC: 48, bufferBottomC: 30, returnC: 46, supplyC: 52, condenserOutC: 51 },
};
const flowPoor: Change[] = [v({ heatFlowLpm: 2.9 }), worse('heatFlowLpm'), t({ waterPumpS: 60 })];
export const poorPipes: Change[] = [...flowPoor, worse('supplyC'), worse('condenserOutC'), worse('returnC')];
export const idle: Change[] = [on({ compressorOn: 0 }), on({ compressorPct: 0 })];

/** The accelerator has long given its heat to the water. */
export const given: Change = { timers: { accelIdleS: 0 }, balance: { laggedW: 5000, feltInC: [44] } };
/** Water from the bottom of the buffer that is 3 K warmer than that. */
export const back: Change = { values: { returnC: 38, bufferBottomC: 35 } };
