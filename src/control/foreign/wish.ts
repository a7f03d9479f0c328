import { heatAt, type PumpMap } from '../learn/pump-map.ts';
import { houseAhead, makePlan, riseK, slotS } from './ahead.ts';
import { blindWish } from './blind.ts';
import { lowestLevel } from './floor.ts';
import type { Known } from './known.ts';
import type { Learnt } from './learn.ts';
import type { Memory } from './memory.ts';
import { bandAt, heldValue } from './memory.ts';
import { AMPLE_K, edgeOf, FROST_ROOM_C, ruleWish, type Wish } from './rule.ts';

/** The plan in force: kept until its first slot is over. */
export interface PlanNow {
  level: number;
  untilS: number;
  reason: string;
}

/** A model that misses a day ahead by more than this is worse than the plain rule. */
const TRUSTED_RMSE_K = 1;
/** Whatever persistence manages: a model this close keeps its band. */
const GOOD_ENOUGH_K = 0.4;
/** The model goes on without a room temperature: its errors are those of its loss, which settle within days. */
const BLIND_S = 3 * 86_400;
/** Part speeds tried in the first days while the plain rule runs, so that the map is measured there as well. */
const TRIALS = [0.7, 0.4, 0.55];
const TRIAL_S = 2700;
const FULL_FIRST_S = 2 * 3600;
const RATED_POINT = { level: 1, outdoorC: 2, supplyC: 35 };
/** Least of its full heat that it gives at half speed. */
const ON_OFF_SHARE = 0.85;

/** Why the plan may not be used, or null. */
function distrust(learned: Learnt, memory: Memory, blindS: number): string | null {
  if (learned.fit.count === 0 || learned.fit.rmseK === 0) return 'learning the house';
  if (learned.fit.rmseK > TRUSTED_RMSE_K) return `house model off by ${learned.fit.rmseK.toFixed(1)} K a day ahead`;
  const { modelK, persistenceK } = learned.judged;
  if (modelK > Math.max(persistenceK, GOOD_ENOUGH_K))
    return `house model off by ${modelK.toFixed(2)} K of late, "it stays as it is" by ${persistenceK.toFixed(2)} K`;
  if (!learned.house) return 'no state of the house yet';
  const roomC = heldValue(memory, 'roomC');
  if (roomC === null && blindS > BLIND_S) return 'no room temperature for days';
  if (roomC !== null && roomC < FROST_ROOM_C) return 'frost';
  return null;
}

/** Outside the band by this much no plan is trusted, whatever it promises. */
const OUTSIDE_K = 0.5;

/** Where heat comes late, what is underway may bring the room back. */
function outside(known: Known, learned: Learnt, memory: Memory, t: number): string | null {
  const roomC = heldValue(memory, 'roomC');
  if (roomC === null) return null;
  const { lowC, highC } = bandAt(memory, known.comfort, 0);
  const soonC = learned.lateS === 0 ? roomC : houseAhead(known, learned, memory, t)!.airC;
  if (soonC >= lowC - OUTSIDE_K && soonC <= highC + OUTSIDE_K) return null;
  if (roomC < lowC - OUTSIDE_K) return `${(lowC - roomC).toFixed(1)} K too cold`;
  return roomC > highC + OUTSIDE_K ? `${(roomC - highC).toFixed(1)} K too warm` : null;
}

/** A run at full speed becomes one at part speed while the map knows too little of it, and the house can wait. */
function trial(known: Known, learned: Learnt, wish: Wish): Wish {
  const { fullS, partS } = learned.map;
  const level = TRIALS[Math.floor(partS / TRIAL_S)];
  if (wish.level < 1 || !wish.ample || known.onOff || fullS < FULL_FIRST_S || level === undefined) return wish;
  const tried = Math.max(level, known.minModulation);
  return { ...wish, level: tried, reason: `${wish.reason}; at ${Math.round(100 * tried)} % to learn the pump` };
}

/** At half speed a pump that knows on and off only gives all of its heat. */
const isOnOff = (map: PumpMap): boolean =>
  map.fullS >= TRIAL_S &&
  map.partS >= TRIAL_S &&
  heatAt(map, { ...RATED_POINT, level: 0.5 }) > ON_OFF_SHARE * heatAt(map, RATED_POINT);

/** The pump as it has shown itself, where it has run for a while: plates and owners err. */
function asMeasured(told: Known, { floor, map }: Learnt): Known {
  const pumpHeatW = map.fullS < FULL_FIRST_S ? told.pumpHeatW : heatAt(map, RATED_POINT);
  return {
    ...told,
    pumpHeatW: Math.max(0.1 * told.pumpHeatW, pumpHeatW),
    minModulation: lowestLevel(told, floor),
    onOff: told.onOff || isOnOff(map),
  };
}

export function wishOf(
  told: Known,
  learned: Learnt,
  memory: Memory,
  now: { on: boolean; t: number; blindS: number; accelW: number; stepS: number; plan: PlanNow | null },
): { wish: Wish; plan: PlanNow | null } {
  const known = asMeasured(told, learned);
  const why = distrust(learned, memory, now.blindS) ?? outside(known, learned, memory, now.t);
  if (why !== null) {
    const roomC = heldValue(memory, 'roomC');
    const rule =
      roomC === null
        ? blindWish(known, memory, learned.low, now)
        : ruleWish(known, memory, learned.low, { ...now, roomC, riseK: riseK(known, learned) });
    return { wish: trial(known, learned, { ...rule, reason: `${rule.reason} (${why})` }), plan: null };
  }
  if (now.plan && now.t < now.plan.untilS && now.t > now.plan.untilS - 3600)
    return { wish: { level: now.plan.level, ample: true, reason: now.plan.reason }, plan: now.plan };
  const found = makePlan(known, learned, memory, now.on, now.accelW, now.t, now.stepS);
  const level = found.levels[0]!;
  const change = found.levels.findIndex((l) => l > 0 !== level > 0);
  const lowest = Math.min(...found.roomC.slice(0, 32));
  const reason = `plan: ${level > 0 ? `run at ${Math.round(100 * level)} %` : 'rest'}${change < 0 ? '' : ` for ${change} slots`}, room ${learned.house!.airC.toFixed(2)} °C now, ${lowest.toFixed(2)} °C at the least, ${found.costEur.toFixed(2)} EUR to the horizon, margin ${learned.marginK.toFixed(2)} K`;
  const ample = learned.house!.airC > edgeOf(known, memory, learned.low, now.t) + AMPLE_K;
  const wish = trial(known, learned, { level, ample, reason });
  const plan = { level: wish.level, untilS: now.t + slotS(known, learned, now.stepS) - 1, reason: wish.reason };
  return { wish, plan };
}
