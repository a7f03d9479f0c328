import { DAILY_START, type Daily, seen, shareOfHour, typical } from '../learn/daily.ts';
import { type HouseModel, type HouseState, houseStep, inputAt, restingState } from '../learn/house/model.ts';
import { observe } from '../learn/house/observer.ts';
import { priorModel } from '../learn/house/prior.ts';
import type { HouseSample } from '../learn/house/series.ts';
import { heatAt, learnPump, type PumpMap, priorMap } from '../learn/pump-map.ts';
import { learnt, predicted, type Regression, regression } from '../learn/regression.ts';
import { clamp, lagShare } from '../physics.ts';
import { GAP_S } from './clock.ts';
import { FLOOR_START, type Floor, floorAfter } from './floor.ts';
import type { Known } from './known.ts';
import { arrivingW, type LateFitting } from './late.ts';
import { bandAt, forecastAt, heldValue, type Memory, outdoorNow } from './memory.ts';
import { isHeat, isMistaken } from './mistaken.ts';
import { RATING_START, type Rating, ratingAfter } from './rating.ts';
import { BRIDGED_S, GROWING_START, type Growing, SAMPLE_S, sampled } from './samples.ts';
import { SPREAD_START, type Spread, spreadAfter, spreadHeatW } from './spread.ts';
import { STANDING_START, type Standing, standingAfter } from './standing.ts';
import { surpriseAfter } from './surprise.ts';

/** All that is learnt of a foreign plant. Plain JSON. */
export interface Learnt {
  map: PumpMap;
  supply: Regression;
  model: HouseModel;
  /** The house as the observer sees it; null before the first room temperature. */
  house: HouseState | null;
  /** Quarter hours, oldest first. */
  samples: readonly HouseSample[];
  growing: Growing;
  /** Fits so far, seconds of data so far, and how far off the last fit was over a day ahead. */
  fit: { count: number; aliveS: number; rmseK: number };
  /** The fit underway. */
  fitting: LateFitting | null;
  /** So long heat is underway to the house, s. */
  lateS: number;
  /** How the model and persistence did of late, 6 to 24 h ahead, K; `atS`: seconds of data at the time. */
  judged: { atS: number; modelK: number; persistenceK: number };
  outdoor: Daily;
  /** As foreseen for each hour when it came: for hours beyond the end of a forecast. */
  sun: Daily;
  price: Daily;
  low: Daily;
  /** Upper edges, negated: what counts of them is the least. */
  high: Daily;
  /** Rises of the band that nobody could expect, faded over days. */
  surprise: number;
  /** Distance kept from the lower edge: grows with each miss, shrinks slowly. */
  marginK: number;
  runS: number;
  offS: number;
  /** Its meter has shown heat at least once. */
  heatSeen: boolean;
  /** Its power has been measured while it ran. */
  powerSeen: boolean;
  /** What is drawn while the pump stands, W: it would be drawn anyway, and is no cost of running. */
  idleW: number;
  spread: Spread;
  rating: Rating;
  floor: Floor;
  standing: Standing;
}

const MARGIN_START_K = 0.12;
const MARGIN_K = [0.05, 0.35] as const;
const MARGIN_PER_KH = 0.15;
const MARGIN_FADES_S = 6 * 86_400;

export function learntStart(known: Known): Learnt {
  return {
    map: priorMap(known.pumpHeatW, known.fanW),
    supply: priorSupply(known),
    model: priorModel({
      floorAreaM2: known.areaM2,
      designLoadW: known.house.designLoadW,
      designOutdoorC: known.house.designOutdoorC,
      emitter: known.emitter,
    }),
    house: null,
    samples: [],
    growing: GROWING_START,
    fit: { count: 0, aliveS: 0, rmseK: 0 },
    fitting: null,
    lateS: 0,
    judged: { atS: 0, modelK: 0, persistenceK: 0 },
    outdoor: DAILY_START,
    sun: DAILY_START,
    price: DAILY_START,
    low: DAILY_START,
    high: DAILY_START,
    surprise: 0,
    marginK: MARGIN_START_K,
    runS: 0,
    offS: 0,
    heatSeen: false,
    powerSeen: false,
    idleW: 0,
    spread: SPREAD_START,
    rating: RATING_START,
    floor: FLOOR_START,
    standing: STANDING_START,
  };
}

