import { type HouseModel, type HouseState, inputAt, lossWPerK, UNKNOWN_FADES_S } from '../learn/house/model.ts';
import type { PumpMap } from '../learn/pump-map.ts';
import type { Regression } from '../learn/regression.ts';
import { J_PER_KWH } from '../physics.ts';
import { type Action, actionsOf, cycleS, heatPrice, LONG_SLOT_S, wantedShare } from './actions.ts';
import { Layer } from './layer.ts';
import { RESPONSE_COLUMNS, responseOf } from './response.ts';

/**
 * Receding horizon: the cheapest way to keep the room in its band, found by forward dynamic programming. Each layer keeps
 * one house for each cell of stored heat, emitter temperature and on/off, the cheapest that gets there; the whole house
 * state is carried along, so nothing is rounded.
 */
export interface PlanSlot {
  dtS: number;
  /** Middle of the slot, on the clock of the lines. */
  atS: number;
  outdoorC: number;
  solarWm2: number;
  priceEurPerKwh: number;
  lowC: number;
  highC: number;
}

export interface PlanInput {
  model: HouseModel;
  state: HouseState;
  map: PumpMap;
  /** Supply temperature from [1, emitterC, heat as a share of the rating]. */
  supply: Regression;
  slots: readonly PlanSlot[];
  /** Speeds to choose from, without 0. */
  levels: readonly number[];
  on: boolean;
  /** Heat from elsewhere into the emitter, W: the accelerator's. */
  otherHeatW: number;
  /** Price of a start beyond its lost heat: wear. */
  startEur: number;
  /** Price of a kelvin hour outside the band. */
  discomfortEurPerKh: number;
}

export interface HeatPlan {
  /** Speed for each slot, 0 = off; a fraction of an on/off cycle in the later, longer slots. */
  levels: number[];
  /** Room at the end of each slot. */
  roomC: number[];
  costEur: number;
}

/** Heat in store at the end is worth what it will spare, less what leaks before it is wanted. */
const KEPT_SHARE = 0.8;
/** A plan that misses the band by this much is a plan of a pump too small; its heat counts for this share of the time. */
const SHORT_K = 0.15;
const SHORT_SHARE = 0.5;
/** A room outside its band at the horizon is so for this long behind it, h. */
const SHORT_AFTER_H = 6;
/** Houses that differ by more than this all over are not in the same band. */
const SPAN_K = 3;
const EMITTER_CELL_K = 3;
const LATER_EMITTER_CELL_K = 12;

/** Steps every house of a layer through one slot under every action into the next. */
function expand(
  input: PlanInput,
  slot: PlanSlot,
  actions: readonly Action[],
  from: Layer,
  to: Layer,
  unknownW: number,
  periodS: number | null,
): void {
  const { model } = input;
  const { table } = responseOf(model, slot.dtS);
  const [e, m] = [RESPONSE_COLUMNS, 2 * RESPONSE_COLUMNS];
  const acts = inputAt(model, slot.atS, { heatW: 0, outdoorC: slot.outdoorC, solarWm2: slot.solarWm2 });
  const given = (row: number) =>
    table[row + 4]! * acts.outdoorC +
    table[row + 5]! * acts.solarWm2 +
    table[row + 6]! * acts.gainsW +
    table[row + 7]! * unknownW;
  const [airGiven, emGiven, massGiven] = [given(0), given(e), given(m)];
  const hours = slot.dtS / 3600;
  const [aa, ae, am, ah] = [table[0]!, table[1]!, table[2]!, table[3]!];
  const [ea, ee, eM, eh] = [table[e]!, table[e + 1]!, table[e + 2]!, table[e + 3]!];
  const [ma, me, mm, mh] = [table[m]!, table[m + 1]!, table[m + 2]!, table[m + 3]!];
  const { lowC, highC } = slot;
  const eurPerW = (hours * slot.priceEurPerKwh) / 1000;
  const eurPerK = input.discomfortEurPerKh * hours;
  const startW = input.map.startLossJ / slot.dtS;
  const halfStarts = slot.dtS / (periodS ?? slot.dtS);
  for (let a = 0; a < actions.length; a++) {
    const { level, share, heat0, heatPerK, power0, powerPerK, supplyPerHeat } = actions[a]!;
    const stays = level > 0 && share === 1 ? 1 : 0;
    for (let n = 0; n < from.count; n++) {
      const air = from.air[n]!;
      const em = from.emitter[n]!;
      const mass = from.mass[n]!;
      const starts = level === 0 ? 0 : share < 1 ? halfStarts : 1 - from.on[n]!;
      const runW = level > 0 ? Math.max(0, heat0 + heatPerK * em) : 0;
      const heatW = Math.max(0, runW * share - starts * startW) + input.otherHeatW;
      const air1 = aa * air + ae * em + am * mass + ah * heatW + airGiven;
      const em1 = ea * air + ee * em + eM * mass + eh * heatW + emGiven;
      const mass1 = ma * air + me * em + mm * mass + mh * heatW + massGiven;
      // The emitter warms during the slot, and the supply with it: a start from cold is not as cheap as it begins.
      const powerW = share * Math.max(0, power0 + (powerPerK * (em + em1)) / 2 + supplyPerHeat * runW);
      const shortK = Math.max(0, lowC - air1) + Math.max(0, air1 - highC);
      // A little more for a big miss than for a small one.
      const cost = from.cost[n]! + powerW * eurPerW + starts * input.startEur + eurPerK * shortK * (1 + shortK);
      to.offer(air1, em1, mass1, stays, cost, n, a);
    }
  }
}

