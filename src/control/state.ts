import type { House } from '../contract/house.ts';
import type { ControlState } from '../contract/messages.ts';
import { type Outputs, SAFE_OUTPUTS } from '../contract/points.ts';

import { COMFORT_START, type ComfortState } from './comfort/comfort.ts';
import { COMMISSION_START, type CommissionState } from './commission/commission.ts';
import { COMPRESSOR_START, type CompressorState } from './decide/compressor.ts';
import { COOLANT_START, type CoolantState } from './decide/coolant.ts';
import { DEFROST_START, type DefrostState } from './decide/defrost.ts';
import { EMERGENCY_START, type EmergencyState } from './decide/emergency.ts';
import { EXERCISE_START, type ExerciseState } from './decide/exercise.ts';
import { FROST_START, type FrostState } from './decide/frost.ts';
import { GRANT_START, type GrantState } from './decide/grant.ts';
import { HOT_WATER_START, type HotWaterState } from './decide/hotwater.ts';
import { PLAN_START, type PlanState } from './decide/plan.ts';
import { type EstimateState, estimateStart } from './estimate.ts';
import { GRID_START, type GridState } from './grid/grid.ts';
import { INTERLOCK_START, type InterlockState } from './interlock/interlock.ts';
import { type OwnPump, ownPumpStart } from './learn/own-pump.ts';
import { METERS_START, type MetersState } from './meters.ts';
import type { ObserveState } from './observe.ts';
import { OPERATION_START, type OperationState } from './operation.ts';

/** All that control remembers between two calls: plain JSON, so that any run replays from a trace. */
export interface CoreState {
  /** Monotonic time of the last image; null before the first. */
  atMs: number | null;
  estimate: EstimateState;
  comfort: ComfortState;
  /** House seconds since the loops and since supervision last ran. */
  loopDueS: number;
  planDueS: number;
  plan: PlanState;
  /** Mode and switches the plan was made for: a change of them is planned at once. */
  plannedFor: readonly unknown[];
  decided: DecidedState;
  grid: GridState;
  emergency: EmergencyState;
  operation: OperationState;
  observe: ObserveState | null;
  commission: CommissionState;
  interlock: InterlockState;
  energy: ControlState['energy'];
  /** Heat and electricity of the heat pump while heating, defrost included: what its COP is made of. */
  pumped: { heatKwh: number; compressorKwh: number };
  /** Heat that a defrost has taken out of the water and nobody has put back yet. */
  owedKwh: number;
  meters: MetersState;
  /** What the heat pump really gives and draws. The map is kept over restarts. */
  pump: OwnPump;
}

export interface DecidedState {
  compressor: CompressorState;
  coolant: CoolantState;
  hotWater: HotWaterState;
  frost: FrostState;
  defrost: DefrostState;
  grant: GrantState;
  reversing: { cooling: boolean; stillS: number };
  circulationPct: number;
  exercise: ExerciseState;
  outputs: Outputs;
  grantW: number;
  fillerW: number;
  paidW: number;
}

export const ENERGY_START: CoreState['energy'] = {
  heatKwh: 0,
  accelHeatKwh: 0,
  compressorKwh: 0,
  accelKwh: 0,
  cop: null,
};
export const PUMPED_START: CoreState['pumped'] = { heatKwh: 0, compressorKwh: 0 };

/** Before the first call: everything safe. The house's facts are no part of the state: each input carries them. */
export function initialState(house: House): CoreState {
  return {
    atMs: null,
    estimate: estimateStart(),
    comfort: COMFORT_START,
    loopDueS: 0,
    planDueS: 0,
    plan: PLAN_START,
    plannedFor: [],
    decided: {
      compressor: COMPRESSOR_START,
      coolant: COOLANT_START,
      hotWater: HOT_WATER_START,
      frost: FROST_START,
      defrost: DEFROST_START,
      grant: GRANT_START,
      reversing: { cooling: false, stillS: 0 },
      circulationPct: 100,
      exercise: EXERCISE_START,
      outputs: { ...SAFE_OUTPUTS },
      grantW: 0,
      fillerW: 0,
      paidW: 0,
    },
    grid: GRID_START,
    emergency: EMERGENCY_START,
    operation: OPERATION_START,
    observe: null,
    commission: COMMISSION_START,
    interlock: INTERLOCK_START,
    energy: ENERGY_START,
    pumped: PUMPED_START,
    owedKwh: 0,
    meters: METERS_START,
    pump: ownPumpStart(house),
  };
}
