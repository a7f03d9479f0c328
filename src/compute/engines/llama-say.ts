import type { LlamaModel, Token } from 'node-llama-cpp';
import type { GenerateChunk, GenerateEnd } from '../engine.ts';
import { createStopFilter } from '../stops.ts';

export interface Limits {
  stop: readonly string[];
  room: number;
}

/** Tokens that may belong to one character. */
const MOST_PENDING = 4;

/** Text of tokens as they come; those whose bytes do not make whole characters yet wait for the rest. */
export function createSpeller(model: LlamaModel, prompt: readonly Token[]) {
  const before = prompt.slice(-8);
  let pending: Token[] = [];
  /** Undefined while a character is not whole. */
  const spell = (tokens: Token[]) => {
    const text = model.detokenize(tokens, false, before);
    return text.endsWith('\uFFFD') && tokens.length < MOST_PENDING ? undefined : text;
  };
  return {
    isWaiting: () => pending.length > 0,
    /** What the next token would bring; undefined where that does not show yet. */
    look: (token: Token): string | undefined => spell([...pending, token]),
    push(token: Token): string {
      pending.push(token);
      const text = spell(pending);
      if (text === undefined) return '';
      before.push(...pending);
      before.splice(0, before.length - 8);
      pending = [];
      return text;
    },
    rest: (): string => (pending.length ? model.detokenize(pending, false, before) : ''),
  };
}

/** Makes text of tokens as they come, up to a stop or the last one there is room for. */
export async function say(
  model: LlamaModel,
  prompt: readonly Token[],
  tokens: AsyncIterable<Token>,
  { stop, room }: Limits,
  signal: AbortSignal,
  push: (chunk: GenerateChunk) => void,
): Promise<GenerateEnd> {
  const filter = createStopFilter(stop);
  const end = (finish: GenerateEnd['finish']) => ({ finish, promptTokens: prompt.length, answerTokens });
  const speller = createSpeller(model, prompt);
  let answerTokens = 0;
  for await (const token of tokens) {
    signal.throwIfAborted();
    answerTokens++;
    const { text: sent, stopped } = filter.push(speller.push(token));
    push({ text: sent, tokens: 1 });
    if (stopped) return end('stop');
    if (answerTokens >= room) break;
  }
  const rest = filter.push(speller.rest()).text + filter.flush();
  if (rest) push({ text: rest, tokens: 0 });
  return end(answerTokens >= room ? 'length' : 'stop');
}
