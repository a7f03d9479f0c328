import type { Wish } from './comfort/comfort.ts';
import { reachesHouse } from './decide/coolant.ts';
import { safeLimitW } from './decide/grant.ts';
import { planStep } from './decide/plan.ts';
import type { Estimates } from './estimate/points.ts';
import type { CoreState } from './state.ts';
import type { StepInput } from './types.ts';

/** Input with the set-points in force. */
export type Wished = StepInput & Pick<Wish, 'setPoints'>;

const PLAN_S = 60;

/** Sums of 0.1 s must not miss their second by rounding. */
export const isDue = (dueS: number, everyS: number): boolean => dueS >= everyS - 1e-6;

/** Supervision once a minute, and at once when a person has changed something, there is another price, or the accelerator's heat goes elsewhere. */
export function supervise(state: CoreState, input: Wished, est: Estimates, wish: Wish, dtS: number): CoreState {
  const { setPoints, market } = input;
  const { mode, roomSetC, hotWaterSetC, computeOn, computeValueEurPerKwh } = setPoints;
  // Null, not undefined: a state that was written and read plans no oftener.
  const prices = [market?.priceEurPerKwh ?? null, market?.exportEurPerKwh ?? null];
  const accelReachesHouse = reachesHouse(state.decided.coolant);
  const plannedFor = [
    mode,
    roomSetC,
    hotWaterSetC,
    computeOn,
    computeValueEurPerKwh,
    ...prices,
    accelReachesHouse,
    wish.fixedSupplyC ?? null,
  ];
  const planDueS = state.planDueS + dtS;
  const same = plannedFor.every((x, i) => x === state.plannedFor[i]);
  if (!isDue(planDueS, PLAN_S) && same) return { ...state, planDueS };
  const { decided, interlock: locked } = state;
  const plan = planStep(
    state.plan,
    {
      est,
      input,
      limitW: locked.stopped.accel ? 0 : safeLimitW(est, input.house),
      surplusW: state.grid.surplus.steadyW,
      hotWaterWanted: decided.hotWater.charging,
      accelReachesHouse,
      defrosting: decided.defrost.on,
      steady: wish.steady,
      stoodSetC: wish.stoodSetC,
      fixedSupplyC: wish.fixedSupplyC,
      pump: state.pump.map,
      level: decided.compressor.on ? decided.compressor.pct / 100 : 0,
      mostLevel: wish.compressorMaxPct / 100,
      compressorFull:
        decided.compressor.on && decided.compressor.pct > wish.compressorMaxPct - 5 && !decided.hotWater.charging,
      compressorBlocked: locked.stopped.heatPump,
    },
    planDueS,
  );
  return { ...state, plan, plannedFor, planDueS: 0 };
}
