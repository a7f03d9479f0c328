import type { Row, RowContext } from './row.ts';

/** Memory of one row; absent while nothing is the matter. */
export interface TripState {
  /** Monotonic seconds the condition has lasted, and house seconds it has been gone. */
  onS: number;
  quietS: number;
  tripped: boolean;
  latched: boolean;
  /** House seconds since each trip that still counts. */
  agesS: number[];
  text: string;
}
export type Trips = Partial<Record<string, TripState>>;

/** Most ticks nothing is the matter: then no row need be looked up. */
export function anyTrip(trips: Trips): boolean {
  for (const _ in trips) return true;
  return false;
}

const IDLE: TripState = { onS: 0, quietS: 0, tripped: false, latched: false, agesS: [], text: '' };

/** One row through one tick; undefined when there is nothing left to remember. */
function tripStep(
  row: Row,
  previous: TripState | undefined,
  active: boolean,
  c: RowContext,
  dtS: number,
  realS: number,
) {
  if (!previous && !active) return undefined;
  const state = { ...(previous ?? IDLE) };
  const windowS = row.latch?.windowS ?? 0;
  state.agesS = state.agesS.map((a) => a + dtS).filter((a) => a <= windowS);
  state.onS = active ? state.onS + (previous ? realS : 0) : 0;
  state.quietS = active ? 0 : state.quietS + dtS;
  if (active && !state.tripped && state.onS >= row.holdS) {
    state.tripped = true;
    if (row.latch) state.agesS = [...state.agesS, 0];
    if (row.latch && state.agesS.length >= row.latch.trips) state.latched = true;
  }
  if (active && state.tripped) state.text = row.text(c);
  if (state.tripped && !active && !state.latched && state.quietS >= row.clearS) state.tripped = false;
  const forget = !active && !state.tripped && state.agesS.length === 0;
  return forget ? undefined : state;
}

/** These rows through one tick; memory of the others is kept. `acknowledge` lifts latches whose cause is gone: a person has been there. */
export function tripsStep(
  rows: readonly Row[],
  previous: Trips,
  c: RowContext,
  dtS: number,
  realS: number,
  acknowledge: boolean,
): Trips {
  let next = previous;
  const quiet = !anyTrip(previous);
  for (const row of rows) {
    const active = row.active(c);
    if (quiet && !active) continue;
    const before = previous[row.id];
    // Most ticks: nothing is the matter, and nothing is copied.
    if (!before && !active) continue;
    if (next === previous) next = { ...previous };
    const lifted = acknowledge && before?.latched && !active ? { ...before, latched: false, agesS: [] } : before;
    const state = tripStep(row, lifted, active, c, dtS, realS);
    if (state) next[row.id] = state;
    else delete next[row.id];
  }
  return next;
}
