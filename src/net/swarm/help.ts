import { HeatmineError } from '../../core/errors.ts';
import { type Random, shuffled } from '../../core/random.ts';
import { bucketPerKey } from '../buckets.ts';
import type { Via } from '../ledger/sunshine.ts';
import { type FindRequest, MOST_FOUND, type Reply } from './query.ts';
import { soon } from './soon.ts';
import { TOPICS } from './topics.ts';
import { paced } from './turns.ts';
import type { WireLimits } from './wire/limits.ts';

export interface HelpOptions {
  /** Signed descriptors for a topic, base64url: the own one and those of attached experts. */
  atHand: (topic: string) => string[];
  /** What a look-up brings. */
  others: (topic: string) => Promise<string[]>;
  /** Counts a look-up. */
  looked: (topic: string, via: Via) => void;
  limits: Pick<WireLimits, 'lookUps' | 'lookUpsPerOrigin'>;
  random: Random;
  nowMs: () => number;
}

/** The look-up of a topic that nobody answers takes long. */
const TAIL_MS = 1000;
const LIMIT_MS = 4000;
/** For its turn; whoever looks gives up after six seconds. */
const MOST_WAIT_MS = 1500;

/**
 * Answers sealed look-ups of askers that it cannot see. All topics are looked up whichever is asked for, and the answer waits for
 * all alike: the relay that brings the look-up must not learn the topic from how long it takes. Throws RATE_LIMITED.
 */
export function createHelp({ atHand, others, looked, limits, random, nowMs }: HelpOptions) {
  const all = paced(limits.lookUps.perS, limits.lookUps.burst / limits.lookUps.perS);
  const perOrigin = bucketPerKey(limits.lookUpsPerOrigin);
  return async ({ topics, limit }: FindRequest['find'], via: Via): Promise<Reply> => {
    const origin = via.relay ?? via.prefix ?? '';
    if (!perOrigin(origin, 1, nowMs()) || all.waitMs(1, origin) > MOST_WAIT_MS)
      throw new HeatmineError('RATE_LIMITED', 'too many look-ups at this relay');
    await all.pace(1, undefined, origin);
    for (const topic of topics) looked(topic, via);
    const limitMs = TOPICS.some((topic) => atHand(topic).length > 0) ? TAIL_MS : LIMIT_MS;
    const looks = TOPICS.map(others);
    const found = await soon(looks, ({ length }) => length > 0, { tailMs: TAIL_MS, limitMs });
    const foundFor = new Map<string, string[] | undefined>(TOPICS.map((topic, i) => [topic, found[i]]));
    const wanted = topics.map((topic) => shuffled([...atHand(topic), ...(foundFor.get(topic) ?? [])], random));
    return { type: 'found', descriptors: byTurns(wanted).slice(0, Math.min(limit, MOST_FOUND)) };
  };
}

/** The first of each list, then the second of each, and so on; each once. */
export function byTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, i) => lists.flatMap((list) => (i < list.length ? [list[i]!] : [])));
  return [...new Set(turns.flat())];
}
