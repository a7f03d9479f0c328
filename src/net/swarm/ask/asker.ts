import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { Random } from '../../../core/random.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { freshIdentity } from '../identity.ts';
import {
  CLEAR,
  type End,
  MAX_REQUEST_BYTES,
  mark,
  type OpenReply,
  Reply,
  type Request,
  SEALED,
  type SealRequest,
  sendRequest,
} from '../query.ts';
import { NOT_SERVING } from '../relay.ts';
import { RELAY_TOPIC } from '../topics.ts';
import { peerError } from '../wire/connection.ts';
import { dial } from '../wire/dial.ts';
import type { Stream } from '../wire/stream.ts';
import type { Experience } from './experience.ts';
import { type Candidate, gather } from './gather.ts';
import { drawOrder, scoreOf } from './rank.ts';
import { directWays, type EntryRule, sealedWays, type Way } from './way.ts';

export interface SwarmQuestion {
  messages: Request['messages'];
  /** Best first, of topics.ts. */
  topics: readonly string[];
  maxTokens?: number;
  maxPrice?: number;
  onStart?: (expert: string, node: string) => void;
  onChunk?: (text: string) => void;
  /** The answer broke off after words were shown; another begins. */
  onRestart?: (why: string) => void;
  signal?: AbortSignal;
}

export interface AskerOptions {
  discoveries: readonly Discovery[];
  experience: Experience;
  /** Left out: asks in the clear, straight to the expert, which the caller has said. */
  sealed?: EntryRule & { seal: SealRequest };
  random: Random;
}

export interface SwarmAnswer extends End {
  node: string;
  tries: number;
}

const TRIES = 3;
const SILENT_MS = 60_000;
const REFUSED_POLITELY: readonly string[] = ['BUSY', 'NO_POWER', 'RATE_LIMITED'];

/**
 * Asks whoever fits best, then others. Throws NOBODY_THERE when no node offers it, NO_ENTRY_RELAY when a sealed question
 * finds no way, else the fault of the last one asked.
 */
export async function askSwarm(options: AskerOptions, question: SwarmQuestion): Promise<SwarmAnswer> {
  const { discoveries, experience, random } = options;
  const maxPrice = question.maxPrice ?? 0;
  const [found, relays] = await Promise.all([
    gather({ discoveries, topics: question.topics }),
    options.sealed ? gather({ discoveries, topics: [RELAY_TOPIC] }) : [],
  ]);
  const fitting = found.filter((candidate) => expertOf(candidate, question.topics, maxPrice));
  if (fitting.length === 0) throw nobody(found, question.topics, maxPrice);
  const waysTo = waysOf(options, relays);
  const within = fitting.filter((candidate) => waysTo(candidate).length > 0);
  if (within.length === 0) throw noWay(fitting, relays, options);
  const price = (c: Candidate) => expertOf(c, question.topics, maxPrice)!.price;
  const score = (c: Candidate) =>
    scoreOf({ fit: c.fit, price: price(c), ...experience.of(c.descriptor.key) }, maxPrice);
  const order = drawOrder(within, score, random);
  let last: unknown;
  for (let tries = 1; tries <= TRIES; tries++) {
    question.signal?.throwIfAborted();
    const candidate = order[(tries - 1) % order.length]!;
    try {
      return { ...(await askOne(candidate, waysTo(candidate), options, question)), tries };
    } catch (error) {
      last = error;
      question.signal?.throwIfAborted();
    }
  }
  throw last;
}

function waysOf({ sealed, random }: AskerOptions, relays: readonly Candidate[]): (candidate: Candidate) => Way[] {
  if (!sealed) return ({ descriptor }) => directWays(descriptor);
  const known = relays.map(({ descriptor }) => descriptor);
  return ({ descriptor }) => (descriptor.seal ? sealedWays(descriptor, known, sealed, random) : []);
}

function noWay(fitting: readonly Candidate[], relays: readonly Candidate[], { sealed }: AskerOptions): HeatmineError {
  if (!sealed) return new HeatmineError('NOT_RUNNING', 'no node that answers this names a way to it');
  if (fitting.every(({ descriptor }) => !descriptor.seal))
    return new HeatmineError('NOT_OFFERED', `none of ${fitting.length} nodes takes sealed questions`);
  const known = `${relays.length} relays known, none apart from the expert in key, operator and address prefix`;
  return new HeatmineError('NO_ENTRY_RELAY', `no relay to enter by: ${known}; nothing was sent`);
}

const expertOf = ({ descriptor }: Candidate, topics: readonly string[], maxPrice: number) =>
  topics
    .flatMap((topic) => descriptor.experts.filter((expert) => expert.topics.includes(topic)))
    .find((expert) => expert.price <= maxPrice);

