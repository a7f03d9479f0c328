import type { Known } from './known.ts';
import { type Line, timeInWreck } from './line.ts';
import { machineStopped } from './machine.ts';
import { type Answer, type ForeignState, IDLE, type Refused } from './state.ts';

/** Steps are at most this long, whatever a spoilt line says. */
export const LONGEST_STEP_S = 900;
const STEP_FADES = 0.9;
/** A longer silence than this is a gap: what was measured before it no longer stands. */
export const GAP_S = 3600;

export type Result = { state: ForeignState; out: Answer };

function repeat(state: ForeignState, reason: string): Result {
  return { state, out: { ...state.answer, reasons: [reason, ...state.answer.reasons].slice(0, 8) } };
}

/** The longest step of late: single short ones, as of a line that came again, do not count. */
export const usualStep = (usualStepS: number, dtS: number): number =>
  dtS > 0 ? Math.min(LONGEST_STEP_S, Math.max(dtS, STEP_FADES * usualStepS)) : usualStepS;

/** A line that says nothing may still tell its time; else it took as long as a step usually does. */
function refusedBy(state: ForeignState, text: string): Refused {
  const lines = state.refused.lines + 1;
  const t = timeInWreck(text);
  const forS = t === null || state.t === null || t <= state.t ? state.refused.forS + state.usualStepS : t - state.t;
  return { lines, forS: Math.min(forS, lines * LONGEST_STEP_S) };
}

/** The last answer stands for an hour of lines that say nothing; then the compressor would run blind. */
export function refuse(known: Known, state: ForeignState, text: string, why: string): Result {
  const refused = refusedBy(state, text);
  if (refused.forS <= GAP_S) return repeat({ ...state, refused }, `${why}; last answer repeated, no time passed`);
  const took = `${refused.lines} such lines in about ${Math.round(refused.forS / 60)} min`;
  const reasons = [`${why}; ${took}: compressor off, pump on`];
  const answer = { ...IDLE, pump: 1, supplySetC: known.house.supplyDesignC, reasons };
  return { state: { ...state, refused, machine: machineStopped(state.machine), answer }, out: answer };
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
