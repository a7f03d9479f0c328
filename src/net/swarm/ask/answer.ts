import { HeatmineError, messageOf } from '../../../core/errors.ts';
import { CLEAR, type End, type OpenReply, Reply, SEALED } from '../query.ts';
import { peerError } from '../wire/connection.ts';
import type { Stream } from '../wire/stream.ts';
import type { SwarmQuestion } from './question.ts';

const SILENT_MS = 60_000;

/** Reads one answer to its end. Throws what the expert refused with, SEAL_BROKEN or PEER_INVALID for one cut or altered. */
export async function readAnswer(
  stream: Stream,
  open: OpenReply | undefined,
  node: string,
  question: SwarmQuestion,
  onWord: () => void,
): Promise<End> {
  const silent = setTimeout(() => stream.close('NOT_RUNNING', 'no word'), SILENT_MS);
  let shown = false;
  let began = false;
  try {
    for (let next = await stream.take(); next; next = await stream.take()) {
      silent.refresh();
      const reply = await readReply(next.payload, next.end, open);
      began = true;
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
    // Too late to say that the question was not passed on.
    if (began && (error as HeatmineError).code === 'NO_WAY')
      throw new HeatmineError('PEER_INVALID', 'the answer was cut');
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