/** Supply = emitter + a few kelvins at full heat, until measured. */
function priorSupply(known: Known): Regression {
  let r = regression(3, 100);
  const fullK = known.emitter === 'floor' ? 6 : 5;
  for (const emitterC of [22, 28, 40])
    for (const share of [0, 1]) r = learnt(r, [1, emitterC, share], emitterC + fullK * share, 20);
  return r;
}

/** What happened since the last line, under the level commanded then. */
export interface Elapsed {
  t: number;
  dtS: number;
  level: number;
  accelW: number;
  /** A plan was in force: a miss is its miss. */
  planned: boolean;
}

function heatOf(learned: Learnt, heatW: number | null, memory: Memory, { level }: Elapsed, outdoorC: number): number {
  if (heatW !== null) return heatW;
  if (learned.floor.deadS > 0) return 0;
  const supplyC = heldValue(memory, 'supplyC') ?? (learned.house?.emitterC ?? 30) + 4;
  return heatAt(learned.map, { level, outdoorC, supplyC });
}

/** Only values of this very line teach. */
const fresh = (
  memory: Memory,
  name: 'heatW' | 'compressorW' | 'auxW' | 'supplyC' | 'returnC' | 'outdoorC' | 'roomC' | 'priceEurPerKwh',
) => {
  const held = memory.values[name];
  return held && held.ageS === 0 ? held.value : null;
};

function sensible(learned: Learnt, known: Known, memory: Memory, name: 'heatW' | 'compressorW', e: Elapsed) {
  const powers = { heatW: fresh(memory, 'heatW'), compressorW: fresh(memory, 'compressorW') };
  return isMistaken(known, learned, e.level, name, powers) ? null : powers[name];
}

/** Does a commanded pump show heat or power? null: nothing is measured. */
function isAlive(heatW: number | null, compressorW: number | null): boolean | null {
  if (heatW === null && compressorW === null) return null;
  return (heatW ?? 0) > 0 || (compressorW ?? 0) > 0;
}

/** Longer than any pump runs on. */
const SURELY_STANDS_S = 1200;
/** A standing pump draws less than this share of its rating. */
const MOST_IDLE_SHARE = 0.05;
const IDLE_TAU_S = 3600;

function idleLearnt({ idleW }: Learnt, known: Known, offS: number, powerW: number | null, dtS: number): number {
  const stands = offS >= SURELY_STANDS_S && powerW !== null && powerW < MOST_IDLE_SHARE * known.pumpHeatW;
  return stands ? idleW + (Math.max(0, powerW) - idleW) * lagShare(Math.min(dtS, SAMPLE_S), IDLE_TAU_S) : idleW;
}

function pumpLearnt(learned: Learnt, known: Known, memory: Memory, e: Elapsed, outdoorC: number) {
  const runS = e.level > 0 ? learned.runS + e.dtS : 0;
  const supplyC = fresh(memory, 'supplyC');
  const waters = { ...e, runS, outdoorC, supplyC, returnC: fresh(memory, 'returnC') };
  const measuredW = sensible(learned, known, memory, 'heatW', e);
  const spread = measuredW === null ? spreadAfter(learned.spread, known, waters) : learned.spread;
  const heatW = measuredW ?? spreadHeatW(spread, known, waters);
  const compressorW = sensible(learned, known, memory, 'compressorW', e);
  const auxW = fresh(memory, 'auxW') ?? known.fanW;
  const offS = e.level > 0 ? 0 : learned.offS + e.dtS;
  const drawnW = compressorW === null ? null : compressorW + (fresh(memory, 'auxW') ?? 0);
  const idleW = idleLearnt(learned, known, offS, drawnW, e.dtS);
  const powerW = compressorW === null ? null : Math.max(0, compressorW + auxW - idleW);
  const alive = isAlive(measuredW, compressorW);
  const floor = floorAfter(learned.floor, e.level, alive, runS, e.dtS);
  const rating = ratingAfter(learned.rating, known, { ...waters, heatW: measuredW, powerW });
  let { map, supply } = learned;
  // Without a water temperature the emitter's, as the house model sees it, says what the pump works against.
  const againstC = supplyC ?? predicted(supply, [1, learned.house?.emitterC ?? 30, e.level]);
  if (e.dtS <= GAP_S && alive !== false)
    map = learnPump(map, { level: e.level, outdoorC, supplyC: againstC, heatW, powerW, dtS: e.dtS, runS });
  if (supplyC !== null && heatW !== null && learned.house && e.level > 0 && runS > 600) {
    const x = [1, learned.house.emitterC, heatW / map.ratedHeatW];
    supply = learnt(
      supply,
      x,
      supplyC,
      (900 / Math.min(900, e.dtS)) * (Math.abs(predicted(supply, x) - supplyC) > 8 ? 10 : 1),
    );
  }
  const heatSeen = learned.heatSeen || isHeat(known, measuredW);
  const powerSeen = learned.powerSeen || (e.level > 0 && powerW !== null);
  return { map, supply, runS, offS, heatSeen, powerSeen, idleW, spread, rating, floor };
}

