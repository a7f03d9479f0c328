import type { LlamaModel, Token } from 'node-llama-cpp';
import { BATCH_TOKENS } from '../fit.ts';
import { createLane } from '../lane.ts';
import { createPace, pieces } from './llama-tokens.ts';

/** A choice between two tokens: `token` was taken, by `lead` nats before `other`. */
interface Call {
  token: Token;
  other: Token;
  lead: number;
}
/** `at`: how many tokens of the answer stood before it. */
export type Called = Call & { at: number };

/** No honest copy is so far off; what cannot be said at all counts as this. */
export const MOST_NATS = 50;
/** Runners-up that are looked at: further ones are hardly ever taken. */
const RUNNERS_UP = 3;
/** Of an answer, the closest: there most of what its distribution costs is known already. */
const MOVED_CALLS = 8;

const nats = (own: number, other: number) =>
  own === 0 ? MOST_NATS : Math.min(MOST_NATS, Math.max(0, Math.log(own) - Math.log(other)));

/** The lead of a token over the likeliest others, closest first. */
export function leadsOf(probabilities: Map<Token, number>, token: Token): Call[] {
  const calls: Call[] = [];
  const own = probabilities.get(token) ?? 0;
  for (const [other, p] of probabilities) {
    if (p === 0 || calls.length === RUNNERS_UP) break;
    if (other !== token) calls.push({ token, other, lead: nats(own, p) });
  }
  return calls;
}

/** By how many nats a token leads the likeliest other of a kind; MOST_NATS where there is none. */
export function leadOver(
  probabilities: Map<Token, number>,
  token: Token,
  isOfKind: (token: Token) => boolean,
): { token: Token | undefined; lead: number } {
  const own = probabilities.get(token) ?? 0;
  for (const [other, p] of probabilities) {
    if (p === 0) break;
    if (other !== token && isOfKind(other)) return { token: other, lead: nats(own, p) };
  }
  return { token: undefined, lead: MOST_NATS };
}

/**
 * By how many nats coarser arithmetic moves the closest calls of an answer toward the other token: the same weights with
 * keys and values of half the digits, all tokens in one go. On the shipped experts this moves calls by as much as kernels
 * do that keep activations in full (docs/decisions/0011-finding-liars.md). The memory is taken for the while only, once.
 */
export function createCoarse(model: LlamaModel, contextTokens: number) {
  const lane = createLane();
  return async (prompt: readonly Token[], said: readonly Token[], calls: readonly Called[], signal: AbortSignal) => {
    const release = await lane.enter(signal);
    try {
      return await movesOf(model, contextTokens, prompt, said, calls, signal);
    } finally {
      release();
    }
  };
}

async function movesOf(
  model: LlamaModel,
  contextTokens: number,
  prompt: readonly Token[],
  said: readonly Token[],
  calls: readonly Called[],
  signal: AbortSignal,
): Promise<number[]> {
  const coarse = { experimentalKvCacheKeyType: 'BF16', experimentalKvCacheValueType: 'BF16' } as const;
  const sizes = { contextSize: contextTokens, sequences: 1, batchSize: BATCH_TOKENS };
  const context = await model.createContext({ ...sizes, ...coarse, createSignal: signal });
  const closest = calls.toSorted((a, b) => a.lead - b.lead).slice(0, MOVED_CALLS);
  const byPlace = new Map(closest.map((call) => [prompt.length + call.at - 1, call]));
  const moves: number[] = [];
  try {
    const sequence = context.getSequence();
    let at = 0;
    for (const piece of pieces([...prompt, ...said], createPace())) {
      signal.throwIfAborted();
      const input = piece.map((token, i) =>
        byPlace.has(at + i) ? ([token, { generateNext: { probabilities: true } }] as [Token, object]) : token,
      );
      const outputs = await sequence.controlledEvaluate(input);
      outputs.forEach((output, i) => {
        const call = byPlace.get(at + i);
        const move = call && moveOf(call, output?.next.probabilities);
        if (move !== undefined) moves.push(move);
      });
      at += piece.length;
    }
    return moves;
  } finally {
    await context.dispose();
  }
}

/** None where a grammar left over what has hardly any likelihood of its own. */
function moveOf({ token, other, lead }: Call, probabilities: Map<Token, number> | undefined): number | undefined {
  const [own, next] = [probabilities?.get(token) ?? 0, probabilities?.get(other) ?? 0];
  return own && next ? lead - (Math.log(own) - Math.log(next)) : undefined;
}
