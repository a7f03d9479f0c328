import type { LlamaContextSequence, Token } from 'node-llama-cpp';

/**
 * Teacher-forced evaluation: every token of the line is computed; the likelihood is read at every fourth position,
 * beginning one later each time, because fetching a distribution costs twice as much as computing it
 * (measured with 260K parameters: 3.4k tokens per CPU second with all, 6.2k with a quarter).
 */
const STRIDE = 4;
const PIECE_TOKENS = 64;
let offset = 0;

export async function scoreLine(sequence: LlamaContextSequence, tokens: readonly Token[], signal: AbortSignal) {
  offset = (offset + 1) % STRIDE;
  let sum = 0;
  let read = 0;
  for (let at = 0; at < tokens.length; at += PIECE_TOKENS) {
    signal.throwIfAborted();
    const piece = tokens.slice(at, at + PIECE_TOKENS);
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
  }
  return { tokens: tokens.length, logLikelihood: read ? sum / read : 0 };
}
