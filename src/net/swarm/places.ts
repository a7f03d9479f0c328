import { isOurOwn } from '../per-address.ts';
import { WIRE_LIMITS } from './wire/limits.ts';

/** Whoever holds a place. */
export interface Guest {
  /** Since when nothing has come or gone, on any clock that all of them share. */
  silentSinceMs: number;
  /** It has to go, at once. */
  cut(): void;
}

interface Places {
  hasRoom(origin: string): boolean;
  /** The release, or undefined where this origin has its share. */
  enter(origin: string, guest: Guest): (() => void) | undefined;
  isEmpty(): boolean;
}

/** From here on an origin has so many more than another one that it gives one up. */
const APART = 2;

/**
 * So many at once. An origin may have as many as are free besides, so that whoever comes next mostly finds room, or nearly as many as
 * the one that has most. Where none is free, that one gives up its place that is silent for longest. This machine itself may have all.
 */
export function createPlaces(most: number): Places {
  const held = new Map<string, Set<Guest>>();
  let free = most;
  const hasRoom = (origin: string) => {
    const own = held.get(origin)?.size ?? 0;
    return own < free || (free > 0 && isOurOwn(origin)) || (largestOf(held)?.[1].size ?? 0) >= own + APART;
  };
  const leave = (origin: string, guest: Guest) => {
    const guests = held.get(origin);
    if (!guests?.delete(guest)) return;
    free++;
    if (guests.size === 0) held.delete(origin);
  };
  const makeRoom = () => {
    const [origin, guests] = largestOf(held)!;
    const goes = [...guests].reduce((a, b) => (b.silentSinceMs < a.silentSinceMs ? b : a));
    leave(origin, goes);
    goes.cut();
  };
  return {
    hasRoom,
    isEmpty: () => free === most,
    enter(origin, guest) {
      if (!hasRoom(origin)) return undefined;
      if (free === 0) makeRoom();
      const guests = held.get(origin) ?? new Set();
      held.set(origin, guests.add(guest));
      free--;
      return () => leave(origin, guest);
    },
  };
}

function largestOf(held: ReadonlyMap<string, Set<Guest>>): [string, Set<Guest>] | undefined {
  let largest: [string, Set<Guest>] | undefined;
  for (const one of held) if (!largest || one[1].size > largest[1].size) largest = one;
  return largest;
}

export type EnterHop = (origin: string, guest: Guest, beyond?: string) => (() => void) | undefined;

/**
 * The streams that a relay passes to one next hop. That one sees all of them come from here: what goes on to one node behind it
 * gets half, shared in the same way, so that one asker does not use up there what this relay may have.
 */
export function createHopPlaces(streams = WIRE_LIMITS.streams): EnterHop {
  const all = createPlaces(streams);
  const behind = new Map<string, Places>();
  return (origin, guest, beyond) => {
    if (beyond === undefined) return all.enter(origin, guest);
    const there = behind.get(beyond) ?? createPlaces(streams / 2);
    // Both before either: nobody is cut for one that is refused.
    if (!there.hasRoom(origin) || !all.hasRoom(origin)) return undefined;
    behind.set(beyond, there);
    const releases = [there, all].map((places) => places.enter(origin, guest)!);
    return () => {
      for (const release of releases) release();
      if (there.isEmpty()) behind.delete(beyond);
    };
  };
}
