import type { WebSocket } from 'ws';
import { MAX_FRAME_BYTES, Message, type Reply } from '../../contract/wire.ts';
import { ERROR_CODES, type ErrorCode, HeatmineError, messageOf } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { tokenBucket } from '../buckets.ts';
import type { InFlight } from '../in-flight.ts';
import type { AskOthers, DissentPiece } from '../swarm/ask/for-unit.ts';
import type { AnswerPiece, ComputeClient, RefusedByCompute } from './compute-client.ts';
import type { AskLimits } from './limits.ts';

export interface SessionOptions {
  compute: ComputeClient;
  /** Of the swarm; undefined as long as this unit has not joined. */
  others?: () => AskOthers | undefined;
  /** Whether whoever is at the other end may spend what the owner allowed; asked each time, for the owner may forget them. */
  mayPay: () => boolean;
  slots: InFlight;
  limits: AskLimits;
  log: Log;
}

const POLICY = 1008;
const IDLE = 4000;
/** A code point takes at most 6 bytes of JSON per UTF-16 unit (\\u0000); leave room for the envelope. */
const MAX_CHUNK_CHARS = Math.floor((MAX_FRAME_BYTES - 1024) / 6);

/** One connection: parses questions, answers one at a time, in order, and gives up all of it when the asker goes. */
export function runSession(socket: WebSocket, options: SessionOptions): void {
  const { slots, limits, log } = options;
  const gone = new AbortController();
  const bucket = tokenBucket(limits.messages, performance.now());
  const waiting: Message[] = [];
  let answering = false;
  let strikes = 0;
  let alive = true;
  let idle = setTimeout(() => socket.close(IDLE, 'no question'), limits.firstMessageMs);

  const heartbeat = setInterval(() => {
    if (!alive) return socket.terminate();
    alive = false;
    socket.ping();
  }, limits.pingMs);
  // A pong only: who sends without reading has not shown that anything reaches it.
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('error', (error) => log.debug({ err: messageOf(error) }, 'websocket'));
  socket.on('close', () => {
    clearInterval(heartbeat);
    clearTimeout(idle);
    waiting.length = 0;
    gone.abort();
  });

  const refuse = (id: string, code: ErrorCode, message: string, retryAfterS?: number) => {
    if (socket.bufferedAmount > limits.unreadBytes) return socket.terminate();
    const reply: Reply = { type: 'error', id, code, message, remedy: ERROR_CODES[code], retryAfterS };
    socket.send(JSON.stringify(reply));
  };

  const answerAll = async () => {
    answering = true;
    for (let asked = waiting.shift(); asked && socket.readyState === socket.OPEN; asked = waiting.shift()) {
      await answerOne(asked);
    }
    answering = false;
    clearTimeout(idle);
    idle = setTimeout(() => socket.close(IDLE, 'no question'), limits.idleMs);
    if (socket.readyState !== socket.OPEN) clearTimeout(idle);
  };

  const answerOne = async (asked: Message) => {
    const release = slots.enter();
    if (!release) return refuse(asked.id, 'BUSY', 'too many questions at once', 1);
    try {
      for await (const reply of answersTo(asked, options, gone.signal)) await sendSlowly(socket, reply, limits);
    } catch (error) {
      if (gone.signal.aborted) return;
      const known = error instanceof HeatmineError;
      // The name only: a parser's message may quote what somebody asked or was told.
      if (!known) log.warn({ err: error instanceof Error ? error.name : typeof error }, 'answer failed');
      const message = known ? error.message : 'the answer broke off';
      refuse(asked.id, known ? error.code : 'NOT_RUNNING', message, (error as RefusedByCompute).retryAfterS);
    } finally {
      release();
    }
  };

  socket.on('message', (data, isBinary) => {
    const parsed = isBinary ? { id: '', fault: 'binary message' } : parseMessage(String(data));
    const withinRate = bucket.take(1, performance.now());
    if (!withinRate || 'fault' in parsed) strikes++;
    if (!withinRate) refuse(parsed.id, 'RATE_LIMITED', `over ${limits.messages.perS} messages a second`, 1);
    else if ('fault' in parsed) refuse(parsed.id, 'MESSAGE_INVALID', parsed.fault);
    else if (waiting.length >= limits.waiting) refuse(parsed.id, 'BUSY', 'one question at a time', 1);
    else {
      clearTimeout(idle);
      waiting.push(parsed);
      if (!answering) void answerAll();
    }
    if (strikes >= limits.strikes) socket.close(POLICY, 'too many invalid messages');
  });
}

async function* answersTo(
  asked: Message,
  { compute, others, mayPay }: SessionOptions,
  signal: AbortSignal,
): AsyncGenerator<Reply> {
  const { id } = asked;
  if (asked.type === 'ask' && !asked.swarm) {
    if (asked.offer !== undefined) throw new HeatmineError('MESSAGE_INVALID', 'offer: only with swarm');
    for await (const piece of compute.answer(asked, signal)) yield* repliesOf(id, piece);
    return;
  }
  const swarm = others?.() ?? notJoined();
  if (asked.type === 'tell') {
    await swarm.tell(asked.handle, asked.useful);
    return yield { type: 'told', id };
  }
  if (asked.type === 'dissent') {
    if (!mayPay()) throw new HeatmineError('UNAUTHORISED', 'only who has claimed this unit may let it ask several');
    for (const piece of await swarm.dissent(asked, signal)) yield* repliesOf(id, piece);
    return;
  }
  if ((asked.type === 'quote' || asked.offer !== undefined) && !mayPay())
    throw new HeatmineError('UNAUTHORISED', 'only who has claimed this unit may let it pay');
  if (asked.type === 'quote') return yield { type: 'offer', id, ...(await swarm.quote(asked, signal)) };
  for await (const piece of swarm.ask(asked, signal)) yield* repliesOf(id, piece);
}

function notJoined(): never {
  throw new HeatmineError('NOBODY_THERE', 'this unit has not joined the swarm');
}

function parseMessage(text: string): Message | { id: string; fault: string } {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return { id: '', fault: 'no JSON' };
  }
  const parsed = Message.safeParse(raw);
  if (parsed.success) return parsed.data;
  const id = (raw as { id?: unknown } | null)?.id;
  const issue = parsed.error.issues[0]!;
  const fault = `${issue.path.join('.')}: ${issue.message}`.slice(0, 300);
  return { id: typeof id === 'string' ? id.slice(0, 64) : '', fault };
}

function* repliesOf(id: string, piece: AnswerPiece | DissentPiece) {
  if (piece.type !== 'chunk') {
    yield { ...piece, id } satisfies Reply;
    return;
  }
  for (let at = 0; at < piece.text.length; at += MAX_CHUNK_CHARS) {
    yield { type: 'chunk', id, text: piece.text.slice(at, at + MAX_CHUNK_CHARS) } satisfies Reply;
  }
}

/** `send` never blocks: past the bound this waits until the reader has taken it, and cuts one that takes nothing. */
async function sendSlowly(socket: WebSocket, reply: Reply, limits: AskLimits): Promise<void> {
  const flushed = new Promise<void>((resolve) => socket.send(JSON.stringify(reply), () => resolve()));
  if (socket.bufferedAmount <= limits.unreadBytes) return;
  const timer = setTimeout(() => socket.terminate(), limits.stalledMs);
  await flushed;
  clearTimeout(timer);
}
