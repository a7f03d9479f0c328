import type { Via } from '../../ledger/sunshine.ts';

/** Who looked for what at this node, kept in memory for an hour or two. */
export interface Lookups {
  looked(topic: string, by: Via): void;
  /** Origins that looked for any of these in this hour or the one before; each counts once for each. */
  of(topics: readonly string[]): number;
}

const HOUR_MS = 3_600_000;
const MOST_TOPICS = 512;
const MOST_ORIGINS = 256;
/** Of one relay or address prefix in an hour. */
const MOST_OF_ONE = 16;

interface Hour {
  hour: number;
  topics: Map<string, Set<string>>;
  /** Topics that each origin looked for. */
  origins: Map<string, number>;
}

/** `now` in ms. However often one relay or prefix asks, it counts once an hour for a topic, and for sixteen topics. */
export function createLookups(now: () => number): Lookups {
  const begin = (hour: number): Hour => ({ hour, topics: new Map(), origins: new Map() });
  let current = begin(0);
  let before = begin(0);
  const turn = () => {
    const hour = Math.floor(now() / HOUR_MS);
    if (hour === current.hour) return;
    before = hour === current.hour + 1 ? current : begin(hour - 1);
    current = begin(hour);
  };
  return {
    looked(topic, { relay, prefix }) {
      turn();
      const { topics, origins } = current;
      const origin = relay ?? prefix ?? '';
      const known = topics.get(topic) ?? new Set();
      const asked = origins.get(origin) ?? 0;
      if (known.has(origin) || known.size >= MOST_ORIGINS || asked >= MOST_OF_ONE) return;
      if (known.size === 0 && topics.size >= MOST_TOPICS) return;
      topics.set(topic, known.add(origin));
      origins.set(origin, asked + 1);
    },
    of(topics) {
      turn();
      const origins = (topic: string) =>
        new Set([...(current.topics.get(topic) ?? []), ...(before.topics.get(topic) ?? [])]);
      return [...new Set(topics)].reduce((sum, topic) => sum + origins(topic).size, 0);
    },
  };
}
