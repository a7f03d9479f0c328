import type { LlamaModel, Token } from 'node-llama-cpp';
import { HeatmineError } from '../../core/errors.ts';

/** A prompt is evaluated in pieces of this size, so that an abort need not wait for all of it. */
export const PIECE_TOKENS = 128;

/** Raw text, no chat template; what looks like a control token in a stranger's text stays text. */
export function tokenize(model: LlamaModel, text: string): Token[] {
  const tokens = model.tokenize(text, false);
  const { bos, shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null ? [bos, ...tokens] : tokens;
}

/** Counted before: the library would shift the context silently. */
export function refuseOverlong(tokens: readonly Token[], contextTokens: number): void {
  if (tokens.length === 0) throw new HeatmineError('MESSAGE_INVALID', 'the text is empty');
  if (tokens.length < contextTokens) return;
  throw new HeatmineError('CONTEXT_LENGTH', `the text has ${tokens.length} tokens, the context holds ${contextTokens}`);
}
