import type { AnswerPart } from './answer.ts';
import type { GenerateEnd, GenerateRequest, LoadedModel } from './engine.ts';
import type { Work } from './work.ts';

/** What an expert had said before its answer gave way: it may go on from there. */
export interface Draft {
  expert: string;
  text: string;
  tokens: number;
}

export const NO_DRAFT: Readonly<Draft> = { expert: '', text: '', tokens: 0 };

/**
 * Undefined where it must begin anew: grammar and penalties count from the first token, and of a text that is made of
 * other tokens than it was said in, nothing that others can repeat may follow.
 */
function goingOn(request: GenerateRequest, expert: string, draft: Draft): GenerateRequest | undefined {
  const { prompt, grammar, seed, penalties, wire, temperature } = request;
  const { text, tokens } = draft;
  const maxTokens = request.maxTokens - tokens;
  if (draft.expert !== expert || text === '' || maxTokens <= 0 || temperature === 0) return;
  if ([grammar, seed, penalties, wire].some((one) => one !== undefined)) return;
  const whole = typeof prompt === 'string' ? prompt + text : [...prompt, { text }];
  return { ...request, prompt: whole, maxTokens };
}

/** Counts tokens while they come, so that the watts follow an answer that is still being said or was broken off. */
export async function* counted(
  model: LoadedModel,
  request: GenerateRequest,
  work: Pick<Work, 'addAnswer'>,
  signal: AbortSignal,
  start: Extract<AnswerPart, { type: 'start' }>,
  draft: Draft = { ...NO_DRAFT },
): AsyncGenerator<AnswerPart, GenerateEnd> {
  const later = goingOn(request, start.expert, draft);
  if (!later) Object.assign(draft, NO_DRAFT, { expert: start.expert });
  const before = { ...draft };
  const asked = later ?? request;
  const chunks = model.generate(asked, signal);
  let started = false;
  let ended = false;
  let told = 0;
  try {
    for (let step = await chunks.next(); ; step = await chunks.next()) {
      if (!started) {
        yield start;
        if (before.text) yield { type: 'chunk', text: before.text };
      }
      started = true;
      if (step.done) {
        ended = true;
        const { promptTokens, answerTokens } = step.value;
        work.addAnswer(Math.max(0, promptTokens + answerTokens - told));
        if (!later) return step.value;
        const asAsked = await model.countTokens(request.prompt);
        return { ...step.value, promptTokens: asAsked, answerTokens: before.tokens + answerTokens };
      }
      told += step.value.tokens;
      draft.tokens += step.value.tokens;
      draft.text += step.value.text;
      work.addAnswer(step.value.tokens);
      if (step.value.text) yield { type: 'chunk', text: step.value.text };
    }
  } finally {
    await chunks.return({ finish: 'stop', promptTokens: 0, answerTokens: told });
    // Broken off: its prompt was computed all the same.
    if (started && !ended) work.addAnswer(await model.countTokens(asked.prompt).catch(() => 0));
  }
}
