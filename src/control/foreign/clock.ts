import type { Known } from './known.ts';
import type { Line } from './line.ts';
import { machineStopped } from './machine.ts';
import { type Answer, type ForeignState, IDLE } from './state.ts';

/** After so many lines in a row that say nothing the compressor is stopped: it would run blind. */
const REFUSED_LIMIT = 10;
/** A longer silence than this is a gap: what was measured before it no longer stands. */
export const GAP_S = 3600;

export type Result = { state: ForeignState; out: Answer };

function repeat(state: ForeignState, reason: string): Result {
  return { state, out: { ...state.answer, reasons: [reason, ...state.answer.reasons].slice(0, 8) } };
}

export function refuse(known: Known, state: ForeignState, why: string): Result {
  const refusedInARow = state.refusedInARow + 1;
  if (refusedInARow < REFUSED_LIMIT)
    return repeat({ ...state, refusedInARow }, `${why}; last answer repeated, no time passed`);
  const reasons = [`${why}; ${refusedInARow} such lines in a row: compressor off, pump on`];
  const answer = { ...IDLE, pump: 1, supplySetC: known.house.supplyDesignC, reasons };
  return { state: { ...state, refusedInARow, machine: machineStopped(state.machine), answer }, out: answer };
}

/** Seconds since the last line, or the answer to a line whose time makes no sense. */
export function timeOf(state: ForeignState, line: Line): { dtS: number; note: string | null } | Result {
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
