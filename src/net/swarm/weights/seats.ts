/**
 * Who gets weights at once. Nobody is kept out while there is room; once all seats are taken they are shared by origin (a
 * relay, or an address prefix), so that one stranger with many streams cannot keep others out, and many have turns. Pure.
 */
export interface Seat {
  /** A question has come and is being answered. */
  working(): void;
  /** It has been answered. */
  idle(): void;
  /** To call once, at the end. */
  leave(): void;
}

export interface Seats {
  /** `end` tells who sits there to go. Undefined: all seats are taken by others with as good a right. */
  enter(origin: string, end: (why: string) => void): Seat | undefined;
}

/** Without a question for so long a seat is given to whoever wants it. */
export const IDLE_MS = 5_000;
/** After so long somebody else has a turn, if anybody waits; what has come by then is kept by whoever fetches. */
export const TURN_MS = 20_000;

interface Taken {
  origin: string;
  sinceMs: number;
  /** Undefined while a question is answered. */
  idleSinceMs: number | undefined;
  end(why: string): void;
}

/** `nowMs` of a clock that never goes back. */
export function createSeats(most: number, nowMs: () => number): Seats {
  const seats = new Set<Taken>();
  const count = (origin: string) => [...seats].filter((seat) => seat.origin === origin).length;
  const earliest = (some: readonly Taken[], when: (seat: Taken) => number): Taken | undefined =>
    some.reduce<Taken | undefined>((first, seat) => (first && when(first) <= when(seat) ? first : seat), undefined);

  const whoGoes = (origin: string): [Taken, string] | undefined => {
    const now = nowMs();
    const all = [...seats];
    const idle = all.filter(({ idleSinceMs }) => idleSinceMs !== undefined && now - idleSinceMs >= IDLE_MS);
    const idlest = earliest(idle, ({ idleSinceMs }) => idleSinceMs!);
    if (idlest) return [idlest, 'no question for long, and others want the place'];
    const crowd = Math.max(...all.map((seat) => count(seat.origin)));
    if (crowd >= count(origin) + 2) {
      const crowded = all.filter((seat) => count(seat.origin) === crowd);
      return [earliest(crowded, ({ sinceMs }) => sinceMs)!, 'others want a place too'];
    }
    const over = earliest(
      all.filter(({ sinceMs }) => now - sinceMs >= TURN_MS),
      ({ sinceMs }) => sinceMs,
    );
    return over && [over, "it is another's turn"];
  };

  return {
    enter(origin, end) {
      if (seats.size >= most) {
        const leaving = whoGoes(origin);
        if (!leaving) return undefined;
        seats.delete(leaving[0]);
        leaving[0].end(leaving[1]);
      }
      const seat: Taken = { origin, sinceMs: nowMs(), idleSinceMs: nowMs(), end };
      seats.add(seat);
      return {
        working: () => (seat.idleSinceMs = undefined),
        idle: () => (seat.idleSinceMs = nowMs()),
        leave: () => seats.delete(seat),
      };
    },
  };
}
