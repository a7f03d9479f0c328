import type { Clock } from '../../../core/clock.ts';
import type { Random } from '../../../core/random.ts';

/** The longest that one relay sees the same asker. */
export const ASKER_KEY_MS = 24 * 3_600_000;
/** The shortest is a part of it, by chance: keys of several relays must not change at one moment. */
const LEAST_PART = 0.25;

/** An asker's key for each relay, another one for every relay and none older than a day. RAM only. */
export function askerKeys<K>(fresh: () => K, clock: Pick<Clock, 'monoMs'>, random: Random): (relay: string) => K {
  const keys = new Map<string, { key: K; untilMs: number }>();
  return (relay) => {
    const nowMs = clock.monoMs();
    for (const [name, { untilMs }] of keys) if (untilMs <= nowMs) keys.delete(name);
    const held = keys.get(relay);
    if (held) return held.key;
    const key = fresh();
    keys.set(relay, { key, untilMs: nowMs + ASKER_KEY_MS * (LEAST_PART + (1 - LEAST_PART) * random()) });
    return key;
  };
}
