import type { LoadedModel } from './engine.ts';

export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** The last thing the asker said: what picks the expert. */
export function questionOf(messages: readonly Message[]): string {
  return messages.findLast((m) => m.role === 'user')?.content ?? messages.at(-1)?.content ?? '';
}

/**
 * The experts are tiny and stateless: the question goes between prefix and suffix; system text and earlier turns go
 * before it only where they leave room for an answer.
 */
export async function promptFor(
  model: Pick<LoadedModel, 'countTokens' | 'contextTokens'>,
  wrap: { prefix: string; suffix: string },
  messages: readonly Message[],
  answerTokens: number,
): Promise<string> {
  const question = questionOf(messages);
  const at = messages.findLastIndex((m) => m.content === question);
  const alone = wrap.prefix + question + wrap.suffix;
  const earlier = messages.slice(0, Math.max(0, at)).map((m) => m.content);
  if (earlier.length === 0) return alone;
  const whole = `${wrap.prefix}${[...earlier, question].join('\n')}${wrap.suffix}`;
  const fits = (await model.countTokens(whole)) + answerTokens <= model.contextTokens;
  return fits ? whole : alone;
}
