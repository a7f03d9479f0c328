import { concat, textOf, utf8 } from './bytes.ts';
import { type Connection, dial } from './connection.ts';
import type { Descriptor } from './descriptor.ts';
import { ClientError, readable, refuse } from './fault.ts';
import { keyBytes } from './keys.ts';
import { sealQuestion } from './seal.ts';
import { apartFrom, type EntryRule } from './way.ts';

export interface Through {
  /** Descriptors as they were sent, unread, of all relays by turns. */
  texts: unknown[];
  /** Key of the relay that saw our address. */
  entry: string;
}

const ENTRIES = 3;
const HELPERS = 3;
const MOST_FOUND = 12;
const LIMIT_MS = 6_000;
/** After the first one the others have this long. */
const TAIL_MS = 400;
const SEALED = 1;

/** Asks relays, each sealed, by way of the first of `entries` that is apart from them; undefined where none of that leads anywhere. */
export async function lookThroughRelays(
  entries: readonly Descriptor[],
  relays: readonly Descriptor[],
  topics: readonly string[],
  rule: EntryRule,
  signal?: AbortSignal,
): Promise<Through | undefined> {
  const helpers = relays.filter(({ relay, seal, urls }) => relay && seal !== undefined && urls.length > 0);
  const ableFor = (entry: Descriptor) =>
    helpers.filter((helper) => apartFrom(helper, [entry, ...relays], rule).includes(entry));
  const useful = entries.filter((entry) => entry.urls.some(rule.mayDial) && ableFor(entry).length > 0);
  for (const entry of useful.slice(0, ENTRIES)) {
    const connection = await dial(entry.urls.find(rule.mayDial)!, entry.key, signal).catch(() => undefined);
    signal?.throwIfAborted();
    if (!connection) continue;
    try {
      const texts = await askAll(connection, ableFor(entry).slice(0, HELPERS), topics);
      if (texts.length > 0) return { texts, entry: entry.key };
    } finally {
      connection.close();
    }
  }
  return undefined;
}

async function askAll(connection: Connection, helpers: readonly Descriptor[], topics: readonly string[]) {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const limit = setTimeout(resolve, LIMIT_MS);
  let tail: ReturnType<typeof setTimeout> | undefined;
  const lists: unknown[][] = [];
  const all = helpers.map(async (helper) => {
    const list = await askHelper(connection, helper, topics).catch(() => []);
    lists.push(list);
    if (list.length > 0) tail ??= setTimeout(resolve, TAIL_MS);
  });
  await Promise.race([over, Promise.all(all)]);
  clearTimeout(limit);
  clearTimeout(tail);
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  // By turns: no relay alone chooses whom we may ask.
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => (i < list.length ? [list[i]] : []))).flat();
}

/** One relay's list. Throws what it refused with, SEAL_BROKEN for anything that is no sealed list. */
async function askHelper(
  connection: Connection,
  { key, urls, seal }: Descriptor,
  topics: readonly string[],
): Promise<unknown[]> {
  const request = utf8(JSON.stringify({ v: 1, find: { topics: topics.slice(0, 4), limit: MOST_FOUND } }));
  const { frames, open } = await sealQuestion(keyBytes(seal)!, request, Date.now());
  const stream = connection.open([{ key, url: urls[0]! }]);
  await stream.send(concat(new Uint8Array([SEALED]), ...frames), true);
  const next = await stream.take();
  if (!next?.end || next.payload[0] !== SEALED)
    return refuse('SEAL_BROKEN', 'a look-up was answered in no sealed frame');
  const { content, final } = await open(next.payload.slice(1));
  const reply = JSON.parse(textOf(content)) as { type?: unknown; descriptors?: unknown; code?: unknown };
  if (final && reply.type === 'found' && Array.isArray(reply.descriptors) && reply.descriptors.length <= MOST_FOUND)
    return reply.descriptors;
  throw new ClientError(readable(reply.code ?? 'SEAL_BROKEN', 32), 'the relay names nobody');
}
