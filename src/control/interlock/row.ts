import type { House } from '../../contract/house.ts';
import type { SafetyState } from '../../contract/messages.ts';
import type { Image, Outputs, SensorName } from '../../contract/points.ts';
import { type BalanceState, loopKw } from '../estimate/balance.ts';
import type { Estimates } from '../estimate/points.ts';
import { COOLANT_W_PER_LPM_K } from '../physics.ts';
import type { SlowState } from './slow.ts';

/** What a row may look at: this tick's image and estimates, and how long things have been as they are. */
export interface RowContext {
  image: Image;
  est: Estimates;
  balance: BalanceState;
  house: House;
  decided: Outputs;
  /** Others drive the plant: where its valves are is not what was ordered here. */
  observing: boolean;
  timers: Timers;
  slow: SlowState;
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
  /** House seconds since the backup heater was last on. */
  heaterOffS: number;
  /** House seconds since coolant and tank valve were last ordered to the other end, and where they were ordered to. */
  rejectS: number;
  tankS: number;
  rejectOn: number;
  tankOn: number;
  /** House seconds that the compressor has run since the reversing valve was ordered to its other end, and where that is. */
  ranTurnedS: number;
  coolingOn: number;
}

/**
 * `heatPumpOff` leaves the backup heater to keep the house warm; `heatOff` stops it too, `bothOff` also the accelerator and its supply,
 * `accelCut` opens the accelerator's contactor, `allOff` makes every output safe.
 */
export type Effect =
  | 'warn'
  | 'derate'
  | 'accelOff'
  | 'accelCut'
  | 'heatPumpOff'
  | 'heatOff'
  | 'machineOff'
  | 'bothOff'
  | 'allOff';

export const EFFECT_STATE: Record<Effect, SafetyState> = {
  warn: 'S1',
  derate: 'S1',
  accelOff: 'S2',
  accelCut: 'S2',
  heatPumpOff: 'S3',
  heatOff: 'S3',
  machineOff: 'S3',
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

export const lost = (c: RowContext, name: SensorName) => c.est[name].quality === 'lost';
export const bad = (c: RowContext, name: SensorName) => c.est[name].quality !== 'good';
export const running = (c: RowContext) => c.image.actuators.compressorOn > 0 && c.image.actuators.compressorPct > 0;
export const fixed1 = (value: number) => value.toFixed(1);

/** Why these points are as they are, in one line. */
export const whyOf = (c: RowContext, names: readonly SensorName[], is: (c: RowContext, n: SensorName) => boolean) =>
  names
    .filter((n) => is(c, n))
    .map((n) => c.est[n].reason ?? n)
    .join('; ');

/** Pumps run on after their heat source has stopped. */
export const RUN_ON_S = 120;
/** A pump commanded above this should make flow. */
export const PUMP_ON_PCT = 15;
/** Below this the heating water's pump moves nothing; coolant pumps are as large as their accelerator. */
export const FLOW_LOST_LPM = 1;
export const coolantLostLpm = (c: RowContext): number => Math.min(1, 0.2 * loopKw(c.house.accelMaxW));
/** Coolant that would have to warm by more than this to carry the power of now is as good as none. */
const CARRY_K = 40;
export const carriesLpm = (c: RowContext): number => c.est.accelW.value / (COOLANT_W_PER_LPM_K * CARRY_K);
