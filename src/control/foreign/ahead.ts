import { type Daily, middle, mostFrom, risen, typical } from '../learn/daily.ts';
import { type HouseState, houseStep, inputAt } from '../learn/house/model.ts';
import { inSupply } from '../learn/pump-map.ts';
import { clamp } from '../physics.ts';
import { type HeatPlan, type PlanSlot, planAhead } from '../plan-ahead/plan.ts';
import type { Known } from './known.ts';
import { arrivingW } from './late.ts';
import { type Learnt, sunAt } from './learn.ts';
import { bandAt, forecastAt, heldValue, type Memory, outdoorNow } from './memory.ts';
import { waryEdgeC } from './surprise.ts';
import { plannedMap } from './unmeasured.ts';

/** The plan of a foreign plant: what lies ahead as far as anybody knows, and the speeds worth trying. */

const DEFAULT_PRICE = 0.3;
/** As far as is needed to end every night, and further where somebody foresees the weather. */
const HORIZON_S = 28 * 3600;
const FORESEEN_S = 48 * 3600;
const LONG_S = 1800;
const LONGER_S = 3600;
const LONGER_AFTER_S = 12 * 3600;
const LONGEST_S = 7200;
const LONGEST_AFTER_S = 26 * 3600;
/** Fine slots at the beginning, over a whole cycle where the pump cycles; the later ones only tell what heat is worth. */
const FINE_SLOTS = 8;
const FINE_CYCLE_SLOTS = 16;
/** Wear of a start: a new compressor in a machine of 10 kW, 3,200 EUR, over 40,000 starts. */
const START_EUR_PER_W = 0.08 / 10_000;
/** A kelvin hour too cold costs several times the electricity that a warmer kelvin hour takes. */
const DISCOMFORT_FACTOR = 25;
/** Comfort gets no cheaper when electricity does. */
const CHEAP_EUR_PER_KWH = 0.25;
const OUTDOOR_FORGETS_S = 24 * 3600;
/** What a price has beyond its hour and its day is gone soon: a spike of a quarter hour is no dear day. */
const PRICE_FORGETS_S = 2 * 3600;
const PARTS = [0.75, 0.55, 0.4, 0.25];
/** The upper edge is kept as well, by half of the lower margin. */
const HIGH_MARGIN_K = 0.1;

/** K by which a quarter of an hour at full speed warms air and emitter. */
export const riseK = (known: Known, { model }: Learnt): number =>
  (known.pumpHeatW * 900) / (model.airJPerK + model.emitterJPerK);

/** First slots: short where a strong pump warms a light house fast, and whole steps of the plant. */
export function slotS(known: Known, learned: Learnt, stepS: number): number {
  const rise = riseK(known, learned);
  const wantedS = rise > 1.5 ? 300 : rise > 0.8 ? 600 : 900;
  return stepS > 0 ? Math.max(1, Math.round(wantedS / stepS)) * stepS : wantedS;
}

/** `now` fades into what is usual at that hour. */
function drifting(daily: Daily, now: number, t: number, inS: number): number {
  const usualThen = typical(daily, t + inS);
  const usualNow = typical(daily, t);
  if (usualThen === null || usualNow === null) return now;
  return usualThen + (now - usualNow) * Math.exp(-inS / OUTDOOR_FORGETS_S);
}

/** The price that nobody foresees: as usual at that hour, on the level of the last day. A low day is no promise of a dearer one. */
export function usualPrice(daily: Daily, now: number | null, t: number, inS: number): number | null {
  const usualThen = middle(daily, t + inS);
  const usualNow = middle(daily, t);
  if (usualThen === null || usualNow === null) return now;
  const level = risen(daily, t);
  const own = now === null ? 0 : now - usualNow - level;
  return usualThen + level + own * Math.exp(-inS / PRICE_FORGETS_S);
}

/** The band of a slot as told, else as it usually was: heat stored under a wide band is too much under a narrow one. */
function expectedBand(known: Known, learned: Learnt, memory: Memory, t: number, inS: number, dtS: number) {
  const told = bandAt(memory, known.comfort, inS + dtS);
  const now = bandAt(memory, known.comfort, 0);
  if (inS === 0) return { lowC: now.lowC, highC: told.highC };
  if (inS + dtS <= memory.toldS) return told;
  const at = t + inS + dtS;
  const lowC = waryEdgeC(learned.surprise, learned.low) ?? mostFrom(learned.low, t, now.lowC, at) ?? told.lowC;
  const negated = waryEdgeC(learned.surprise, learned.high) ?? mostFrom(learned.high, t, -now.highC, at);
  return { lowC, highC: negated === null ? told.highC : -negated };
}

function priceAt(learned: Learnt, memory: Memory, t: number, inS: number): number {
  const now = heldValue(memory, 'priceEurPerKwh') ?? forecastAt(memory, 'priceEurPerKwh', 0);
  return forecastAt(memory, 'priceEurPerKwh', inS) ?? usualPrice(learned.price, now, t, inS) ?? DEFAULT_PRICE;
}

