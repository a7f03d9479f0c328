import { ERROR_CODES, type ErrorCode, HeatmineError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { AnswerPiece, ComputeClient, RefusedByCompute } from '../ask/compute-client.ts';
import { tokenBucket } from '../buckets.ts';
import type { InFlight } from '../in-flight.ts';
import { batched } from './batched.ts';
import {
  CLEAR,
  createRoom,
  MAX_REQUEST_BYTES,
  mark,
  type Reply,
  Request,
  receiveRequest,
  SEALED,
  type SealReply,
  type Unsealer,
} from './query.ts';
import type { Connection } from './wire/connection.ts';
import type { Stream } from './wire/stream.ts';

export interface DeskOptions {
  compute: Pick<ComputeClient, 'answer'>;
  slots: InFlight;
  /** Expert ids that strangers may ask, with their price in micro-credits per million answer tokens. */
  offered: ReadonlyMap<string, number>;
  bandwidthBytesPerS: number;
  unsealer?: Unsealer;
  /** Whoever was answered to the end, by the connection that the question came over. */
  onAnswered?: (expert: string, tokens: number, from: Connection) => void;
  log: Log;
}

const REQUEST_MS = 30_000;
/** 128 of the longest requests: a thousand strangers with 64 streams each must not fill this machine's memory. */
const UNREAD_BYTES = 128 * MAX_REQUEST_BYTES;
/** Answers go out in pieces of what came within this: fewer frames, and less to learn from their rhythm. */
const BATCH_MS = 50;

/** Answers one question of a stranger: stateless, nothing of it kept or logged. */
export type Desk = (stream: Stream, from: Connection) => Promise<void>;

export function createDesk(options: DeskOptions): Desk {
  const { compute, slots, offered, log } = options;
  const bandwidth = tokenBucket(
    { perS: options.bandwidthBytesPerS, burst: options.bandwidthBytesPerS * 10 },
    performance.now(),
  );
  const room = createRoom(UNREAD_BYTES);
  return async (stream, from) => {
    let seal: SealReply | undefined;
    const send = async (reply: Reply) => {
      const isLast = reply.type === 'end' || reply.type === 'error';
      const bytes = Buffer.from(JSON.stringify(reply));
      const payload = seal ? mark(SEALED, await seal(bytes, isLast)) : mark(CLEAR, bytes);
      bandwidth.take(payload.length, performance.now());
      await stream.send(payload, isLast);
    };
    let release: (() => void) | undefined;
    let isRead = false;
    let isSealed = false;
    try {
      const received = await receiveRequest(stream, REQUEST_MS, room);
      isRead = true;
      isSealed = received[0] === SEALED;
      const opened = await openRequest(received, options.unsealer);
      seal = opened.seal;
      const request = parseRequest(opened.request);
      checkOffer(request, offered);
      if (!bandwidth.take(1024, performance.now()))
        throw new HeatmineError('RATE_LIMITED', 'the bandwidth cap is used up');
      release = slots.enter();
      if (!release) throw new HeatmineError('BUSY', 'too many questions at once');
      const { v: _v, maxPrice: _maxPrice, ...question } = request;
      const pieces = compute.answer({ type: 'ask', id: '1', ...question }, stream.closed);
      for await (const piece of batched(pieces, BATCH_MS)) {
        await send(replyOf(piece));
        if (piece.type === 'end') options.onAnswered?.(request.expert, piece.meter.answerTokens, from);
      }
    } catch (error) {
      if (stream.closed.aborted) return;
      const refused = refusal(error, log);
      // An asker that sealed its question takes no reply in the clear: relays could write one.
      if (isSealed && !seal) stream.close(refused.code, refused.message);
      else await send(refused).catch(() => {});
    } finally {
      release?.();
      if (!isRead) stream.close('MESSAGE_INVALID', 'the request was not read to its end');
    }
  };
}

const replyOf = (piece: AnswerPiece): Reply => piece;

async function openRequest(received: Buffer, unsealer: Unsealer | undefined) {
  const body = received.subarray(1);
  if (received[0] === CLEAR) return { request: body, seal: undefined };
  if (received[0] !== SEALED || !unsealer)
    throw new HeatmineError('MESSAGE_INVALID', 'the request is neither clear nor sealed to this node');
  return unsealer.open(body);
}

function parseRequest(bytes: Uint8Array): Request {
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new HeatmineError('MESSAGE_INVALID', 'the request is no JSON');
  }
  const parsed = Request.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new HeatmineError('MESSAGE_INVALID', `${issue.path.join('.')}: ${issue.message}`.slice(0, 200));
}

function checkOffer({ expert, maxPrice }: Request, offered: ReadonlyMap<string, number>): void {
  const price = offered.get(expert);
  if (price === undefined) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${expert}" is offered here`);
  if (price > maxPrice)
    throw new HeatmineError('NOT_OFFERED', `${expert} costs ${price} here, ${maxPrice} was offered`);
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