function observed(learned: Learnt, e: Elapsed, roomC: number | null, heatW: number, outdoorC: number, sunWm2: number) {
  const { model, house } = learned;
  if (!house) return roomC === null ? null : restingState(model, roomC, outdoorC);
  if (e.dtS > BRIDGED_S) return roomC === null ? null : restingState(model, roomC, outdoorC);
  const input = inputAt(model, e.t - e.dtS / 2, { heatW, outdoorC, solarWm2: sunWm2 });
  return observe(model, houseStep(model, house, input, e.dtS), { roomC: roomC ?? undefined }, e.dtS);
}

/** Sun `inS` from `t`: foreseen, else as it usually was at that hour, else none: what nobody ever tells is among the gains. */
export const sunAt = (learned: Learnt, memory: Memory, t: number, inS: number): number =>
  forecastAt(memory, 'solarWm2', inS) ?? typical(learned.sun, t + inS) ?? 0;

/** One line's lesson. `before`: what was remembered before this line. */
export function learn(learned: Learnt, known: Known, before: Memory, memory: Memory, e: Elapsed, lowC: number): Learnt {
  const outdoorC = outdoorNow(memory) ?? usualOutdoor(learned);
  const roomC = fresh(memory, 'roomC');
  const accelW = known.accelHeatsHouse ? e.accelW : 0;
  const heatW =
    Math.max(0, heatOf(learned, sensible(learned, known, memory, 'heatW', e), memory, e, outdoorC)) + accelW;
  const startS = e.t - e.dtS;
  // That of the step that ended came with the line before it.
  const toldWm2 = forecastAt(before, 'solarWm2', 0);
  const sunWm2 = sunAt(learned, before, startS, 0);
  const price = fresh(memory, 'priceEurPerKwh');
  const room = roomC ?? lowC + 1;
  const band = { t: e.t, dtS: e.dtS, wasC: bandAt(before, known.comfort, 0).lowC, lowC, told: memory.toldS > 0 };
  const gathered = sampled(learned, e, roomC, { heatW, outdoorC, solarWm2: sunWm2 });
  const { lateS } = learned;
  const arrivesW = lateS === 0 ? heatW : arrivingW({ ...gathered, lateS }, e.t, -e.dtS, e.dtS);
  const house = observed(learned, e, roomC, arrivesW, outdoorC, sunWm2);
  const shortKh = !e.planned ? 0 : (Math.max(0, lowC - room) * Math.min(e.dtS, GAP_S)) / 3600;
  const faded = MARGIN_START_K / 2 + (learned.marginK - MARGIN_START_K / 2) * Math.exp(-e.dtS / MARGIN_FADES_S);
  return {
    ...learned,
    ...pumpLearnt(learned, known, memory, e, outdoorC),
    ...gathered,
    fit: { ...learned.fit, aliveS: learned.fit.aliveS + (roomC === null ? 0 : Math.min(e.dtS, GAP_S)) },
    house,
    standing: standingAfter(learned, house, roomC, { heatW: arrivesW, outdoorC, solarWm2: sunWm2 }, e),
    outdoor: seen(learned.outdoor, e.t, outdoorC, 0.02 * Math.min(50, e.dtS / 60)),
    sun: toldWm2 === null ? learned.sun : seen(learned.sun, startS, toldWm2, shareOfHour(startS, e.dtS)),
    price: price === null ? learned.price : seen(learned.price, e.t, price, shareOfHour(e.t, e.dtS)),
    low: seen(learned.low, e.t, lowC, 1),
    high: seen(learned.high, e.t, -bandAt(memory, known.comfort, 0).highC, 1),
    surprise: surpriseAfter(learned.surprise, learned.low, band),
    marginK: clamp(faded + MARGIN_PER_KH * shortKh, ...MARGIN_K),
  };
}

const usualOutdoor = (learned: Learnt): number => learned.samples.at(-1)?.outdoorC ?? 0;
