import type { LlamaModel, Token } from 'node-llama-cpp';
import { HeatmineError } from '../../core/errors.ts';
import { type Prompt, textOf } from '../engine.ts';

/** A text is evaluated in pieces of at most this size, so that an abort need not wait for all of it. */
const PIECE_TOKENS = 128;

/**
 * In as many pieces as needed, of one size but for rounding: llama.cpp's attention takes 64 tokens and more at once about
 * three times as fast as fewer, so a short last piece would cost more than all before it.
 */
export function* pieces<T>(tokens: readonly T[]): Generator<T[]> {
  const count = Math.ceil(tokens.length / PIECE_TOKENS);
  for (let n = 0; n < count; n++)
    yield tokens.slice(Math.round((n * tokens.length) / count), Math.round(((n + 1) * tokens.length) / count));
}

/** No tokenizer makes longer tokens than this of ordinary text: a prompt beyond it is refused before it is looked at. */
const MOST_CHARS_PER_TOKEN = 256;

/** Raw text, no chat template; what looks like a control token in a stranger's text stays text. */
export function tokenize(model: LlamaModel, prompt: Prompt, contextTokens: number): Token[] {
  const { length } = textOf(prompt);
  if (length > contextTokens * MOST_CHARS_PER_TOKEN) {
    const text = `the text has ${length} characters, far beyond the ${contextTokens} tokens that the context holds`;
    throw new HeatmineError('CONTEXT_LENGTH', text);
  }
  const parts = typeof prompt === 'string' ? [{ text: prompt }] : prompt;
  const tokens = parts.flatMap((part, i) =>
    model.tokenize(part.text, 'control' in part, i > 0 ? 'trimLeadingSpace' : undefined),
  );
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

/** Counted before: the library would shift the context silently. */
export function refuseOverlong(tokens: readonly Token[], contextTokens: number): void {
  if (tokens.length === 0) throw new HeatmineError('MESSAGE_INVALID', 'the text is empty');
  if (tokens.length < contextTokens) return;
  throw new HeatmineError('CONTEXT_LENGTH', `the text has ${tokens.length} tokens, the context holds ${contextTokens}`);
}
