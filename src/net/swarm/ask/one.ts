import { HeatmineError } from '../../../core/errors.ts';
import { freshIdentity } from '../identity.ts';
import { CLEAR, MAX_REQUEST_BYTES, mark, type Request, SEALED, sendRequest } from '../query.ts';
import { NOT_SERVING } from '../relay.ts';
import { dial } from '../wire/dial.ts';
import type { Stream } from '../wire/stream.ts';
import { readAnswer } from './answer.ts';
import { expertOf } from './fitting.ts';
import type { Candidate } from './gather.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from './question.ts';
import { passed, type Way } from './way.ts';

const REFUSED_POLITELY: readonly string[] = ['BUSY', 'NO_POWER', 'RATE_LIMITED'];

/** Asks one node once. Throws its fault, after it was noted in the experience. */
export async function askOne(
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
    const end = await overSomeWay(ways, question, async (stream, way) => {
      await sendRequest(stream, body);
      const answer = await readAnswer(stream, sealed?.open, key, question, onWord);
      return { ...answer, way: passed(way, key, sealed !== undefined) };
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
  use: (stream: Stream, way: Way) => Promise<T>,
): Promise<T> {
  let last: unknown = new HeatmineError('NOT_RUNNING', 'there is no way to that node');
  for (const way of ways) {
    const { url, key, path } = way;
    const connection = await dial({ url, identity: freshIdentity(), expect: key, handlers: NOT_SERVING }).catch(
      (error) => {
        last = error;
      },
    );
    if (!connection) continue;
    const abort = () => connection.close(1000, 'changed my mind');
    question.signal?.addEventListener('abort', abort, { once: true });
    try {
      return await use(connection.open(path), way);
    } finally {
      question.signal?.removeEventListener('abort', abort);
      connection.close(1000, 'thanks');
    }
  }
  throw last;
}