function nobody(found: readonly Candidate[], topics: readonly string[], maxPrice: number): HeatmineError {
  const experts = found.flatMap(({ descriptor }) => descriptor.experts);
  if (experts.length === 0)
    return new HeatmineError('NOBODY_THERE', `no node answers questions on ${topics.join(', ')}`);
  const cheapest = Math.min(...experts.map(({ price }) => price));
  return new HeatmineError(
    'NOT_OFFERED',
    `the cheapest of ${found.length} nodes wants ${cheapest}, ${maxPrice} was offered`,
  );
}

async function askOne(
  candidate: Candidate,
  ways: readonly Way[],
  { experience, sealed: sealing }: AskerOptions,
  question: SwarmQuestion,
): Promise<Omit<SwarmAnswer, 'tries'>> {
  const { key, seal: sealKey } = candidate.descriptor;
  const { id: expert } = expertOf(candidate, question.topics, question.maxPrice ?? 0)!;
  const startedMs = performance.now();
  try {
    const request: Request = {
      ...{ v: 1, expert, messages: question.messages, maxTokens: question.maxTokens },
      maxPrice: question.maxPrice ?? 0,
    };
    const bytes = Buffer.from(JSON.stringify(request));
    const sealed = sealing && (await sealing.seal(sealKey!, bytes));
    const body = sealed ? mark(SEALED, sealed.sealed) : mark(CLEAR, bytes);
    if (body.length > MAX_REQUEST_BYTES)
      throw new HeatmineError('CONTEXT_LENGTH', `${body.length} bytes, ${MAX_REQUEST_BYTES} may be sent`);
    let firstWordMs: number | undefined;
    const onWord = () => {
      firstWordMs ??= performance.now() - startedMs;
    };
    const end = await overSomeWay(ways, question, async (stream) => {
      await sendRequest(stream, body);
      return readAnswer(stream, sealed?.open, key, question, onWord);
    });
    experience.answered(key, firstWordMs ?? performance.now() - startedMs);
    return { ...end, node: key };
  } catch (error) {
    if (question.signal?.aborted) throw error;
    if (REFUSED_POLITELY.includes((error as HeatmineError).code)) experience.busy(key);
    else experience.failed(key);
    throw error;
  }
}

/** The first way on which somebody answers to the dial; what fails after that is the expert's. */
async function overSomeWay<T>(
  ways: readonly Way[],
  question: SwarmQuestion,
  use: (stream: Stream) => Promise<T>,
): Promise<T> {
  let last: unknown = new HeatmineError('NOT_RUNNING', 'there is no way to that node');
  for (const { url, key, path } of ways) {
    const connection = await dial({ url, identity: freshIdentity(), expect: key, handlers: NOT_SERVING }).catch(
      (error) => {
        last = error;
      },
    );
    if (!connection) continue;
    const abort = () => connection.close(1000, 'changed my mind');
    question.signal?.addEventListener('abort', abort, { once: true });
    try {
      return await use(connection.open(path));
    } finally {
      question.signal?.removeEventListener('abort', abort);
      connection.close(1000, 'thanks');
    }
  }
  throw last;
}

async function readAnswer(
  stream: Stream,
  open: OpenReply | undefined,
  node: string,
  question: SwarmQuestion,
  onWord: () => void,
): Promise<End> {
  const silent = setTimeout(() => stream.close('NOT_RUNNING', 'no word'), SILENT_MS);
  let shown = false;
  try {
    for (let next = await stream.take(); next; next = await stream.take()) {
      silent.refresh();
      const reply = await readReply(next.payload, next.end, open);
      onWord();
      if (reply.type === 'start') question.onStart?.(reply.expert, node);
      else if (reply.type === 'chunk') {
        shown = true;
        question.onChunk?.(reply.text);
      } else if (reply.type === 'end') return reply;
      else throw peerError(reply.code, reply.message);
    }
    throw new HeatmineError('PEER_INVALID', 'the answer was cut');
  } catch (error) {
    if (shown) question.onRestart?.(messageOf(error));
    throw error;
  } finally {
    clearTimeout(silent);
  }
}

async function readReply(payload: Buffer, isLast: boolean, open: OpenReply | undefined): Promise<Reply> {
  try {
    if (payload[0] !== (open ? SEALED : CLEAR)) throw new Error('mode');
    const bytes = open ? await open(payload.subarray(1), isLast) : payload.subarray(1);
    const reply = Reply.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    if (isLast !== (reply.type === 'end' || reply.type === 'error')) throw new Error('end');
    return reply;
  } catch (error) {
    if (open)
      throw error instanceof HeatmineError ? error : new HeatmineError('SEAL_BROKEN', 'what came is no sealed reply');
    throw new HeatmineError('PEER_INVALID', 'the answer is altered, cut or no reply');
  }
}
