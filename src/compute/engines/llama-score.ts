import type { LlamaContextSequence, Token } from 'node-llama-cpp';
import type { Reading, Score } from '../engine.ts';
import { type Pace, pieces } from './llama-tokens.ts';

/**
 * Teacher-forced evaluation: every token of the line is computed; the likelihood is read at every sixteenth position,
 * beginning one later each time, because fetching a distribution costs as much as computing one or two tokens (measured
 * with 350K parameters and lines of 110 tokens: 21k tokens per CPU second with an eighth, 28k with a sixteenth, 46k with
 * none). Several lines in one batch were slower, 13k: llama.cpp splits a batch where its lines differ in length.
 */
const STRIDE = 16;
let offset = 0;

export async function scoreLine(
  sequence: LlamaContextSequence,
  tokens: readonly Token[],
  pace: Pace,
  signal: AbortSignal,
  reading?: Reading & { from: number },
): Promise<Score> {
  offset = (offset + 1) % STRIDE;
  const begin = offset;
  const isRead = (position: number) =>
    reading
      ? position >= reading.from && (position - reading.from) % reading.every === 0
      : (position - 1) % STRIDE === begin;
  let sum = 0;
  let read = 0;
  let right = true;
  let at = 0;
  for (const piece of pieces(tokens, pace)) {
    signal.throwIfAborted();
    // What is read at a token is the likelihood of the one after it.
    const wanted = (i: number) => at + i + 1 < tokens.length && isRead(at + i + 1);
    const input = piece.map((token, i) =>
      wanted(i) ? ([token, { generateNext: { probabilities: true } }] as [Token, object]) : token,
    );
    const outputs = await sequence.controlledEvaluate(input);
    outputs.forEach((output, i) => {
      const probabilities = output?.next.probabilities;
      const p = probabilities?.get(tokens[at + i + 1]!);
      if (probabilities === undefined || p === undefined) return;
      sum += Math.log(Math.max(p, Number.MIN_VALUE));
      read++;
      // The likeliest comes first.
      right &&= probabilities.keys().next().value === tokens[at + i + 1];
    });
    at += piece.length;
  }
  return { tokens: tokens.length, logLikelihood: read ? sum / read : 0, right: read > 0 && right };
}
