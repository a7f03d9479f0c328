import { HeatmineError } from '../../../core/errors.ts';
import { CLEAR, MAX_REQUEST_BYTES, mark, type Request, SEALED, sendRequest } from '../query.ts';
import { readAnswer } from './answer.ts';
import { expertOf } from './fitting.ts';
import type { Candidate } from './gather.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from './question.ts';
import { overSomeWay } from './travel.ts';
import type { Way } from './way.ts';

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
    const end = await overSomeWay(ways, experience, question.signal, async (stream) => {
      await sendRequest(stream, body);
      return readAnswer(stream, sealed?.open, key, question, onWord);
    });
    experience.answered(key, firstWordMs ?? performance.now() - startedMs);
    return { ...end, node: key };
  } catch (error) {
    if (question.signal?.aborted) throw error;
    if (REFUSED_POLITELY.includes((error as HeatmineError).code)) experience.busy(key);
    // Where no way led to it, the nodes on the way have been noted.
    else if ((error as HeatmineError).code !== 'NO_WAY') experience.failed(key);
    throw error;
  }
}
