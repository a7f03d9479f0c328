import { BUDGET_START, type Budget, budgetAfter } from './budget.ts';
import type { Known } from './known.ts';
import { isMistaken, type Learnt, learn, learntStart } from './learn.ts';
import { type Line, readLine } from './line.ts';
import { MACHINE_START, type MachineState, machineAged, machineStep, machineStopped } from './machine.ts';
import { bandAt, heldValue, MEMORY_START, type Memory, remember } from './memory.ts';
import { judged, refitted } from './refit.ts';
import { supplySetOf } from './supply-set.ts';
import { type PlanNow, wishOf } from './wish.ts';

/** One answer line. */
export interface Answer {
  /** Speed of the heat pump as a share of full speed, 0 = off. */
  compressor: number;
  /** Circulation pump. */
  pump: number;
  /** Supply temperature that means the same as the speed, for plants that regulate on one. */
  supplySetC: number;
  /** Watts that the accelerator may draw. */
  computeBudgetW: number;
  /** Most telling first. */
  reasons: string[];
}

/** Plain JSON: any run replays from its lines. */
export interface ForeignState {
  t: number | null;
  /** Time of a line that came from the past: a second one makes it the new clock. */
  backT: number | null;
  refusedInARow: number;
  memory: Memory;
  machine: MachineState;
  learned: Learnt;
  plan: PlanNow | null;
  budget: Budget;
  /** Seconds since the last room temperature. */
  blindS: number;
  answer: Answer;
}

const IDLE: Answer = { compressor: 0, pump: 0, supplySetC: 0, computeBudgetW: 0, reasons: [] };

export const foreignStart = (known: Known): ForeignState => ({
  t: null,
  backT: null,
  refusedInARow: 0,
  memory: MEMORY_START,
  machine: MACHINE_START,
  learned: learntStart(known),
  plan: null,
  budget: BUDGET_START,
  blindS: 0,
  answer: IDLE,
});

/** After so many lines in a row that say nothing the compressor is stopped: it would run blind. */
const REFUSED_LIMIT = 10;
/** A longer silence than this is a gap: what was measured before it no longer stands. */
const GAP_S = 3600;
const WATER_FROST_C = 5;

type Result = { state: ForeignState; out: Answer };

function repeat(state: ForeignState, reason: string): Result {
  return { state, out: { ...state.answer, reasons: [reason, ...state.answer.reasons].slice(0, 8) } };
}

function refuse(known: Known, state: ForeignState, why: string): Result {
  const refusedInARow = state.refusedInARow + 1;
  if (refusedInARow < REFUSED_LIMIT)
    return repeat({ ...state, refusedInARow }, `${why}; last answer repeated, no time passed`);
  const reasons = [`${why}; ${refusedInARow} such lines in a row: compressor off, pump on`];
  const answer = { ...IDLE, pump: 1, supplySetC: known.house.supplyDesignC, reasons };
  return { state: { ...state, refusedInARow, machine: machineStopped(state.machine), answer }, out: answer };
}

/** Seconds since the last line, or the answer to a line whose time makes no sense. */
function timeOf(state: ForeignState, line: Line): { dtS: number; note: string | null } | Result {
  if (state.t === null) return { dtS: 0, note: null };
  if (line.t === state.t) return repeat(state, `line for t=${line.t} came twice: answer repeated`);
  if (line.t > state.t) {
    const dtS = Math.min(1e7, line.t - state.t);
    return { dtS, note: dtS > GAP_S ? `gap of ${Math.round(dtS)} s: older values dropped` : null };
  }
  if (state.backT === null || line.t < state.backT)
    return repeat({ ...state, backT: line.t }, `time went back from ${state.t} to ${line.t} s: line ignored`);
  return { dtS: line.t - state.backT, note: `time runs from ${line.t} s now: the clock was set back` };
}

function frostPump(memory: Memory): string | null {
  const waters = [heldValue(memory, 'supplyC'), heldValue(memory, 'returnC')].filter((w) => w !== null);
  const coldest = Math.min(...waters);
  return coldest < WATER_FROST_C ? `water at ${coldest.toFixed(1)} °C: pump against frost` : null;
}

/** Powers that were not believed: named, so that a unit can be mended. */
function mistakes(known: Known, learned: Learnt, level: number, line: Line): string[] {
  return (['heatW', 'compressorW'] as const)
    .filter((name) => isMistaken(known, learned, level, line.values[name] ?? null))
    .map((name) => `${name} ${line.values[name]!.toFixed(1)} W of a running pump taken for a mistake (kW?): ignored`);
}

/** The pure core of `control --plant stdio`: one line in, one answer out, whatever the line is. Never throws. */
export function foreignStep(known: Known, state: ForeignState, text: string): Result {
  const line = readLine(text);
  if ('refused' in line) return refuse(known, state, line.refused);
  const time = timeOf(state, line);
  if ('out' in time) return time;
  const { dtS } = time;
  const memory = remember(state.memory, line, dtS);
  const aged = machineAged(state.machine, dtS);
  const { lowC } = bandAt(memory, known.comfort, 0);
  const elapsed = {
    t: line.t,
    dtS,
    level: state.answer.compressor,
    accelW: state.answer.computeBudgetW,
    planned: state.plan !== null,
  };
  const learned = judged(refitted(learn(state.learned, known, state.memory, memory, elapsed, lowC), known));
  const blindS = line.values.roomC === undefined ? state.blindS + dtS : 0;
  const now = {
    on: aged.on,
    t: line.t,
    blindS,
    accelW: elapsed.accelW,
    stepS: Math.min(dtS, 900),
    plan: dtS > GAP_S ? null : state.plan,
  };
  const { wish, plan } = wishOf(known, learned, memory, now);
  const { state: machine, reason: rest } = machineStep(aged, wish.level);
  const frost = frostPump(memory);
  const level = machine.on ? machine.level : 0;
  // It stands as long as the speed that it means.
  const held = machine.on && aged.on && machine.decidedS > 0;
  const supplySetC = held ? state.answer.supplySetC : supplySetOf(known, learned, memory, level, plan !== null);
  const againstC = heldValue(memory, 'supplyC') ?? Math.max(supplySetC, 30);
  const budget = budgetAfter(state.budget, known, memory, againstC, dtS);
  const first = state.t === null && known.estimated.length ? `estimated: ${known.estimated.join(', ')}` : null;
  const reasons = [
    wish.reason,
    rest,
    frost,
    budget.reason,
    time.note,
    ...line.faults,
    ...mistakes(known, state.learned, elapsed.level, line),
    first,
  ].filter((r) => r !== null);
  const answer: Answer = {
    compressor: level,
    pump: machine.on || frost || budget.watts > 0 ? 1 : 0,
    supplySetC: Math.round(supplySetC * 10) / 10,
    computeBudgetW: budget.watts,
    reasons,
  };
  return {
    state: { t: line.t, backT: null, refusedInARow: 0, memory, machine, learned, plan, budget, blindS, answer },
    out: answer,
  };
}
