import type { LlamaModel, Token } from 'node-llama-cpp';
import type { Doubt, DoubtRequest } from '../engine.ts';
import { type Limits, say } from './llama-say.ts';

export interface Weighed {
  token: Token;
  /** Likeliest first, after the grammar; nothing that it forbids has any. */
  probabilities: Map<Token, number>;
}

export interface DoubtParts extends Pick<DoubtRequest, 'saysAfter' | 'given'> {
  model: LlamaModel;
  prompt: readonly Token[];
  /** Greedy, with the token that ends the answer. */
  tokens: AsyncGenerator<Weighed, void, void>;
  limits: Limits;
}

/** No honest copy is so far off; what cannot be said at all counts as this. */
const MOST_NATS = 50;

/**
 * Says it anew and, where the texts part, reads how much likelier this copy holds its own next token than any that leads
 * to the given text. Behind hidden working the place where they parted cannot be seen: there the closest call on the way
 * stands for it, since it is the likeliest place for an honest copy to part.
 */
export async function doubtOf(parts: DoubtParts, signal: AbortSignal): Promise<Doubt> {
  const { model, prompt, limits, saysAfter, given } = parts;
  const seen: Seen = { closest: MOST_NATS, parted: undefined };
  let text = '';
  const end = await say(model, prompt, watched(parts, seen), limits, signal, (chunk) => {
    text += chunk.text;
  });
  const { promptTokens, answerTokens } = end;
  const at = saysAfter === undefined ? -1 : text.indexOf(saysAfter);
  const own = at < 0 ? text : text.slice(at + saysAfter!.length);
  const whereParted = saysAfter === undefined ? (seen.parted ?? MOST_NATS) : seen.closest;
  const nats = given === undefined ? seen.closest : own === given ? 0 : whereParted;
  return { own, nats, promptTokens, answerTokens };
}

interface Seen {
  /** The least lead of a token over the next likely one. */
  closest: number;
  /** Where own and given text parted. */
  parted: number | undefined;
}

async function* watched(parts: DoubtParts, seen: Seen): AsyncGenerator<Token, void, void> {
  const { model, prompt, given, limits, saysAfter } = parts;
  const around = prompt.slice(-8);
  const textOf = (tokens: readonly Token[]) => model.detokenize(tokens, false, around).replace(/\uFFFD+$/, '');
  const said: Token[] = [];
  let before = '';
  for await (const { token, probabilities } of parts.tokens) {
    seen.closest = Math.min(
      seen.closest,
      lead(probabilities, token, () => true),
    );
    const isEnd = model.isEogToken(token);
    if (!isEnd) said.push(token);
    if (given !== undefined && saysAfter === undefined && seen.parted === undefined) {
      const after = textOf(said);
      if (isEnd || !given.startsWith(after)) {
        const leads = leadsTo(given.slice(before.length), limits.stop, model, around);
        seen.parted = lead(probabilities, token, leads);
      }
      before = after;
    }
    if (isEnd) return;
    yield token;
  }
}

/** By how many nats a token leads the likeliest other of a kind. */
function lead(probabilities: Map<Token, number>, token: Token, isOfKind: (token: Token) => boolean): number {
  const own = probabilities.get(token) ?? 0;
  for (const [other, p] of probabilities) {
    if (p === 0) break;
    if (other === token || !isOfKind(other)) continue;
    return own === 0 ? MOST_NATS : Math.min(MOST_NATS, Math.max(0, Math.log(own) - Math.log(p)));
  }
  return MOST_NATS;
}

/** Whether a token may be the next on the way to `rest` and then the end of the answer. */
function leadsTo(rest: string, stops: readonly string[], model: LlamaModel, around: readonly Token[]) {
  const targets = stops.map((stop) => rest + stop);
  return (token: Token): boolean => {
    if (model.isEogToken(token)) return rest === '';
    const text = model.detokenize([token], false, around);
    if (text === '') return false;
    // Part of a character: any that is not plain may begin so.
    if (text.startsWith('\uFFFD')) return rest > '\u007f';
    return (
      [...targets, rest].some((target) => target !== '' && target.startsWith(text)) ||
      targets.some((target) => text.startsWith(target))
    );
  };
}
