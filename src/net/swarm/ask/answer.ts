import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { End, Reply } from '../query.ts';
import { peerError } from '../wire/connection.ts';
import type { SwarmQuestion } from './question.ts';

/** Of words: 4096 tokens, the most that can be asked for, have a few ten thousand bytes. */
const MOST_ANSWER_BYTES = 1_000_000;

export interface ToRead {
  node: string;
  /** That was asked: none answers in its place. */
  expert: string;
  question: SwarmQuestion;
  onWord: () => void;
}

/** Reads one answer to its end. Throws what the expert refused with, or PEER_INVALID for one that was cut, has no end or is another expert's. */
export async function readAnswer(
  replies: AsyncIterable<Reply>,
  { node, expert, question, onWord }: ToRead,
): Promise<{ end: End; bytes: number }> {
  let bytes = 0;
  let began = false;
  let isStarted = false;
  try {
    for await (const reply of replies) {
      began = true;
      if (reply.type === 'chunk') onWord();
      if (reply.type === 'start') {
        if (reply.expert !== expert)
          throw new HeatmineError('PEER_INVALID', `"${reply.expert}" answers for "${expert}"`);
        isStarted = true;
        question.onStart?.(expert, node, reply);
      } else if (reply.type === 'error') throw peerError(reply.code, reply.message);
      // What it says of itself comes before words: nobody could tell later what has answered. Empty ones fill a refusal up.
      else if (!isStarted && !(reply.type === 'chunk' && reply.text === ''))
        throw new HeatmineError('PEER_INVALID', `${reply.type} before start`);
      else if (reply.type === 'chunk') {
        bytes += Buffer.byteLength(reply.text);
        // Whoever asked keeps the words: a node that never ends must not fill this machine's memory.
        if (bytes > MOST_ANSWER_BYTES) throw new HeatmineError('PEER_INVALID', 'an answer without an end');
        // Empty ones only fill the answer up.
        if (reply.text) question.onChunk?.(reply.text);
      } else if (reply.type === 'end') return { end: reply, bytes };
      else throw new HeatmineError('PEER_INVALID', `${reply.type} is no part of an answer`);
    }
    throw new HeatmineError('PEER_INVALID', 'the answer was cut');
  } catch (error) {
    if (bytes > 0) question.onRestart?.(messageOf(error));
    // Too late to say that the question was not passed on.
    if (began && (error as HeatmineError).code === 'NO_WAY')
      throw new HeatmineError('PEER_INVALID', 'the answer was cut');
    throw error;
  }
}
