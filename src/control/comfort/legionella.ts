import type { Comfort } from '../../contract/comfort.ts';
import type { Reason } from '../../contract/messages.ts';
import type { Estimate } from '../estimate/points.ts';
import { minutesUntil } from './time.ts';

/**
 * Once a week all of the tank has been at 60 °C for 30 min, whatever heated it (DVGW W 551 names 60 °C; the week and the
 * half hour are the requirement here). Counts house seconds, so that it needs no clock; with one it waits for its hour.
 */
export interface LegionellaState {
  /** House seconds since the last full half hour. Kept over restarts. */
  sinceS: number;
  /** Seconds at 60 °C so far. */
  holdS: number;
  /** Seconds of the cycle that runs, null when none does. */
  runS: number | null;
  /** The last cycle has failed; the next try begins this many seconds later. */
  retryS: number | null;
}

const DAY_S = 86_400;
export const KILL_C = 60;
/** Held a little above, so that noise and a cooling tank do not fall below. */
export const KILL_SET_C = 62;
const HOLD_S = 1800;
/** Below this the half hour begins anew; between the two it stands still. */
const RESET_C = 59.5;
/** Due from here on at its hour, and at any hour a day later; the first tank of a new unit counts as due at once. */
const DUE_S = 6.5 * DAY_S;
const OVERDUE_S = 7 * DAY_S;
/** Water that nobody drew for so long is hygienised before people come back (VDI 6023 counts 72 h). */
const STOOD_S = 3 * DAY_S;
const AT_WINDOW_MIN = 180;
const MAX_RUN_S = 6 * 3600;
const RETRY_S = 20 * 3600;

export const LEGIONELLA_START: LegionellaState = { sinceS: DUE_S, holdS: 0, runS: null, retryS: null };

export interface Legionella {
  state: LegionellaState;
  reasons: Reason[];
}

const said = (code: string, text: string): Reason[] => [{ what: 'hotWater', code, text }];

/** The hour has come: since `at` no more than three hours ago; without a clock, when the week is over. */
function dueNow(state: LegionellaState, minute: number | undefined, at: string, returns: boolean): boolean {
  if (state.retryS !== null && state.retryS > 0) return false;
  if (state.sinceS >= (returns ? STOOD_S : OVERDUE_S)) return true;
  if (minute === undefined || state.sinceS < DUE_S) return false;
  return minutesUntil(minute, at) === 0 || minutesUntil(minute, at) > 1440 - AT_WINDOW_MIN;
}

function days(seconds: number): string {
  return `${(seconds / DAY_S).toFixed(1)} days`;
}

/** How the tank is used: not in mode `off`, at rest while nobody is at home, and due sooner when people come back. */
export type TankUse = 'off' | 'rests' | 'used' | 'returns';

export function legionellaStep(
  before: LegionellaState,
  tankC: Estimate,
  use: TankUse,
  minute: number | undefined,
  comfort: Comfort,
  dtS: number,
): Legionella {
  const known = tankC.quality !== 'lost';
  const hot = known && tankC.value >= KILL_C;
  const holdS = hot ? before.holdS + dtS : known && tankC.value >= RESET_C ? before.holdS : 0;
  const retryS = before.retryS === null ? null : Math.max(0, before.retryS - dtS);
  const state = { ...before, holdS, retryS, sinceS: Math.min(1e9, before.sinceS + dtS) };
  if (holdS >= HOLD_S) return { state: { sinceS: 0, holdS, runS: null, retryS: null }, reasons: [] };
  const { on, at } = comfort.legionella;
  if (!on) {
    const text =
      'the weekly 60 °C against legionella is switched off in the configuration: make sure of the water otherwise';
    return { state: { ...state, runS: null }, reasons: said('legionella-off', text) };
  }
  if (use === 'rests') return { state: { ...state, runS: null }, reasons: [] };
  if (use === 'off' || !known) {
    const why = known ? 'the mode is off' : 'the tank sensor is lost';
    const late = state.sinceS > OVERDUE_S;
    const text = `the tank has not been at 60 °C for ${days(state.sinceS)}: ${why}`;
    return { state: { ...state, runS: null }, reasons: late ? said('legionella-overdue', text) : [] };
  }
  if (state.runS === null) {
    if (dueNow(state, minute, at, use === 'returns')) return { state: { ...state, runS: 0 }, reasons: [] };
    const failed = state.retryS !== null;
    const text = `the tank did not reach 60 °C for 30 min, last reached ${days(state.sinceS)} ago; tried again in ${Math.ceil((state.retryS ?? 0) / 3600)} h`;
    return { state, reasons: failed ? said('legionella-failed', text) : [] };
  }
  const runS = state.runS + dtS;
  if (runS >= MAX_RUN_S) return { state: { ...state, runS: null, retryS: RETRY_S }, reasons: [] };
  const held = holdS > 0 ? `, held for ${Math.floor(holdS / 60)} of 30 min` : '';
  const text = `weekly 60 °C against legionella: tank ${tankC.value.toFixed(1)} °C${held}; water at the taps may be hot`;
  return { state: { ...state, runS }, reasons: said('legionella-run', text) };
}
