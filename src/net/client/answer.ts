import { type Bytes, textOf } from './bytes.ts';
import { ClientError, readable, refuse } from './fault.ts';
import { type Clock, GIVEN_UP, PROGRESS, watchProgress } from './progress.ts';
import type { sealQuestion } from './seal.ts';
import type { Stream } from './stream.ts';

/** First byte of a request and of each answer. */
export const SEALED = 1;
const MAX_ANSWER_CHARS = 1_000_000;

export interface Meter {
  expert: string;
  promptTokens: number;
  answerTokens: number;
  joules: number;
  modelled: boolean;
}

/** What is asked, as far as the answer depends on it, and who hears the answer. */
export interface Heard {
  messages: readonly { content: string }[];
  maxTokens?: number;
  onStart?: (start: { expert: string; node: string }) => void;
  onChunk?: (text: string) => void;
  /** The answer broke off after words came; another begins. */
  onRestart?: (why: string) => void;
}

/** Of which node, and the expert that was asked: no other answers in its place. */
interface Asked {
  node: string;
  expert: string;
}

type Opener = Awaited<ReturnType<typeof sealQuestion>>['open'];

/** The answer to its end, to whoever hears it. Throws what was refused, SEAL_BROKEN, or NOT_RUNNING where it does not get on. */
export async function readAnswer(
  stream: Stream,
  open: Opener,
  { node, expert }: Asked,
  question: Heard,
  clock?: Clock,
) {
  let text = '';
  let isStarted = false;
  const progress = watchProgress(
    () => stream.onClose(new ClientError('NOT_RUNNING', GIVEN_UP)),
    question,
    PROGRESS,
    clock,
  );
  try {
    for (let next = await stream.take(); next; next = await stream.take()) {
      const reply = await readReply(next.payload, next.end, open);
      progress.came(reply);
      if (reply.type === 'start') {
        if (reply.expert !== expert) refuse('PEER_INVALID', 'another expert answers than was asked');
        isStarted = true;
        question.onStart?.({ expert: readable(expert, 64), node });
      } else if (!isStarted && reply.type !== 'error' && !(reply.type === 'chunk' && reply.text === ''))
        refuse('PEER_INVALID', 'an answer without a start');
      else if (reply.type === 'chunk') {
        if (typeof reply.text !== 'string') refuse('SEAL_BROKEN', 'what came is no reply');
        text += reply.text;
        if (text.length > MAX_ANSWER_CHARS) refuse('PEER_INVALID', 'an answer without an end');
        // Empty ones only fill the answer up to a size that tells little.
        if (reply.text) question.onChunk?.(reply.text);
      } else if (reply.type === 'end') {
        return { text, finish: readable(reply.finish, 32), meter: meterOf(reply.meter) };
      } else
        throw new ClientError(
          readable(reply.code, 32),
          readable(reply.message),
          Number(reply.retryAfterS) || undefined,
        );
    }
    return refuse('SEAL_BROKEN', 'the answer was cut before its end');
  } catch (error) {
    if (text) question.onRestart?.(error instanceof Error ? error.message : 'broken off');
    throw error;
  } finally {
    progress.end();
  }
}

function meterOf(raw: unknown): Meter {
  const { expert, promptTokens, answerTokens, joules, modelled } = (raw ?? {}) as Record<string, unknown>;
  const count = (value: unknown) => (typeof value === 'number' && value >= 0 ? value : 0);
  return {
    expert: readable(expert, 64),
    promptTokens: count(promptTokens),
    answerTokens: count(answerTokens),
    joules: count(joules),
    modelled: modelled !== false,
  };
}

type Reply = Record<string, unknown> & { type: 'start' | 'chunk' | 'end' | 'error' };

/** One sealed reply; the last frame of the stream holds the final chunk and `end` or `error`, and no other does. */
async function readReply(payload: Bytes, isLast: boolean, open: Opener): Promise<Reply> {
  if (payload[0] !== SEALED) refuse('SEAL_BROKEN', 'a reply in the clear to a sealed question');
  const { content, final } = await open(payload.slice(1));
  let reply: Reply;
  try {
    reply = JSON.parse(textOf(content)) as Reply;
  } catch {
    return refuse('SEAL_BROKEN', 'what came is no reply');
  }
  const ends = reply?.type === 'end' || reply?.type === 'error';
  if (final !== isLast || ends !== isLast) refuse('SEAL_BROKEN', 'the end of the answer was moved');
  return reply;
}
