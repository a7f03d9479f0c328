import type { LlamaModel, Token } from 'node-llama-cpp';
import { HeatmineError } from '../../core/errors.ts';
import { type Prompt, textOf } from '../engine.ts';

/** A text is evaluated in pieces of at most this size, so that an abort need not wait for all of it. */
const MOST_PIECE_TOKENS = 128;
/** Below it a pass over the weights costs more than the tokens. */
const LEAST_PIECE_TOKENS = 32;
/** Of the 200 ms in which whoever leaves ends the computing. */
const MOST_PIECE_MS = 130;

/** How large the pieces of one model are here. */
export interface Pace {
  readonly tokens: number;
  took(tokens: number, ms: number): void;
}

/** Pieces that take too long are halved, and stay so: the same text is always cut alike, and answered alike. */
export function createPace(): Pace {
  let most = MOST_PIECE_TOKENS;
  return {
    get tokens() {
      return most;
    },
    took(tokens, ms) {
      if (ms > MOST_PIECE_MS && tokens > most / 2) most = Math.max(LEAST_PIECE_TOKENS, most / 2);
    },
  };
}

/**
 * In as many pieces as needed, of one size but for rounding: llama.cpp's attention takes 64 tokens and more at once about
 * three times as fast as fewer, so a short last piece would cost more than all before it. What is done with a piece before
 * the next is asked for is what it takes.
 */
export function* pieces<T>(tokens: readonly T[], pace: Pace): Generator<T[]> {
  for (let at = 0; at < tokens.length; ) {
    const left = tokens.length - at;
    const piece = tokens.slice(at, at + Math.round(left / Math.ceil(left / pace.tokens)));
    const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
    yield piece;
    const { user, system } = process.cpuUsage(cpu);
    // A busy machine makes it long without a fault of its size; several threads make processor time of little time.
    pace.took(piece.length, Math.min(performance.now() - startedMs, (user + system) / 1000));
    at += piece.length;
  }
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
