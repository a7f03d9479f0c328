import type { SensorName } from '../../contract/points.ts';
import { loopKw } from '../estimate/balance.ts';
import { WATER_W_PER_LPM_K } from '../physics.ts';
import { bad, fixed1, type RowContext, running } from './row.ts';

/** What rows that judge by temperatures have in common: which water moves, which pipes can be read, what heats. */

/** Water this slow carries nothing to judge by. */
const MIN_LPM = 3;
/** What sensors on pipes and their noise may differ by. */
export const DIFFER_K = 1.5;
const GAS_ABOVE_K = 8;
/** Power, W per kW of rating, below which the accelerator's heat is too little to judge by. */
const COMPUTES_W_KW = 200;

export const good = (c: RowContext, ...names: SensorName[]) => names.every((n) => !bad(c, n));
export const value = (c: RowContext, name: SensorName) => c.est[name].value;
export const K = (x: number) => `${fixed1(x)} K`;
/** Water flows where our orders send it. */
export const flows = (c: RowContext) =>
  !c.observing && good(c, 'heatFlowLpm') && value(c, 'heatFlowLpm') > MIN_LPM && c.timers.waterPumpS > 60;
export const heats = (c: RowContext) => running(c) && c.image.actuators.coolingOn === 0;
/** Kelvins by which the condenser warms its water. */
export const condenserK = (c: RowContext) => value(c, 'condenserOutC') - value(c, 'returnC');
export const toWaterW = (c: RowContext) =>
  WATER_W_PER_LPM_K * value(c, 'heatFlowLpm') * (value(c, 'supplyC') - value(c, 'condenserOutC'));

export const toTankW = (c: RowContext) =>
  WATER_W_PER_LPM_K * value(c, 'heatFlowLpm') * (value(c, 'supplyC') - value(c, 'returnC'));
export const chargedFor = (c: RowContext, seconds: number) =>
  c.image.actuators.hotWaterOn > 0 &&
  c.timers.tankS > seconds &&
  flows(c) &&
  good(c, 'supplyC', 'returnC', 'hotWaterC');

export const pipes = (c: RowContext) => flows(c) && good(c, 'supplyC', 'condenserOutC', 'returnC');
export const computes = (c: RowContext) =>
  good(c, 'accelW', 'accelOutC', 'accelFlowLpm') && value(c, 'accelW') > COMPUTES_W_KW * loopKw(c.house.accelMaxW);
/** Another heater between the two sensors. */
export const mixed = (c: RowContext) => c.house.backupHeaterAt === 'supply' && c.image.actuators.backupHeaterOn > 0;
export const gasHot = (c: RowContext) =>
  good(c, 'dischargeC') && value(c, 'dischargeC') > Math.max(value(c, 'supplyC'), value(c, 'returnC')) + GAS_ABOVE_K;
