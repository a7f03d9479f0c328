import type { Latch } from '../../contract/acknowledge.ts';
import type { Verdict } from '../types.ts';
import { ROWS } from './rows.ts';
import { anyTrip, type Trips } from './trips.ts';

/** So often within a day a person mends something; what asks more often is an automation that should not. */
const MOST_A_DAY = 5;
const DAY_S = 86_400;

/** Ages of the acknowledgements of the last day, house seconds. A restart of control, which needs somebody at the unit, forgets them. */
export interface AcknowledgeState {
  agesS: readonly number[];
  /** One came in this tick: whether it is heeded. */
  heeded: boolean;
  refused: boolean;
}

export const ACKNOWLEDGE_START: AcknowledgeState = { agesS: [], heeded: false, refused: false };

/** Counts only what has something to lift: one whose cause has gone. */
export function acknowledgeStep(state: AcknowledgeState, asked: boolean, trips: Trips, dtS: number): AcknowledgeState {
  const agesS = state.agesS.map((a) => a + dtS).filter((a) => a < DAY_S);
  if (!asked || !Object.values(trips).some((t) => t?.latched && t.quietS > 0))
    return { agesS, heeded: false, refused: false };
  if (agesS.length >= MOST_A_DAY) return { agesS, heeded: false, refused: true };
  return { agesS: [...agesS, 0], heeded: true, refused: false };
}

/** What is latched, in the order in which people are told. */
function latchesOf(trips: Trips): Latch[] {
  const latches: Latch[] = [];
  if (!anyTrip(trips)) return latches;
  for (const { id, code } of ROWS) {
    const trip = trips[id];
    if (trip?.latched) latches.push({ id, code, text: trip.text.slice(0, 400), present: trip.quietS === 0 });
  }
  return latches;
}

/** What people are told of latches, and of an acknowledgement by `by` in this tick. */
export function toldOf(
  by: string | undefined,
  before: Trips,
  after: Trips,
  refused: boolean,
): Pick<Verdict, 'latched' | 'latches' | 'acknowledged'> {
  const latches = latchesOf(after);
  const latched = latches.length > 0;
  if (by === undefined) return { latched, latches, acknowledged: undefined };
  const lifted = latchesOf(before).filter(({ id }) => !latches.some((l) => l.id === id));
  const acknowledged = { by, lifted: lifted.map((l) => l.code), left: latches.map((l) => l.text), refused };
  return { latched, latches, acknowledged };
}
