import { clamp, lagShare } from '../physics.ts';
import { coolestSupplyC } from './curve.ts';
import type { PlanFacts, PlanState } from './plan.ts';

const TRIM_TAU_S = 12 * 3600;
const TRIM_LIMIT_K = 5;
/** The buffer is this near to what the curve asks for. */
const FOLLOWED_K = 3;

/** The slow correction of the weather curve after `dtS`: what the room shows where the water has followed the curve. */
export function learnTrim(state: PlanState, facts: PlanFacts, dtS: number): number {
  const { est, input } = facts;
  const { mode, roomSetC } = input.setPoints;
  const { supplySetC } = state.plan;
  // Sun, or heat that came anyway, says nothing about the curve; nor does one that could not be followed.
  const followed = Math.abs(est.bufferTopC.value - supplySetC) < FOLLOWED_K && supplySetC > coolestSupplyC(roomSetC);
  const teaches = facts.steady && mode === 'heating' && est.roomC.quality !== 'lost' && supplySetC > 0 && followed;
  const stepK = teaches ? 4 * (roomSetC - est.roomC.value) * lagShare(dtS, TRIM_TAU_S) : 0;
  return clamp(state.trimK + stepK, -TRIM_LIMIT_K, TRIM_LIMIT_K);
}
