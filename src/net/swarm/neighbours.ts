import { DESCRIPTOR_TTL_S } from './descriptor.ts';
import { RELAY_TOPIC, TOPICS } from './topics.ts';

/** A signed descriptor of somebody else, base64url, and when it was signed. */
export interface Neighbour {
  key: string;
  signed: string;
  issuedS: number;
}

/** Nodes that a relay has found itself, told on to askers that cannot look: a page in a browser reaches no DHT. */
export interface Neighbours {
  /** At most `limit` for a topic that we know, none for another; looks again when what it has is older than a minute, or than 5 s where these are few. */
  of(topic: string, limit: number): Promise<string[]>;
}

export interface NeighbourOptions {
  look: (topic: string) => Promise<Neighbour[]>;
  now: () => number;
}

/** However many ask: one look-up a topic and minute. */
const LOOK_EVERY_MS = 60_000;
/** As long as only few were found: the others may have come a moment later. */
const LOOK_AGAIN_MS = 5_000;
const FEW = 3;
/** Whoever is told of it must have time to ask. */
const LEFT_S = 120;
const KNOWN: readonly string[] = [...TOPICS, RELAY_TOPIC];

export function createNeighbours({ look, now }: NeighbourOptions): Neighbours {
  const seen = new Map<string, { atMs: number; looking: Promise<void>; found: Neighbour[] }>();
  const lookAgain = (topic: string, before: Neighbour[]) => {
    const entry = { atMs: now(), looking: Promise.resolve(), found: before };
    entry.looking = look(topic).then(
      (found) => {
        entry.found = found;
      },
      // What was known stays known.
      () => {},
    );
    seen.set(topic, entry);
    return entry;
  };
  return {
    async of(topic, limit) {
      if (!KNOWN.includes(topic)) return [];
      let entry = seen.get(topic);
      const everyMs = entry && entry.found.length >= FEW ? LOOK_EVERY_MS : LOOK_AGAIN_MS;
      if (!entry || now() - entry.atMs > everyMs) entry = lookAgain(topic, entry?.found ?? []);
      if (entry.found.length === 0) await entry.looking;
      const leastS = now() / 1000 - DESCRIPTOR_TTL_S + LEFT_S;
      const fresh = entry.found.filter(({ issuedS }) => issuedS > leastS);
      return fresh.slice(0, limit).map(({ signed }) => signed);
    },
  };
}
