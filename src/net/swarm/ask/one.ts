import { HeatmineError } from '../../../core/errors.ts';
import { CLEAR, MAX_REQUEST_BYTES, mark, type Request, SEALED, sendRequest } from '../query.ts';
import { readAnswer } from './answer.ts';
import { expertOf } from './fitting.ts';
import type { Candidate } from './gather.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from './question.ts';
import { overSomeWay } from './travel.ts';
import { passed, type Way } from './way.ts';

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
  const request: Request = {
    ...{ v: 1, expert, messages: question.messages, maxTokens: question.maxTokens },
    maxPrice: question.maxPrice ?? 0,
  };
  const bytes = Buffer.from(JSON.stringify(request));
  const noKey = (error: unknown): never => {
    experience.failed(key);
    throw error;
  };
  const sealed = sealing && (await sealing.seal(sealKey!, bytes).catch(noKey));
  const body = sealed ? mark(SEALED, sealed.sealed) : mark(CLEAR, bytes);
  if (body.length > MAX_REQUEST_BYTES)
    throw new HeatmineError('CONTEXT_LENGTH', `${body.length} bytes, ${MAX_REQUEST_BYTES} may be sent`);
  let firstWordMs: number | undefined;
  const onWord = () => {
    firstWordMs ??= performance.now() - startedMs;
  };
  const end = await overSomeWay({ to: key, ways, experience, signal: question.signal }, async (stream, way) => {
    await sendRequest(stream, body);
    const answer = await readAnswer(stream, sealed?.open, key, question, onWord);
    return { ...answer, way: passed(way, key, sealed !== undefined) };
  });
  experience.answered(key, firstWordMs ?? performance.now() - startedMs);
  return { ...end, node: key };
}
