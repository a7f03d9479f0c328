import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp';
import type { Doubt } from '../engine.ts';
import { type Limits, say } from './llama-say.ts';
import { pieces } from './llama-tokens.ts';

export interface DoubtParts {
  model: LlamaModel;
  /** The seat in which `tokens` are made; cleared before the likelihoods are read. */
  sequence: LlamaContextSequence;
  prompt: readonly Token[];
  /** Greedy. */
  tokens: AsyncGenerator<Token, void, void>;
  limits: Limits;
  saysAfter: string | undefined;
  given: string;
}

/** No honest copy is so far off; what cannot be said at all counts as this. */
const MOST_NATS = 50;
/** Read twice, a likelihood differs a little; a text that seems this much likelier than the own one broke the grammar. */
const BEYOND_GRAMMAR_NATS = 1;

/**
 * Says it anew and, where the texts part, reads how much likelier this copy holds its own next token than any that leads
 * to the given text. Behind hidden working the place where they parted cannot be seen: there the closest call on the way
 * stands for it, since it is the likeliest place for an honest copy to part.
 */
export async function doubtOf(parts: DoubtParts, signal: AbortSignal): Promise<Doubt> {
  const { model, prompt, limits, saysAfter, given } = parts;
  const said: Token[] = [];
  let text = '';
  const end = await say(model, prompt, noted(parts.tokens, said), limits, signal, (chunk) => {
    text += chunk.text;
  });
  const { promptTokens, answerTokens } = end;
  const at = saysAfter === undefined ? -1 : text.indexOf(saysAfter);
  const own = at < 0 ? text : text.slice(at + saysAfter!.length);
  if (own === given) return { own, nats: 0, promptTokens, answerTokens };
  await parts.sequence.clearHistory();
  const nats =
    saysAfter === undefined ? await whereTheyPart(parts, said, signal) : await closestCall(parts, said, signal);
  return { own, nats: Math.min(MOST_NATS, nats), promptTokens, answerTokens };
}

async function* noted(tokens: AsyncGenerator<Token, void, void>, into: Token[]): AsyncGenerator<Token, void, void> {
  for await (const token of tokens) {
    into.push(token);
    yield token;
  }
}

async function whereTheyPart(parts: DoubtParts, said: readonly Token[], signal: AbortSignal): Promise<number> {
  const { model, prompt, given, limits } = parts;
  const textOf = (tokens: readonly Token[]) => model.detokenize(tokens, false, prompt.slice(-8));
  let common = said.length;
  while (common > 0 && !given.startsWith(textOf(said.slice(0, common)))) common--;
  const before = said.slice(0, common);
  const rest = given.slice(textOf(before).length);
  const [next] = await likelihoods(parts, [...prompt, ...before], 1, signal);
  const leads = leadsTo(
    rest,
    limits.stop,
    (token) => model.detokenize([token], false, [...prompt, ...before].slice(-8)),
    model,
  );
  const mine = said[common];
  let [own, theirs] = [0, 0];
  for (const [token, p] of next!) {
    const isOwn = mine === undefined ? model.isEogToken(token) : token === mine;
    if (isOwn && own === 0) own = p;
    if (!isOwn && theirs === 0 && leads(token)) theirs = p;
    if (own > 0 && theirs > 0) break;
  }
  if (own === 0 || theirs === 0) return MOST_NATS;
  const nats = Math.log(own) - Math.log(theirs);
  return nats < -BEYOND_GRAMMAR_NATS ? MOST_NATS : Math.abs(nats);
}

/** Whether a token may be the next on the way to `rest` and then the end of the answer. */
function leadsTo(rest: string, stops: readonly string[], textOf: (token: Token) => string, model: LlamaModel) {
  const targets = stops.map((stop) => rest + stop);
  return (token: Token): boolean => {
    if (model.isEogToken(token)) return rest === '';
    const text = textOf(token);
    if (text === '') return false;
    // Part of a character: any that is not plain may begin so.
    if (text.startsWith('\uFFFD')) return rest > '\u007f';
    return (
      [...targets, rest].some((target) => target !== '' && target.startsWith(text)) ||
      targets.some((target) => text.startsWith(target))
    );
  };
}

async function closestCall(parts: DoubtParts, said: readonly Token[], signal: AbortSignal): Promise<number> {
  const all = await likelihoods(parts, [...parts.prompt, ...said.slice(0, -1)], said.length, signal);
  let least = MOST_NATS;
  all.forEach((next, i) => {
    const own = next.get(said[i]!) ?? 0;
    for (const [token, p] of next) {
      if (token === said[i]) continue;
      if (own > 0 && p > 0) least = Math.min(least, Math.abs(Math.log(own) - Math.log(p)));
      break;
    }
  });
  return least;
}

/** What comes next after each of the last `count` tokens. */
async function likelihoods({ sequence }: DoubtParts, tokens: readonly Token[], count: number, signal: AbortSignal) {
  const found: Map<Token, number>[] = [];
  let at = 0;
  for (const piece of pieces(tokens)) {
    signal.throwIfAborted();
    const input = piece.map((token, i) =>
      at + i >= tokens.length - count ? ([token, { generateNext: { probabilities: true } }] as [Token, object]) : token,
    );
    for (const output of await sequence.controlledEvaluate(input))
      if (output?.next.probabilities) found.push(output.next.probabilities);
    at += piece.length;
  }
  return found;
}
