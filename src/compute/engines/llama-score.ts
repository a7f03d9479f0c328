import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import { pieces } from './llama-tokens.ts';

/**
 * Teacher-forced evaluation: every token of the line is computed; the likelihood is read at every sixteenth position,
 * beginning one later each time, because fetching a distribution costs as much as computing one or two tokens (measured
 * with 350K parameters and lines of 110 tokens: 21k tokens per CPU second with an eighth, 28k with a sixteenth, 46k with
 * none). Several lines in one batch were slower, 13k: llama.cpp splits a batch where its lines differ in length.
 */
const STRIDE = 16;
let offset = 0;

export async function scoreLine(sequence: LlamaContextSequence, tokens: readonly Token[], signal: AbortSignal) {
  offset = (offset + 1) % STRIDE;
  let sum = 0;
  let read = 0;
  let at = 0;
  for (const piece of pieces(tokens)) {
    signal.throwIfAborted();
    const wanted = (i: number) => (at + i) % STRIDE === offset && at + i + 1 < tokens.length;
    const input = piece.map((token, i) =>
      wanted(i) ? ([token, { generateNext: { probabilities: true } }] as [Token, object]) : token,
    );
    const outputs = await sequence.controlledEvaluate(input);
    outputs.forEach((output, i) => {
      const p = output?.next.probabilities?.get(tokens[at + i + 1]!);
      if (p === undefined) return;
      sum += Math.log(Math.max(p, Number.MIN_VALUE));
      read++;
    });
    at += piece.length;
  }
  return { tokens: tokens.length, logLikelihood: read ? sum / read : 0 };
}
