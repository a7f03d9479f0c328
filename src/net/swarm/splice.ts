import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { Guest } from './places.ts';
import type { Pace } from './turns.ts';
import type { Backlog } from './wire/backlog.ts';
import type { Stream } from './wire/stream.ts';

/** An asker waits minutes for the first word of a slow expert and knows best when to leave; whoever needs the place gets it before. */
const SILENT_MS = 30 * 60_000;

export interface Passing {
  pace: Pace | undefined;
  /** Behind the second is another relay, which may find no way; an expert that says so has had the question. */
  mayBlock: boolean;
  backlog: Backlog;
  /** Its place, which it gives up when others need it. */
  guest: Guest;
  /** Nothing passes for so long: both are closed. */
  silentMs?: number | undefined;
  /** What `b` says has passed to its end. */
  answered(): void;
  /** Its place is free again. */
  leave(): void;
}

/** Passes whole frames on, both ways, until both streams have ended. */
export function splice(a: Stream, b: Stream, passing: Passing): void {
  const { pace, mayBlock, backlog, guest, silentMs = SILENT_MS, answered, leave } = passing;
  const cut = (message: string) => {
    leave();
    for (const stream of [a, b]) stream.close('BUSY', message);
  };
  guest.cut = () => cut('others need the place');
  const silent = setTimeout(() => cut('nothing passed for long'), silentMs);
  // Their own account: others use the connections, too, and lose nothing by what these two leave lying here.
  const holding = backlog.enter(() => cut('what passes here was not taken for long'));
  for (const stream of [a, b]) stream.holdOn(holding);
  const whole = new Set<Stream>();
  const pump = async (from: Stream, to: Stream) => {
    try {
      for (let next = await from.take(); next; next = await from.take()) {
        silent.refresh();
        guest.silentSinceMs = performance.now();
        if (pace) await pace(next.payload.length, to.closed);
        if (next.end) whole.add(from);
        await to.send(next.payload, next.end);
        if (next.end && from === b) answered();
      }
      // It has said all, and may leave before it was answered: nothing that comes from it tells so.
      const gone = () => whole.has(to) || to.close('NOT_RUNNING', 'whoever asked has left');
      if (from.closed.aborted) gone();
      else from.closed.addEventListener('abort', gone, { once: true });
    } catch (error) {
      // One side's end is the other's; whichever was closed first has the reason.
      const known = error instanceof HeatmineError ? error.code : 'NOT_RUNNING';
      const code = known === 'NO_WAY' && !mayBlock ? 'NOT_RUNNING' : known;
      from.close(code, messageOf(error));
      to.close(code, messageOf(error));
    }
  };
  void Promise.all([pump(a, b), pump(b, a)]).then(() => {
    clearTimeout(silent);
    holding.leave();
    leave();
  });
}
