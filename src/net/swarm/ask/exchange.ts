import { HeatmineError } from '../../../core/errors.ts';
import { GIVEN_UP, PROGRESS, watchProgress } from '../../client/progress.ts';
import {
  CLEAR,
  type FindRequest,
  isLastReply,
  MAX_REQUEST_BYTES,
  mark,
  type OpenReply,
  type QuoteRequest,
  Reply,
  type Request,
  SEALED,
  type SealRequest,
  type SignRequest,
  sendRequest,
} from '../query.ts';
import type { TellRequest, UsefulKeysRequest } from '../useful/messages.ts';
import type { Stream } from '../wire/stream.ts';

/** How a request is sealed to one expert; left out, it goes in the clear. */
export interface Sealing {
  seal: SealRequest;
  expertKey: string;
}

/**
 * One request over a fresh stream, and its replies in order, the last included. Throws what the stream was closed with,
 * SEAL_BROKEN or PEER_INVALID for replies cut or altered, CONTEXT_LENGTH for a request that is too long, NOT_RUNNING for one that
 * does not get on or has no end.
 */
export async function* exchange(
  stream: Stream,
  request: Request | FindRequest | QuoteRequest | SignRequest | UsefulKeysRequest | TellRequest,
  sealing: Sealing | undefined,
  limits = PROGRESS,
): AsyncGenerator<Reply> {
  const bytes = Buffer.from(JSON.stringify(request));
  const sealed = sealing && (await sealing.seal(sealing.expertKey, bytes));
  const body = sealed ? mark(SEALED, sealed.sealed) : mark(CLEAR, bytes);
  if (body.length > MAX_REQUEST_BYTES)
    throw new HeatmineError('CONTEXT_LENGTH', `${body.length} bytes, ${MAX_REQUEST_BYTES} may be sent`);
  const progress = watchProgress(
    () => stream.close('NOT_RUNNING', GIVEN_UP),
    'expert' in request ? request : {},
    limits,
  );
  try {
    await sendRequest(stream, body);
    for (let next = await stream.take(); next; next = await stream.take()) {
      const reply = await readReply(next.payload, next.end, sealed?.open);
      progress.came(reply);
      yield reply;
    }
  } finally {
    progress.end();
  }
}

async function readReply(payload: Buffer, isLast: boolean, open: OpenReply | undefined): Promise<Reply> {
  try {
    if (payload[0] !== (open ? SEALED : CLEAR)) throw new Error('mode');
    const bytes = open ? await open(payload.subarray(1), isLast) : payload.subarray(1);
    const reply = Reply.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    if (isLast !== isLastReply(reply)) throw new Error('end');
    return reply;
  } catch (error) {
    if (open)
      throw error instanceof HeatmineError ? error : new HeatmineError('SEAL_BROKEN', 'what came is no sealed reply');
    throw new HeatmineError('PEER_INVALID', 'the answer is altered, cut or no reply');
  }
}
