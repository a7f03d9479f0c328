import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { type Outputs, SAFE_OUTPUTS, type SensorName } from '../../src/contract/points.ts';
import { type DecideFacts, loopsStep } from '../../src/control/decide/decide.ts';
import { PLAN_START } from '../../src/control/decide/plan.ts';
import { ownPumpStart } from '../../src/control/learn/own-pump.ts';
import type { DecidedState } from '../../src/control/state.ts';
import { initialState } from '../../src/control/step.ts';
import { createRig, estOf, HOUSE, imageOf, MARKET } from './rig.ts';

/** A calm winter day, changed in one or two facts. */
export interface Given {
  values?: Partial<Record<SensorName, number>>;
  lost?: SensorName[];
  actuators?: Partial<Outputs>;
  before?: Partial<DecidedState>;
  plan?: Partial<DecideFacts['plan']>;
  setPoints?: Partial<DecideFacts['wish']['setPoints']>;
  killing?: boolean;
  house?: Partial<typeof HOUSE>;
  stopped?: Partial<DecideFacts['stopped']>;
  dtS?: number;
}
export const START = initialState(HOUSE).decided;
const PUMP = ownPumpStart(HOUSE).map;

export function loops(g: Given): DecidedState {
  const house = { ...HOUSE, ...g.house };
  const setPoints = { ...DEFAULT_SETPOINTS, mode: 'heating' as const, ...g.setPoints };
  const image = imageOf(createRig(), { ...SAFE_OUTPUTS, ...g.actuators });
  const hotWater = { setC: 60, startBelowK: 6, killing: g.killing ?? false };
  const dtS = g.dtS ?? 1;
  return loopsStep(
    { ...START, ...g.before },
    {
      est: estOf(g.values, g.lost),
      input: { image, dtS, setPoints, market: MARKET, want: undefined, house },
      wish: { setPoints, compressorMaxPct: 100, hotWater, steady: true, stoodSetC: setPoints.roomSetC, reasons: [] },
      dewC: null,
      plan: { ...PLAN_START.plan, mode: 'heating', supplySetC: 38, heatNeedW: 5000, ...g.plan },
      pump: PUMP,
      stopped: { accel: false, heatPump: false, ...g.stopped },
      dtS,
    },
  );
}

/** The accelerator alone heats the house: its water warms by 6 K. */
export const HEATS: Given = {
  values: { accelW: 5000, heatFlowLpm: 10, bufferTopC: 38, hotWaterC: 60 },
  actuators: { accelSupplyOn: 1, circulationPct: 50 },
  before: { coolant: { ...START.coolant, reject: false }, circulationPct: 50 },
  dtS: 1000,
};