function slotAt(known: Known, learned: Learnt, memory: Memory, t: number, inS: number, dtS: number): PlanSlot {
  const midS = inS + dtS / 2;
  const outdoorC = outdoorNow(memory) ?? learned.samples.at(-1)?.outdoorC ?? 0;
  const { lowC, highC } = expectedBand(known, learned, memory, t, inS, dtS);
  return {
    dtS,
    atS: t + midS,
    outdoorC: forecastAt(memory, 'outdoorC', midS) ?? drifting(learned.outdoor, outdoorC, t, midS),
    solarWm2: sunAt(learned, memory, t, midS),
    priceEurPerKwh: priceAt(learned, memory, t, midS),
    lowC: lowC + learned.marginK,
    highC: Math.max(lowC + learned.marginK + 0.3, highC - HIGH_MARGIN_K),
  };
}

const UNDERWAY_STEP_S = 300;

/** The house when what the pump gives from now on arrives: warmed by what is underway. */
export function houseAhead(known: Known, learned: Learnt, memory: Memory, t: number): HouseState | null {
  let state = learned.house;
  for (let inS = 0; state && inS < learned.lateS; inS += UNDERWAY_STEP_S) {
    const slot = slotAt(known, learned, memory, t, inS, UNDERWAY_STEP_S);
    const heatW = arrivingW(learned, t, inS, UNDERWAY_STEP_S);
    state = houseStep(learned.model, state, inputAt(learned.model, slot.atS, { ...slot, heatW }), UNDERWAY_STEP_S);
  }
  return state;
}

/** So long what is stored goes on warming a room: a floor gives it back within half a day. */
const STORED_S = 8 * 3600;

/** How far above its band the house comes yet by what is stored in it, sun and weather, K; null: not learnt. */
export function storedAboveK(known: Known, learned: Learnt, memory: Memory, t: number): number | null {
  const { model } = learned;
  let state = houseAhead(known, learned, memory, t);
  if (!state || learned.fit.count === 0) return null;
  let aboveK = Number.NEGATIVE_INFINITY;
  for (let inS = 0; inS < STORED_S; inS += LONGER_S) {
    const slot = slotAt(known, learned, memory, t, learned.lateS + inS, LONGER_S);
    state = houseStep(model, state, inputAt(model, slot.atS, { ...slot, heatW: 0 }), LONGER_S);
    aboveK = Math.max(aboveK, state.airC - slot.highC);
  }
  return aboveK;
}

/** Speeds worth a branch of the search: full speed, and what is not clearly dearer per heat than it. */
function levelsOf(known: Known, learned: Learnt, outdoorC: number): number[] {
  if (known.onOff || learned.map.partS < 1800) return [1];
  const map = plannedMap(learned);
  const emitterC = learned.house?.emitterC ?? 28;
  const perHeat = (level: number) => {
    const { heat, power } = inSupply(map, level, outdoorC);
    const supplyC = emitterC + 5 * level;
    return (power.at0 + power.slope * supplyC) / Math.max(1, heat.at0 + heat.slope * supplyC);
  };
  const full = perHeat(1);
  const parts = PARTS.map((l) => Math.max(known.minModulation, l)).filter(
    (l, i, all) => l < 0.9 && all.indexOf(l) === i,
  );
  return [1, ...parts.filter((l) => perHeat(l) < 1.05 * full)];
}

export function makePlan(
  known: Known,
  learned: Learnt,
  memory: Memory,
  on: boolean,
  accelW: number,
  t: number,
  stepS: number,
): HeatPlan {
  const fineS = slotS(known, learned, stepS);
  const slots: PlanSlot[] = [];
  const { forecast, forecastAgeS } = memory;
  const seenS = forecast ? forecast.outdoorC.length * forecast.stepS - forecastAgeS : 0;
  const horizonS = clamp(seenS, HORIZON_S, FORESEEN_S);
  for (let inS = 0; inS < horizonS; ) {
    const later = inS < LONGER_AFTER_S ? LONG_S : inS < LONGEST_AFTER_S ? LONGER_S : LONGEST_S;
    const dtS = slots.length < (known.onOff ? FINE_CYCLE_SLOTS : FINE_SLOTS) ? fineS : later;
    const slot = slotAt(known, learned, memory, t, learned.lateS + inS, dtS);
    // Paid when it is given, felt when it arrives.
    slots.push({ ...slot, priceEurPerKwh: priceAt(learned, memory, t, inS + dtS / 2) });
    inS += dtS;
  }
  const outdoorC = slots[0]!.outdoorC;
  const meanPrice = slots.reduce((sum, s) => sum + s.priceEurPerKwh, 0) / slots.length;
  const lossKw = (known.house.designLoadW / 30 / 1000) * 0.4;
  return planAhead({
    model: learned.model,
    state: houseAhead(known, learned, memory, t)!,
    map: plannedMap(learned),
    supply: learned.supply,
    slots,
    levels: levelsOf(known, learned, outdoorC),
    on,
    otherHeatW: known.accelHeatsHouse ? accelW : 0,
    startEur: START_EUR_PER_W * known.pumpHeatW,
    discomfortEurPerKh: DISCOMFORT_FACTOR * lossKw * clamp(meanPrice, CHEAP_EUR_PER_KWH, 1),
  });
}
