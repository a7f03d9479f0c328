import type { Ems } from '../contract/grid.ts';
import type { House } from '../contract/house.ts';
import type { Market, SetPoints } from '../contract/messages.ts';
import type { Outputs } from '../contract/points.ts';
import type { Observed } from '../contract/today.ts';
import { LEAST_LEVEL } from './decide/compressor.ts';
import { RUNS_W } from './energy.ts';
import type { Estimates } from './estimate/points.ts';
import { auxiliaryW, capacityW, copAt, pumpSinkC } from './learn/own-pump.ts';
import type { PumpMap } from './learn/pump-map.ts';
import { addedEurPerH, houseMeterW } from './meters.ts';
import { clamp, J_PER_KWH } from './physics.ts';

/** What others did with the machine while control only looked on, beside what control would have done. Plain JSON. */
export interface ObserveState {
  s: number;
  runs: boolean;
  starts: number;
  wouldRun: boolean;
  wouldStarts: number;
  /** Heat and cost as measured, and the cost that the map of the pump gives for the same heat. */
  heatJ: number;
  eur: number;
  mapEur: number;
  wouldHeatJ: number;
  wouldEur: number;
}

const OBSERVE_START: ObserveState = {
  s: 0,
  runs: false,
  starts: 0,
  wouldRun: false,
  wouldStarts: 0,
  heatJ: 0,
  eur: 0,
  mapEur: 0,
  wouldHeatJ: 0,
  wouldEur: 0,
};

/** Power at which a compressor that ran counts as stopped again, W. */
const STANDS_W = 50;
const DAY_S = 86_400;
/** With less than this nothing is said of money: kWh measured, and control's share of them. */
const LEAST_KWH = 5;
const LEAST_SHARE = 0.2;

export interface ObserveFacts {
  est: Estimates;
  /** Heat of the condenser by its meter, W. */
  condenserW: number;
  wouldBe: Outputs | undefined;
  operation: SetPoints['operation'];
  /** Water that control would aim at, °C; 0 for none. */
  supplySetC: number;
  house: House;
  market: Market | undefined;
  ems: Ems | undefined;
  map: PumpMap;
  dtS: number;
}

const NO_HEAT = { heatJ: 0, eur: 0, mapEur: 0 };

/** Measured heat and its cost, beside the cost by the map at the same speed and temperatures. */
function ofOthers({ est, ems, condenserW, house, market, map, dtS }: ObserveFacts, drawnW: number): typeof NO_HEAT {
  if (!market || drawnW < RUNS_W) return NO_HEAT;
  const level = clamp(drawnW / house.compressorMaxW, LEAST_LEVEL, 1);
  const fan = { compressorOn: 1, compressorPct: level * 100, circulationPct: 0 };
  const powerW = drawnW + auxiliaryW(house, fan);
  const mapW = Math.max(0, condenserW) / copAt(map, level, pumpSinkC(est), est.outdoorC.value);
  const othersW = houseMeterW(est, ems, drawnW) - drawnW;
  const eur = (watts: number) => (addedEurPerH(othersW, watts, market) * dtS) / 3600;
  return { heatJ: condenserW * dtS, eur: eur(powerW), mapEur: eur(mapW) };
}

function ofControl(facts: ObserveFacts, drawnW: number): Omit<typeof NO_HEAT, 'mapEur'> {
  const { est, ems, wouldBe, supplySetC, house, market, map, dtS } = facts;
  if (!market || !wouldBe || wouldBe.compressorOn === 0 || wouldBe.coolingOn > 0) return NO_HEAT;
  const level = clamp(wouldBe.compressorPct / 100, LEAST_LEVEL, 1);
  const sinkC = wouldBe.hotWaterOn > 0 || supplySetC === 0 ? pumpSinkC(est) : supplySetC;
  const heatW = level * capacityW(map, house, sinkC, est.outdoorC.value);
  const othersW = houseMeterW(est, ems, drawnW) - drawnW;
  const powerW = heatW / copAt(map, level, sinkC, est.outdoorC.value);
  return { heatJ: heatW * dtS, eur: (addedEurPerH(othersW, powerW, market) * dtS) / 3600 };
}

/** One tick: begins with observing, rests while commissioning, ends when control drives. Null while not observing. */
export function observeStep(previous: ObserveState | null, facts: ObserveFacts): ObserveState | null {
  const { est, operation, wouldBe, dtS } = facts;
  if (operation === 'auto') return null;
  if (operation === 'commission') return previous;
  const state = previous ?? OBSERVE_START;
  const drawnW = est.compressorW.quality === 'lost' ? 0 : Math.max(0, est.compressorW.value);
  const runs = state.runs ? drawnW > STANDS_W : drawnW > RUNS_W;
  const wouldRun = (wouldBe?.compressorOn ?? 0) > 0;
  // What runs when observing begins was started before.
  const began = (now: boolean, before: boolean) => (now && !before && state.s > 0 ? 1 : 0);
  const others = ofOthers(facts, drawnW);
  const own = ofControl(facts, drawnW);
  return {
    s: state.s + dtS,
    runs,
    starts: state.starts + began(runs, state.runs),
    wouldRun,
    wouldStarts: state.wouldStarts + began(wouldRun, state.wouldRun),
    heatJ: state.heatJ + others.heatJ,
    eur: state.eur + others.eur,
    mapEur: state.mapEur + others.mapEur,
    wouldHeatJ: state.wouldHeatJ + own.heatJ,
    wouldEur: state.wouldEur + own.eur,
  };
}

/** Whether there is enough to speak of money. */
const telling = ({ heatJ, wouldHeatJ, mapEur }: ObserveState): boolean =>
  heatJ > LEAST_KWH * J_PER_KWH && wouldHeatJ > LEAST_SHARE * heatJ && mapEur > 0;

/** The heat that was needed, at the cost of a kWh in control's hours and at its temperatures. */
export function observedView(state: ObserveState | null): Observed | undefined {
  if (!state) return undefined;
  const { s, starts, wouldStarts, heatJ, eur, mapEur, wouldHeatJ, wouldEur } = state;
  const ratio = telling(state) ? wouldEur / wouldHeatJ / (mapEur / heatJ) : undefined;
  return {
    days: s / DAY_S,
    starts,
    wouldStarts,
    costEur: eur === 0 ? null : eur,
    savedEur: ratio === undefined ? null : eur * (1 - ratio),
  };
}
