import type { Reason } from '../../contract/messages.ts';
import type { Outputs } from '../../contract/points.ts';
import { paysNow } from '../decide/money.ts';
import type { Plan } from '../decide/plan.ts';
import type { Estimates } from '../estimate/points.ts';
import type { StepInput, Verdict } from '../types.ts';
import { LIMIT_START, type LimitFacts, type LimitState, limitStep } from './limit.ts';
import { raised, SG_START, type SgReadyState, sgReadyOf, sgReadyReasons, sgReadyStep } from './sgready.ts';
import { SHED_START, type ShedState, shedStep } from './shed.ts';
import { SURPLUS_START, type SurplusState, surplusStep } from './surplus.ts';

/** The grid's say in what the unit does: wishes before the decisions, limits after them and before the interlock. */
export interface GridState {
  sgReady: SgReadyState;
  surplus: SurplusState;
  limit: LimitState;
  shed: ShedState;
}

export const GRID_START: GridState = {
  sgReady: SG_START,
  surplus: SURPLUS_START,
  limit: LIMIT_START,
  shed: SHED_START,
};

/** Before the decisions: SG-Ready raises set-points. */
export function gridWishes(
  state: GridState,
  est: Estimates,
  input: StepInput,
  planned: Plan['mode'],
): { state: GridState; input: StepInput } {
  const sgReady = sgReadyStep(state.sgReady, est, input.ems, input.dtS);
  const season = input.setPoints.mode === 'auto' ? planned : input.setPoints.mode;
  const surplus = surplusStep(state.surplus, est, input);
  return {
    state: { ...state, sgReady, surplus },
    input: { ...input, setPoints: raised(input.setPoints, sgReady, season) },
  };
}

/**
 * The plan with the sun of this moment, and what the loops may not do: a locked heat pump stands still, but for frost; bought
 * heat and filler wait with it.
 */
export function gridHolds(
  state: GridState,
  plan: Plan,
  frost: boolean,
  grid: StepInput['grid'],
): { plan: Plan; heatPump: boolean; locked: boolean } {
  const locked = sgReadyOf(state.sgReady) === 1 && !frost;
  const now = (pays: Plan['filler']) =>
    paysNow(pays, state.surplus.steadyW, grid?.exportLimitW ?? Number.POSITIVE_INFINITY);
  return {
    locked,
    plan: locked
      ? { ...plan, fillerW: 0, paidW: 0, backupWanted: false, heaterWanted: false }
      : { ...plan, fillerW: now(plan.filler), paidW: now(plan.paid) },
    heatPump: locked || state.shed.compressorOff,
  };
}

export interface GridVerdict {
  state: GridState;
  outputs: Outputs;
  reasons: Reason[];
  dimming: Verdict['dimming'];
}

/** After the decisions, each tick: the outputs that the limits leave. */
export function gridLimits(previous: GridState, decided: Outputs, facts: LimitFacts): GridVerdict {
  const limit = limitStep(previous.limit, facts);
  const shed = shedStep(previous.shed, limit.limits, decided, facts);
  return {
    state: { ...previous, limit: limit.state, shed: shed.state },
    outputs: shed.outputs,
    reasons: [...shed.reasons, ...sgReadyReasons(previous.sgReady, facts.input.setPoints)],
    dimming: limit.record,
  };
}
