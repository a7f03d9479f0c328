import type { Ems } from '../contract/grid.ts';
import { backupDrawsW, type House } from '../contract/house.ts';
import type { ControlState, Market } from '../contract/messages.ts';
import type { Outputs } from '../contract/points.ts';
import { localDate } from './comfort/time.ts';
import { LEAST_LEVEL } from './decide/compressor.ts';
import { RUNS_W } from './energy.ts';
import type { Estimates } from './estimate/points.ts';
import { plannedAccelW } from './estimate.ts';
import { auxiliaryW, capacityW, copAt } from './learn/own-pump.ts';
import type { PumpMap } from './learn/pump-map.ts';
import { clamp, J_PER_KWH, lagShare } from './physics.ts';

/**
 * Meters for people. COP: heat of the heat pump, what defrosts take deducted, over compressor (measured), outdoor fan and
 * circulation pump (reckoned from their ratings); accelerator, backup heater and standby are outside. Cost: what the unit
 * adds to the electricity bill, all of its consumers inside; own sun costs what feeding it in would have earned.
 * Plain: the same heat at the same moment from the heat pump alone: what it drew as measured, and for the heat of the others
 * its learnt map, with resistive heat above its capacity. Who computes nothing has saved nothing.
 */
export interface MetersState {
  /** Running means of heat and power, W, for the COP of now. */
  now: { heatW: number; powerW: number };
  /** Local date as yyyymmdd and the sums since it began; the year's since 1 January. Null before the time is known. */
  dayKey: number | null;
  day: Sums;
  year: Sums;
  all: Pick<Sums, 'costEur' | 'plainEur'>;
  /** Heat that the minute of a defrost owes to the next ones, J. */
  owedJ: number;
  minute: Minute;
}

interface Sums {
  heatKwh: number;
  powerKwh: number;
  /** Heat of all sources into the house; own sun that was used instead of fed in. */
  houseKwh: number;
  sunKwh: number;
  costEur: number;
  plainEur: number;
  /** Hours with a known price. */
  pricedH: number;
}

/** Sums of W x s. */
interface Minute {
  s: number;
  standbyJ: number;
  heatJ: number;
  otherHeatJ: number;
  /** Heat of a boiler. */
  burntJ: number;
  powerJ: number;
  unitJ: number;
  gridJ: number;
}

const NO_SUMS: Sums = { heatKwh: 0, powerKwh: 0, houseKwh: 0, sunKwh: 0, costEur: 0, plainEur: 0, pricedH: 0 };
const NO_MINUTE: Minute = { s: 0, standbyJ: 0, heatJ: 0, otherHeatJ: 0, burntJ: 0, powerJ: 0, unitJ: 0, gridJ: 0 };
export const METERS_START: MetersState = {
  now: { heatW: 0, powerW: 0 },
  dayKey: null,
  day: NO_SUMS,
  year: NO_SUMS,
  all: { costEur: 0, plainEur: 0 },
  owedJ: 0,
  minute: NO_MINUTE,
};

/** Controller board with its relays, and an outdoor unit that stands: nobody measures them, and a plain heat pump has both. */
const BOARD_W = 15;
const OUTDOOR_STANDS_W = 10;
/** Ratings of coolant pump and dry cooler (200 W with the pump for 5 kW); their power goes with the cube of their speed. */
const COOLANT_PUMP_W = 60;
const DRY_COOLER_W_PER_W = 0.028;

const MINUTE_S = 60;
const NOW_TAU_S = 300;
/** A COP of less than this much electricity says nothing. */
const LEAST_KWH = 0.1;

export interface MeterFacts {
  est: Estimates;
  heat: ControlState['heat'];
  outputs: Outputs;
  house: House;
  market: Market | undefined;
  ems?: Ems | undefined;
  map: PumpMap;
  timeMs: number | undefined;
  dtS: number;
}

/** Electricity of a plain heat pump that gives `heatW` by itself, by its map, W. */
function mappedW(facts: MeterFacts, heatW: number): number {
  const { est, map, house } = facts;
  const [sinkC, outdoorC] = [est.supplyC.value, est.outdoorC.value];
  const mostW = capacityW(map, house, sinkC, outdoorC);
  const level = clamp(heatW / mostW, LEAST_LEVEL, 1);
  return Math.min(heatW, mostW) / copAt(map, level, sinkC, outdoorC) + Math.max(0, heatW - mostW);
}

/** Electricity of a plain heat pump, W, where the real one gave `ownW` of the `neededW`: its map, on trial, prices only the rest. */
function plainW(facts: MeterFacts, neededW: number, ownW: number, drawnW: number): number {
  const allW = mappedW(facts, Math.max(0, neededW));
  return ownW > 0 ? drawnW + Math.max(0, allW - mappedW(facts, ownW)) : Math.max(drawnW, allW);
}

/** Power on the house's meter, the board's or that of an energy manager; `elseW` without either. */
export const houseMeterW = (est: Estimates, ems: Ems | undefined, elseW: number): number =>
  est.gridW.quality === 'lost' ? (ems?.gridW ?? elseW) : est.gridW.value;

/** What `watts` add to the bill of a house that draws `othersW` without them (negative: it feeds in), EUR an hour. */
export function addedEurPerH(othersW: number, watts: number, market: Market): number {
  const bill = (w: number) => (w / 1000) * (w > 0 ? market.priceEurPerKwh : market.exportEurPerKwh);
  return bill(othersW + watts) - bill(othersW);
}