/** Working memory, used again by each plan; nothing in it outlives a call. */
const layers: Layer[] = [];

function layerAt(k: number): Layer {
  let layer = layers[k];
  if (!layer) {
    layer = new Layer();
    layers[k] = layer;
  }
  return layer;
}

type Weights = readonly [air: number, emitter: number, mass: number];

/** Where to end: cost less the worth of what is stored; a house that ends outside its band stays so for hours. */
function bestEnd(input: PlanInput, last: Layer, weights: Weights, valueEurPerJ: number) {
  const { lowC, highC } = input.slots.at(-1)!;
  let end = 0;
  let rateEur = Number.POSITIVE_INFINITY;
  for (let i = 0; i < last.count; i++) {
    const storedJ = weights[0] * last.air[i]! + weights[1] * last.emitter[i]! + weights[2] * last.mass[i]!;
    const missK = Math.max(0, lowC - last.air[i]!, last.air[i]! - highC);
    const shortEur = input.discomfortEurPerKh * SHORT_AFTER_H * missK;
    const rate = last.cost[i]! - valueEurPerJ * storedJ + shortEur;
    if (rate >= rateEur) continue;
    end = i;
    rateEur = rate;
  }
  return { end, rateEur };
}

/**
 * One search.
 * @param endEurPerJ worth of heat in store at the end
 * @param sortEurPerJ worth of heat by which two houses in one cell are compared
 */
function search(input: PlanInput, endEurPerJ: number, sortEurPerJ: number): HeatPlan & { rateEur: number } {
  const { model, state, slots } = input;
  const weights: Weights = [model.airJPerK, model.emitterJPerK, model.massJPerK];
  const mostJ = SPAN_K * (weights[0] + weights[1] + weights[2]);
  let spanJ = input.map.ratedHeatW * slots[0]!.dtS;
  layerAt(0).reset(weights, sortEurPerJ, spanJ, EMITTER_CELL_K);
  layerAt(0).offer(state.airC, state.emitterC, state.massC, input.on ? 1 : 0, 0, 0, 0);
  const actions = slots.map((slot) => actionsOf(input, slot));
  const periodS = cycleS(input);
  let unknownW = state.unknownW;
  slots.forEach((slot, k) => {
    const next = layerAt(k + 1);
    spanJ = Math.min(mostJ, spanJ + input.map.ratedHeatW * slot.dtS);
    next.reset(weights, sortEurPerJ, spanJ, slot.dtS < LONG_SLOT_S ? EMITTER_CELL_K : LATER_EMITTER_CELL_K);
    expand(input, slot, actions[k]!, layerAt(k), next, unknownW, periodS);
    unknownW *= Math.exp(-slot.dtS / UNKNOWN_FADES_S);
    next.close();
  });
  const last = layerAt(slots.length);
  const { end, rateEur } = bestEnd(input, last, weights, endEurPerJ);
  const costEur = last.cost[end]!;
  const levels: number[] = [];
  const roomC: number[] = [];
  for (let k = slots.length, node = end; k > 0; k--) {
    const layer = layerAt(k);
    const action = actions[k - 1]![layer.action[node]!]!;
    levels.unshift(action.level * action.share);
    roomC.unshift(layer.air[node]!);
    node = layer.parent[node]!;
  }
  return { levels, roomC, costEur, rateEur };
}

/**
 * Searched once more where the room gets too cold: heat is then worth the comfort that it brings, not what it costs; and
 * where it gets too warm: cheap heat is then worth less than nothing, although houses that hold it look richer for hours.
 */
export function planAhead(input: PlanInput): HeatPlan {
  const valueEurPerJ = (KEPT_SHARE * wantedShare(input) * heatPrice(input)) / J_PER_KWH;
  const comfortEurPerJ = (SHORT_SHARE * input.discomfortEurPerKh) / (3600 * lossWPerK(input.model));
  const found = search(input, valueEurPerJ, valueEurPerJ);
  const beyond = (missK: (slot: PlanSlot, roomC: number) => number) =>
    input.slots.some((slot, k) => missK(slot, found.roomC[k]!) >= SHORT_K);
  const sorts: number[] = [];
  if (beyond(({ lowC }, roomC) => lowC - roomC)) sorts.push(Math.max(valueEurPerJ, comfortEurPerJ));
  if (found.levels.some((level) => level > 0) && beyond(({ highC }, roomC) => roomC - highC))
    sorts.push(-comfortEurPerJ);
  return sorts
    .map((sortEurPerJ) => search(input, valueEurPerJ, sortEurPerJ))
    .reduce((best, other) => (other.rateEur < best.rateEur ? other : best), found);
}
