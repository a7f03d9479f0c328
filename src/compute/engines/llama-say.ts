import type { LlamaModel, Token } from 'node-llama-cpp';
import type { GenerateChunk, GenerateEnd } from '../engine.ts';
import { createStopFilter } from '../stops.ts';

export interface Limits {
  stop: readonly string[];
  room: number;
}

/** Makes text of tokens as they come, up to a stop or the last one there is room for. */
export async function say(
  model: LlamaModel,
  prompt: readonly Token[],
  tokens: AsyncGenerator<Token, void, void>,
  { stop, room }: Limits,
  signal: AbortSignal,
  push: (chunk: GenerateChunk) => void,
): Promise<GenerateEnd> {
  const filter = createStopFilter(stop);
  const end = (finish: GenerateEnd['finish']) => ({ finish, promptTokens: prompt.length, answerTokens });
  // Tokens whose bytes do not make whole characters yet.
  let pending: Token[] = [];
  const before = prompt.slice(-8);
  let answerTokens = 0;
  for await (const token of tokens) {
    signal.throwIfAborted();
    answerTokens++;
    pending.push(token);
    const text = model.detokenize(pending, false, before);
    const whole = !text.endsWith('\uFFFD') || pending.length >= 4;
    if (whole) {
      before.push(...pending);
      before.splice(0, before.length - 8);
      pending = [];
    }
    const { text: sent, stopped } = filter.push(whole ? text : '');
    push({ text: sent, tokens: 1 });
    if (stopped) return end('stop');
    if (answerTokens >= room) break;
  }
  const rest = filter.push(pending.length ? model.detokenize(pending, false, before) : '').text + filter.flush();
  if (rest) push({ text: rest, tokens: 0 });
  return end(answerTokens >= room ? 'length' : 'stop');
}