const plus = (a: Sums, b: Sums): Sums => ({
  heatKwh: a.heatKwh + b.heatKwh,
  powerKwh: a.powerKwh + b.powerKwh,
  houseKwh: a.houseKwh + b.houseKwh,
  sunKwh: a.sunKwh + b.sunKwh,
  costEur: a.costEur + b.costEur,
  plainEur: a.plainEur + b.plainEur,
  pricedH: a.pricedH + b.pricedH,
});

/** A minute is over: priced once with its means. Cooling costs a plain pump the same. */
function closed(state: MetersState, m: Minute, facts: MeterFacts): MetersState {
  const { market, timeMs, house, outputs } = facts;
  const cooling = outputs.coolingOn > 0;
  const ownJ = cooling ? 0 : m.heatJ - state.owedJ;
  const neededJ = ownJ + (cooling ? 0 : m.otherHeatJ);
  const plainPowerW = plainW(facts, neededJ / m.s, ownJ / m.s, m.powerJ / m.s) + m.standbyJ / m.s;
  const hours = m.s / 3600;
  const othersW = (m.gridJ - m.unitJ) / m.s;
  const eur = (watts: number) => (market ? addedEurPerH(othersW, watts, market) * hours : 0);
  const added: Sums = {
    heatKwh: cooling ? 0 : m.heatJ / J_PER_KWH,
    powerKwh: cooling ? 0 : m.powerJ / J_PER_KWH,
    houseKwh: cooling ? 0 : (m.heatJ + m.otherHeatJ) / J_PER_KWH,
    sunKwh: (Math.min(m.unitJ / m.s, Math.max(0, -othersW)) * m.s) / J_PER_KWH,
    costEur: eur(m.unitJ / m.s) + (market ? (m.burntJ / J_PER_KWH) * house.alternativeEurPerKwh : 0),
    plainEur: eur(plainPowerW),
    pricedH: market ? hours : 0,
  };
  const key = timeMs === undefined ? state.dayKey : localDate(timeMs, house.comfort.timeZone);
  const sameYear =
    key === null || state.dayKey === null || Math.floor(key / 10_000) === Math.floor(state.dayKey / 10_000);
  return {
    ...state,
    dayKey: key,
    day: plus(key === state.dayKey || state.dayKey === null ? state.day : NO_SUMS, added),
    year: plus(sameYear ? state.year : NO_SUMS, added),
    all: { costEur: state.all.costEur + added.costEur, plainEur: state.all.plainEur + added.plainEur },
    owedJ: Math.max(0, -neededJ),
    minute: NO_MINUTE,
  };
}

export function metersStep(state: MetersState, facts: MeterFacts): MetersState {
  const { est, heat, outputs, house, ems, dtS } = facts;
  const compressorW = est.compressorW.quality === 'lost' ? 0 : Math.max(0, est.compressorW.value);
  const powerW = compressorW + auxiliaryW(house, outputs);
  const backupW = outputs.backupHeaterOn > 0 ? house.backupHeaterW : 0;
  const standbyW = BOARD_W + (outputs.compressorOn > 0 ? 0 : OUTDOOR_STANDS_W);
  const coolingW =
    COOLANT_PUMP_W * (outputs.accelPumpPct / 100) ** 3 +
    DRY_COOLER_W_PER_W * house.accelMaxW * (outputs.dryCoolerPct / 100) ** 3;
  const drawnW = outputs.backupHeaterOn > 0 ? backupDrawsW(house) : 0;
  const unitW = powerW + plannedAccelW(est) + drawnW + standbyW + coolingW;
  // Without a meter all of it counts as bought.
  const gridW = houseMeterW(est, ems, unitW);
  const runs = compressorW > RUNS_W && outputs.coolingOn === 0;
  const share = lagShare(dtS, NOW_TAU_S);
  const mean = (from: number, to: number) => from + (to - from) * share;
  const now = runs
    ? { heatW: mean(state.now.heatW, heat.condenserW), powerW: mean(state.now.powerW, powerW) }
    : METERS_START.now;
  const m = state.minute;
  const minute: Minute = {
    s: m.s + dtS,
    standbyJ: m.standbyJ + standbyW * dtS,
    heatJ: m.heatJ + heat.condenserW * dtS,
    otherHeatJ: m.otherHeatJ + (heat.accelW + backupW) * dtS,
    burntJ: m.burntJ + (backupW - drawnW) * dtS,
    powerJ: m.powerJ + powerW * dtS,
    unitJ: m.unitJ + unitW * dtS,
    gridJ: m.gridJ + gridW * dtS,
  };
  const next = { ...state, now, minute };
  return minute.s >= MINUTE_S ? closed(next, minute, facts) : next;
}

const copOf = (heat: number, power: number, least: number): number | null =>
  power > least ? Math.max(0, heat / power) : null;

/** What is told. Day and year are null until the time, and money until a price, is known. */
export function metersView(state: MetersState): ControlState['meters'] {
  const { now, day, year, all, dayKey } = state;
  const priced = dayKey !== null && day.pricedH > 0;
  return {
    copNow: copOf(now.heatW, now.powerW, RUNS_W),
    copDay: dayKey === null ? null : copOf(day.heatKwh, day.powerKwh, LEAST_KWH),
    copYear: dayKey === null ? null : copOf(year.heatKwh, year.powerKwh, LEAST_KWH),
    date: dayKey,
    heatTodayKwh: dayKey === null ? null : day.houseKwh,
    sunTodayKwh: dayKey === null ? null : day.sunKwh,
    costTodayEur: priced ? day.costEur : null,
    plainPumpTodayEur: priced ? day.plainEur : null,
    costEur: all.costEur,
    plainPumpEur: all.plainEur,
  };
}
