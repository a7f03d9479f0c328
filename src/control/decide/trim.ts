import { clamp, lagShare } from '../physics.ts';
import { coolestSupplyC } from './curve.ts';
import type { PlanFacts, PlanState } from './plan.ts';

/** A new house is learnt within a day: what little it has taught weighs more. */
const FIRST_TAU_S = 2 * 3600;
const TRIM_TAU_S = 12 * 3600;
/** So long a house has taught all that counts. */
export const TAUGHT_S = 2 * (TRIM_TAU_S - FIRST_TAU_S);
const TRIM_LIMIT_K = 5;
/** The buffer is this near to what the curve asks for. */
const FOLLOWED_K = 3;

/** The slow correction of the weather curve after `dtS`: what the room shows where the water has followed the curve. */
export function learnTrim(
  state: Pick<PlanState, 'plan' | 'trimK' | 'taughtS'>,
  facts: PlanFacts,
  dtS: number,
): Pick<PlanState, 'trimK' | 'taughtS'> {
  const { est, input } = facts;
  const { mode, roomSetC } = input.setPoints;
  const { supplySetC } = state.plan;
  // Sun, or heat that came anyway, says nothing about the curve; nor does one that could not be followed.
  const followed = Math.abs(est.bufferTopC.value - supplySetC) < FOLLOWED_K && supplySetC > coolestSupplyC(roomSetC);
  const teaches = facts.steady && mode === 'heating' && est.roomC.quality !== 'lost' && supplySetC > 0 && followed;
  if (!teaches) return { trimK: state.trimK, taughtS: state.taughtS };
  const tauS = FIRST_TAU_S + Math.min(TAUGHT_S, state.taughtS) / 2;
  const stepK = 4 * (roomSetC - est.roomC.value) * lagShare(dtS, tauS);
  return {
    trimK: clamp(state.trimK + stepK, -TRIM_LIMIT_K, TRIM_LIMIT_K),
    taughtS: Math.min(TAUGHT_S, state.taughtS + dtS),
  };
}
