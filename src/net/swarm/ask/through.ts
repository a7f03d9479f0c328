import { HeatmineError } from '../../../core/errors.ts';
import { readDescriptor } from '../descriptor.ts';
import { NOT_SERVING } from '../dials.ts';
import { byTurns } from '../help.ts';
import { freshIdentity } from '../identity.ts';
import { type FindRequest, MOST_FOUND } from '../query.ts';
import { soon } from '../soon.ts';
import { type Connection, peerError } from '../wire/connection.ts';
import { dial } from '../wire/dial.ts';
import { type Reach, reachOfUrl, wider } from '../wire/reach.ts';
import { exchange } from './exchange.ts';
import { type Candidate, createCaps, fitOf } from './gather.ts';
import type { AskerOptions } from './question.ts';
import { drawOrder } from './rank.ts';
import { apartFrom, entryOrder } from './way.ts';

export interface Through {
  found: Candidate[];
  /** The relay that saw our address; undefined where none brought an answer. */
  entry?: string;
}

interface Wish {
  topics: readonly string[];
  counts?: ((descriptor: Candidate['descriptor']) => boolean) | undefined;
  wanted: number;
  patience: number;
}

/** An entry relay, or all that it leads to, may be gone. */
const ENTRIES = 3;
/** Asked at once, so that no relay alone chooses whom we may ask. */
const HELPERS = 3;
const LIMIT_MS = 6_000;
/** After the first one the others have this long. */
const TAIL_MS = 400;

/**
 * Asks relays for nodes, each sealed, through one entry relay that shares neither key, operator nor prefix with them. Every list
 * counts the same, however long it is. Never throws: nobody is found where no relay helps.
 */
export async function lookThroughRelays(
  options: AskerOptions,
  relays: readonly Candidate[],
  wish: Wish,
): Promise<Through> {
  const { experience, random } = options;
  const trust = ({ key }: { key: string }) => experience.of(key).experience;
  const all = relays.map(({ descriptor }) => descriptor);
  const helpers = all.filter(({ relay, seal, urls }) => relay && seal !== undefined && urls.length > 0);
  // As far as the helper is away, by whoever told of it.
  const reachOfWord = ({ key, urls }: Candidate['descriptor']) => wider(reachByKey.get(key)!, reachOfUrl(urls[0]!));
  const reachByKey = new Map(relays.map(({ descriptor: { key }, reach }) => [key, reach]));
  const apart = new Map(helpers.map((helper) => [helper, apartFrom(helper, all, options.sealed!)]));
  const entries = all.filter((entry) => helpers.some((helper) => apart.get(helper)!.includes(entry)));
  for (const entry of entryOrder(experience, random)(entries).slice(0, ENTRIES)) {
    const able = helpers.filter((helper) => apart.get(helper)!.includes(entry));
    const connection = await dial({
      ...{ url: entry.urls[0]!, identity: freshIdentity(), expect: entry.key, handlers: NOT_SERVING },
      reach: reachByKey.get(entry.key)!,
    }).catch(() => undefined);
    if (!connection) {
      experience.failed(entry.key);
      continue;
    }
    try {
      const asked = drawOrder(able, trust, random).slice(0, HELPERS);
      const lists = asked.map((helper) => askHelper(connection, helper, options, wish.topics));
      const patience = { tailMs: TAIL_MS * wish.patience, limitMs: LIMIT_MS };
      const come = await soon(lists, ({ length }) => length > 0, patience);
      const found = verified(come, asked.map(reachOfWord), wish);
      if (come.every((list) => list === undefined)) experience.failed(entry.key);
      if (found.length > 0) return { found, entry: entry.key };
    } finally {
      connection.close(1000, 'thanks');
    }
  }
  return { found: [] };
}

/** What one relay names for these topics, as it was signed. Throws what it refused with. */
async function askHelper(
  connection: Connection,
  { key, urls, seal }: Candidate['descriptor'],
  { sealed, experience }: AskerOptions,
  topics: readonly string[],
): Promise<string[]> {
  const request: FindRequest = { v: 1, find: { topics: topics.slice(0, 4), limit: MOST_FOUND } };
  const stream = connection.open([{ key, url: urls[0]! }]);
  try {
    for await (const reply of exchange(stream, request, { seal: sealed!.seal, expertKey: seal! })) {
      if (reply.type === 'error') throw peerError(reply.code, reply.message);
      if (reply.type === 'found') return reply.descriptors;
    }
    throw new HeatmineError('PEER_INVALID', 'it named nobody, in no way');
  } catch (error) {
    // Whether it was silent or the entry relay let it fall nobody knows: with other entries that shows.
    if (!connection.closed.aborted) experience.busy(key);
    throw error;
  }
}

/** Those that are signed and fit, of all lists by turns, so many of one prefix and operator. */
function verified(
  lists: readonly (readonly string[] | undefined)[],
  reaches: readonly Reach[],
  { topics, counts = () => true, wanted }: Wish,
): Candidate[] {
  const reachOf = new Map(lists.flatMap((list, i) => (list ?? []).map((signed) => [signed, reaches[i]!] as const)));
  const caps = createCaps();
  const found = new Map<string, Candidate>();
  for (const signed of byTurns(lists.map((list) => list ?? []))) {
    const descriptor = readDescriptor(Buffer.from(signed, 'base64url'), Date.now());
    if (!descriptor || !counts(descriptor)) continue;
    const before = found.get(descriptor.key);
    const fit = fitOf(descriptor, topics);
    if (before && before.descriptor.issuedS >= descriptor.issuedS) continue;
    if (fit === 0 || (!before && (found.size >= wanted || !caps.admit(descriptor)))) continue;
    found.set(descriptor.key, { descriptor, signed, fit, reach: reachOf.get(signed)! });
  }
  return [...found.values()];
}
