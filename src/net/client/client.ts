/**
 * Asks experts of the swarm by way of relays, sealed, with nothing but WebCrypto and WebSocket: the same in browsers and in
 * Node 22 or later. Written from docs/PROTOCOL.md and docs/PROTOCOL-sealing.md, apart from the rest of this program.
 */
import { type Heard, type Meter, readAnswer, SEALED } from './answer.ts';
import { type Bytes, concat, utf8 } from './bytes.ts';
import { dial } from './connection.ts';
import type { Descriptor, Offer } from './descriptor.ts';
import { ClientError, refuse } from './fault.ts';
import { answers, type Found, findNodes, type RelayAt, shuffled, TOPICS } from './find.ts';
import { keyBytes } from './keys.ts';
import { type Patience, patiently } from './patience.ts';
import { sealQuestion } from './seal.ts';
import type { Stream } from './stream.ts';
import { dialRule, sealedWays, type Way } from './way.ts';

export interface ClientOptions {
  /** Relays to look through; an invite line names some. */
  relays: readonly RelayAt[];
  /** One machine or LAN: entry relay and expert may share a private prefix. */
  nearRelays?: boolean;
}

/** Asked for free: a tab has no ledger whose promises anybody could hold it to (docs/decisions/0014). */
export interface Question extends Patience, Heard {
  /** The question, or all that was said so far: nothing of it is kept elsewhere. */
  messages: { role: 'system' | 'user' | 'assistant'; content: string }[];
  /** Best first: `heating`, `units`, `general`. */
  topics?: readonly string[];
  /** Only this expert. */
  expert?: string;
}

/** Whom the question passed: `entry` saw our address and no text, `relay` neither, `node` the text and no address. */
export interface Passed {
  mode: 'sealed';
  entry: string;
  relay?: string;
  node: string;
  /** Relays were asked for experts that saw no address, or all topics were looked for alike: nobody saw both. */
  looked?: 'sealed' | 'all';
}

export interface Answer {
  text: string;
  finish: string;
  meter: Meter;
  way: Passed;
  tries: number;
}

export interface Client {
  /** Who answers now. Throws NOT_RUNNING or PEER_INVALID where no given relay speaks to us. */
  find(topics?: readonly string[], signal?: AbortSignal): Promise<Found>;
  /** Throws ClientError: NOBODY_THERE, NO_ENTRY_RELAY (nothing was sent), else what the last one said. */
  ask(question: Question): Promise<Answer>;
}

export type { Offer } from './descriptor.ts';
export { ClientError } from './fault.ts';
export { relaysOf } from './invite.ts';
export { isPrivate } from './way.ts';

const TRIES = 3;
/** To one node: one that leads nowhere takes seconds to show it. */
const MOST_WAYS = 6;
const MAX_REQUEST_BYTES = 262_144;
const MAX_FRAME_BYTES = 60_000;

export function createClient({ relays, nearRelays = false }: ClientOptions): Client {
  /** Own experience, as long as this object lives: who failed comes last, who has free watts first. */
  const failed = new Map<string, number>();
  const { protocol } = (globalThis as { location?: { protocol: string } }).location ?? {};
  const given = relays.map(({ url }) => url);
  const mayDial = dialRule(given, nearRelays, protocol);
  const find: Client['find'] = (topics = TOPICS, signal) => findNodes(relays, topics, { nearRelays, mayDial }, signal);
  const once = async (question: Question): Promise<Answer> => {
    const topics = question.topics ?? TOPICS;
    const found = await find(topics, question.signal);
    const fitting = found.nodes.filter((node) => offerOf(node, question, topics));
    if (fitting.length === 0) refuse('NOBODY_THERE', `nobody answers on ${question.expert ?? topics.join(', ')}`);
    // The relays of the expert before its own addresses: behind a router only they reach it.
    const entries = shuffled(found.relays);
    const ways = (node: Descriptor) =>
      node.seal ? firstBy(found.entry, sealedWays(node, entries, { nearRelays, mayDial })) : [];
    const within = fitting.filter((node) => ways(node).length > 0);
    if (within.length === 0)
      refuse('NO_ENTRY_RELAY', `${found.relays.length} relays known, none apart from the expert; nothing was sent`);
    // Whoever has just seen our address for the look-up is no relay of those that come first.
    const isNear = (node: Descriptor) => found.entry !== undefined && ways(node)[0]?.key !== found.entry;
    const lateness = (node: Descriptor) =>
      (failed.get(node.key) ?? 0) * 2 + (node.sunshine ? 0 : 1) + (isNear(node) ? 4 : 0);
    const order = shuffled(within).sort((a, b) => lateness(a) - lateness(b));
    let last: unknown;
    for (let tries = 1; tries <= TRIES; tries++) {
      const node = order[(tries - 1) % order.length]!;
      try {
        const answer = await askNode(node, offerOf(node, question, topics)!, ways(node), question);
        return { ...answer, way: { ...answer.way, looked: found.looked }, tries };
      } catch (error) {
        question.signal?.throwIfAborted();
        failed.set(node.key, (failed.get(node.key) ?? 0) + 1);
        last = error;
      }
    }
    throw last;
  };
  return { find, ask: (question) => patiently(() => once(question), question) };
}

/** For free any may be asked: it says whether it has free watts, and when. */
const offerOf = (node: Descriptor, { expert }: Question, topics: readonly string[]): Offer | undefined =>
  topics
    .flatMap((topic) => node.experts.filter((offer) => answers(offer, [topic])))
    .find(({ id }) => expert === undefined || id === expert);

const firstBy = (entry: string | undefined, ways: Way[]): Way[] => [
  ...ways.filter(({ key }) => key === entry),
  ...ways.filter(({ key }) => key !== entry),
];

async function askNode(
  node: Descriptor,
  { id: expert }: Offer,
  ways: readonly Way[],
  question: Question,
): Promise<Omit<Answer, 'tries'>> {
  const { messages, maxTokens, signal } = question;
  const request = utf8(JSON.stringify({ v: 1, expert, messages, maxTokens, maxPrice: 0 }));
  let last: unknown;
  for (const { url, key, path } of ways.slice(0, MOST_WAYS)) {
    const { frames, open } = await sealQuestion(keyBytes(node.seal)!, request, Date.now());
    const body = concat(new Uint8Array([SEALED]), ...frames);
    if (body.length > MAX_REQUEST_BYTES) refuse('CONTEXT_LENGTH', `${body.length} bytes, ${MAX_REQUEST_BYTES} may be`);
    const connection = await dial(url, key, signal).catch((error: unknown) => {
      last = error;
    });
    if (!connection) continue;
    try {
      const stream = connection.open(path);
      const [, answer] = await Promise.all([
        sendAll(stream, body),
        readAnswer(stream, open, { node: node.key, expert }, question),
      ]);
      const relay = path.length > 1 ? path[0]!.key : undefined;
      return { ...answer, way: { mode: 'sealed', entry: key, ...(relay && { relay }), node: node.key } };
    } catch (error) {
      // It has passed nothing on: another way to the same node is no second try.
      if (!(error instanceof ClientError) || error.code !== 'NO_WAY') throw error;
      last = error;
    } finally {
      connection.close();
    }
  }
  throw last;
}

async function sendAll(stream: Stream, body: Bytes): Promise<void> {
  for (let at = 0; at < body.length; at += MAX_FRAME_BYTES) {
    const next = at + MAX_FRAME_BYTES;
    await stream.send(body.subarray(at, next), next >= body.length);
  }
}
