import type { z } from 'zod';
import { ERROR_CODES, type ErrorCode, HeatmineError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { ComputeClient, RefusedByCompute } from '../ask/compute-client.ts';
import type { InFlight } from '../in-flight.ts';
import type { Via } from '../ledger/sunshine.ts';
import { batched } from './batched.ts';
import type { Bill, Till } from './pay/till.ts';
import {
  CLEAR,
  createRoom,
  FindRequest,
  isLastReply,
  MAX_REQUEST_BYTES,
  mark,
  QuoteRequest,
  type Reply,
  Request,
  receiveRequest,
  SEALED,
  type SealReply,
  SignRequest,
  type Unsealer,
} from './query.ts';
import { createShape, roomy } from './shape.ts';
import { CLEAR_BYTES, createShare, SEALED_BYTES } from './share.ts';
import { paced } from './turns.ts';
import { TellRequest, UsefulKeysRequest } from './useful/messages.ts';
import { replyTo, type Told } from './useful/told.ts';
import type { Connection } from './wire/connection.ts';
import type { Stream } from './wire/stream.ts';

export interface DeskOptions {
  compute: Pick<ComputeClient, 'answer'>;
  slots: InFlight;
  /** Expert ids that strangers may ask. */
  offered: { has(expert: string): boolean };
  /** Left out: nothing is served but look-ups. */
  till?: Till | undefined;
  /** Left out: this node is no relay. */
  find?: ((wish: FindRequest['find'], via: Via) => Promise<Reply>) | undefined;
  /** Whom a question is counted for. */
  viaOf(from: Connection): Via;
  bandwidthBytesPerS: number;
  unsealer?: Unsealer;
  told?: Told;
  log: Log;
}

const REQUEST_MS = 30_000;
/** 128 of the longest requests: a thousand strangers with 64 streams each must not fill this machine's memory. */
const UNREAD_BYTES = 128 * MAX_REQUEST_BYTES;
/** Answers go out in pieces of what came within this: fewer frames, and less to learn from their rhythm. */
const BATCH_MS = 50;
/** What the cap lets out at once after a pause; and how far behind it what is sent may be before new requests are refused. */
const BURST_S = 10;
const BEHIND_MS = 1000;

/** Answers one question of a stranger: stateless, nothing of it kept or logged. */
export type Desk = (stream: Stream, from: Connection) => Promise<void>;

export function createDesk(options: DeskOptions): Desk {
  const { log } = options;
  const bandwidth = paced(options.bandwidthBytesPerS, BURST_S);
  const share = createShare(options.bandwidthBytesPerS);
  const room = createRoom(UNREAD_BYTES);
  /** Costs next to nothing, so it comes before anything is opened or read. */
  const admit = (address: string, via: Via, bytes: number) => {
    if (!share(address, via, bytes, performance.now()))
      throw new HeatmineError('RATE_LIMITED', 'your share of the bandwidth is used up');
    if (bandwidth.waitMs(bytes, via.relay ?? via.prefix) > BEHIND_MS)
      throw new HeatmineError('RATE_LIMITED', 'the bandwidth cap is used up');
  };
  return async (stream, from) => {
    let seal: SealReply | undefined;
    let shape = (reply: Reply): readonly Reply[] => [reply];
    let isLookUp = false;
    const via = options.viaOf(from);
    const send = async (reply: Reply) => {
      const isLast = isLastReply(reply);
      const bytes = Buffer.from(JSON.stringify(reply));
      const payload = seal ? mark(SEALED, await seal(roomy(bytes, reply, isLookUp), isLast)) : mark(CLEAR, bytes);
      // What is refused at the door must not use up what there is for others.
      if (isAdmitted) await bandwidth.pace(payload.length, stream.closed, via.relay ?? via.prefix);
      await stream.send(payload, isLast);
    };
    let isRead = false;
    let isSealed = false;
    let isAdmitted = false;
    try {
      const received = await receiveRequest(stream, REQUEST_MS, room);
      isRead = true;
      isSealed = received[0] === SEALED;
      admit(from.address, via, isSealed ? SEALED_BYTES : CLEAR_BYTES);
      isAdmitted = true;
      const opened = await openRequest(received, options.unsealer);
      seal = opened.seal;
      const raw = jsonIn(opened.request);
      const schema = schemaOf(raw);
      // Before it is read on: what refuses it must look like what answers it.
      if (seal && schema === Request) shape = createShape();
      isLookUp = schema === FindRequest;
      const wanted = parseRequest(raw, schema);
      for await (const reply of repliesTo(wanted, options, stream.closed, via))
        for (const piece of shape(reply)) await send(piece);
      if (schema === Request) from.served();
    } catch (error) {
      if (stream.isClosed) return;
      const refused = refusal(error, log);
      // An asker that sealed its question takes no reply in the clear: relays could write one.
      if (isSealed && !seal) stream.close(refused.code, refused.message);
      else for (const piece of shape(refused)) await send(piece).catch(() => {});
    } finally {
      if (!isRead) stream.close('MESSAGE_INVALID', 'the request was not read to its end');
    }
  };
}

async function* repliesTo(
  wanted: Wanted,
  { till, offered, slots, compute, told, find }: DeskOptions,
  signal: AbortSignal,
  via: Via,
): AsyncGenerator<Reply> {
  if ('find' in wanted) {
    if (!find) throw new HeatmineError('NOT_OFFERED', 'this node is no relay');
    return yield await find(wanted.find, via);
  }
  if (!till) throw new HeatmineError('NOT_OFFERED', 'this node answers no questions');
  if ('sign' in wanted) return yield* till.sign(wanted);
  if ('tell' in wanted || 'usefulKeys' in wanted) return yield replyTo(told, wanted);
  const { expert } = 'quote' in wanted ? wanted.quote : wanted;
  if (!offered.has(expert)) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${expert}" is offered here`);
  if ('quote' in wanted) return yield till.quote(wanted.quote, via);
  const release = slots.enter();
  if (!release) throw new HeatmineError('BUSY', 'too many questions at once');
  let bill: Bill | undefined;
  try {
    bill = till.admit(wanted, via);
    const { messages, temperature } = wanted;
    const signToken = wanted.useful && told?.issue(expert, wanted.useful);
    const { economy, maxTokens } = bill;
    const ask = { type: 'ask' as const, id: '1', expert, messages, temperature, maxTokens };
    for await (const piece of batched(compute.answer(ask, signal, economy), BATCH_MS)) {
      if (piece.type === 'start') bill.begun();
      if (piece.type === 'chunk') bill.said(Buffer.byteLength(piece.text));
      if (piece.type !== 'end') yield piece;
      else {
        const receipt = bill.end(piece.meter);
        yield { ...piece, receipt, ...(receipt !== undefined && signToken && { useful: await signToken() }) };
      }
    }
  } finally {
    bill?.release(signal.aborted);
    release();
  }
}

async function openRequest(received: Buffer, unsealer: Unsealer | undefined) {
  const body = received.subarray(1);
  if (received[0] === CLEAR) return { request: body, seal: undefined };
  if (received[0] !== SEALED || !unsealer)
    throw new HeatmineError('MESSAGE_INVALID', 'the request is neither clear nor sealed to this node');
  return unsealer.open(body);
}

type Wanted = Request | FindRequest | QuoteRequest | SignRequest | TellRequest | UsefulKeysRequest;

/** Undefined for what is none. */
function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function parseRequest(raw: unknown, schema: z.ZodType<Wanted>): Wanted {
  if (raw === undefined) throw new HeatmineError('MESSAGE_INVALID', 'the request is no JSON');
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new HeatmineError('MESSAGE_INVALID', `${issue.path.join('.')}: ${issue.message}`.slice(0, 200));
}

/** By the member that only this kind has, so that a fault is told of the kind that was meant. */
function schemaOf(raw: unknown): z.ZodType<Wanted> {
  const has = (name: string) => typeof raw === 'object' && raw !== null && Object.hasOwn(raw, name);
  if (has('quote')) return QuoteRequest;
  if (has('find')) return FindRequest;
  if (has('tell')) return TellRequest;
  if (has('usefulKeys')) return UsefulKeysRequest;
  return has('sign') ? SignRequest : Request;
}

function refusal(error: unknown, log: Log): Extract<Reply, { type: 'error' }> & { code: ErrorCode } {
  const known = error instanceof HeatmineError;
  // The name only: a parser's message may quote what somebody asked or was told.
  if (!known) log.warn({ err: error instanceof Error ? error.name : typeof error }, 'answer for a stranger failed');
  const code: ErrorCode = known ? error.code : 'NOT_RUNNING';
  const message = known ? error.message : 'the answer broke off';
  return {
    type: 'error',
    code,
    message,
    remedy: ERROR_CODES[code],
    retryAfterS: (error as RefusedByCompute).retryAfterS,
  };
}
