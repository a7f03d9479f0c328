import type { LlamaModel, Token } from 'node-llama-cpp';
import type { Doubt, DoubtRequest } from '../engine.ts';
import { type Called, type createCoarse, leadOver, leadsOf, MOST_NATS } from './llama-calls.ts';
import { createSpeller, type Limits, say } from './llama-say.ts';

export interface Weighed {
  token: Token;
  /** Likeliest first, after the grammar; nothing that it forbids has any. */
  probabilities: Map<Token, number>;
}

export interface DoubtParts extends Pick<DoubtRequest, 'saysAfter' | 'given'> {
  model: LlamaModel;
  prompt: readonly Token[];
  /** Greedy, with the token that ends the answer; goes on with another token where it is given one. */
  tokens: AsyncGenerator<Weighed, void, Token | undefined>;
  /** A grammar keeps to its own tokens: behind another one it would forbid what was given. */
  hasGrammar: boolean;
  limits: Limits;
  movesOf: ReturnType<typeof createCoarse>;
}

/**
 * Says it anew. Where the given text goes another way, the lead of the own token over the likeliest that leads there is
 * noted, and the given text is followed. Behind hidden working the place where they parted cannot be seen: there the
 * closest call on the way stands for it, since it is the likeliest place for an honest copy to part.
 */
export async function doubtOf(parts: DoubtParts, signal: AbortSignal): Promise<Doubt> {
  const { model, prompt, limits, saysAfter, given } = parts;
  const seen: Seen = { said: [], calls: [], leads: [], parted: [], isWhole: true, surest: MOST_NATS };
  let text = '';
  const end = await say(model, prompt, watched(parts, seen), limits, signal, (chunk) => {
    text += chunk.text;
  });
  const { promptTokens, answerTokens } = end;
  const at = saysAfter === undefined ? -1 : text.indexOf(saysAfter);
  const own = at < 0 ? text : text.slice(at + saysAfter!.length);
  const rest = { own, calls: seen.leads, promptTokens, answerTokens };
  if (given === undefined) {
    const moves = await parts.movesOf(prompt, seen.said, seen.calls, signal);
    return { ...rest, parted: [], isWhole: true, surest: MOST_NATS, moves };
  }
  const { isWhole, surest } = seen;
  if (saysAfter === undefined) return { ...rest, parted: seen.parted, isWhole, surest, moves: [] };
  const parted = own === given ? [] : [Math.min(MOST_NATS, ...seen.leads)];
  return { ...rest, parted, isWhole: own === given, surest, moves: [] };
}

/** Tokens that might have brought the same text: less likely ones hardly did. */
const LOOKED_AT = 64;
/** Likeliest tokens of which one may lead another way: no rounding takes one beyond them, and each costs a look. */
const WAYS_LOOKED_AT = 4096;
/** Then it is followed no further: it shows enough, and whoever writes at random must not keep this machine busy. */
const MOST_PARTED = 8;

interface Seen {
  said: Token[];
  calls: Called[];
  leads: number[];
  parted: number[];
  /** The given text was followed to its end. */
  isWhole: boolean;
  /** The least lead of a token that was taken over another that brings the same text. */
  surest: number;
}

async function* watched(parts: DoubtParts, seen: Seen): AsyncGenerator<Token, void, void> {
  const { model, tokens, given, saysAfter } = parts;
  const follow = given === undefined || saysAfter !== undefined ? undefined : follower(parts, given, seen);
  try {
    for (let next: Token | undefined; ; ) {
      const { value, done } = await tokens.next(next);
      if (done) return;
      const { probabilities } = value;
      const leads = leadsOf(probabilities, value.token);
      seen.leads.push(...leads.map(({ lead }) => lead));
      if (leads[0]) seen.calls.push({ ...leads[0], at: seen.said.length });
      const token = follow ? follow(value) : value.token;
      if (token === undefined || model.isEogToken(token)) return;
      seen.said.push(token);
      yield token;
      next = token === value.token ? undefined : token;
    }
  } finally {
    await tokens.return();
  }
}

/** Takes each token that comes, and gives the one that leads along the given text; none where it cannot be followed. */
function follower({ model, prompt, limits, hasGrammar }: DoubtParts, given: string, seen: Seen) {
  const speller = createSpeller(model, prompt);
  let left = given;
  /** The closest call within the character that is being spelt: whether it is the given one shows at its end. */
  let closest = Number.POSITIVE_INFINITY;
  const leads = (token: Token) => {
    if (model.isEogToken(token)) return left === '';
    const text = speller.look(token);
    return text === undefined ? left > '\u007f' : leadsTo(text, left, limits.stop);
  };
  const take = (token: Token, probabilities: Map<Token, number>) => {
    const likely = [...probabilities].slice(0, LOOKED_AT);
    const next = leadOver(new Map(likely), token, (t) => !isEmpty(model, t) && leads(t));
    seen.surest = Math.min(seen.surest, next.lead);
    if (!model.isEogToken(token)) left = left.slice(speller.push(token).length);
    if (!speller.isWaiting()) closest = Number.POSITIVE_INFINITY;
    return token;
  };
  return ({ token, probabilities }: Weighed): Token | undefined => {
    closest = Math.min(closest, leadOver(probabilities, token, () => true).lead);
    if (leads(token)) return take(token, probabilities);
    let looks = WAYS_LOOKED_AT;
    const isOtherWay = (t: Token) => looks-- > 0 && !isEmpty(model, t) && leads(t);
    const other = leadOver(probabilities, token, isOtherWay);
    const isWithin = speller.isWaiting();
    // Behind a text that may have been cut into other tokens it shows no more than how sure these were.
    seen.parted.push(Math.min(other.lead, seen.surest, isWithin ? closest : MOST_NATS));
    const isPlain = other.token !== undefined && !isWithin && speller.look(other.token) !== undefined;
    if (isPlain && !hasGrammar && seen.parted.length < MOST_PARTED) return take(other.token!, probabilities);
    seen.isWhole = false;
    return undefined;
  };
}

const isEmpty = (model: LlamaModel, token: Token) =>
  !model.isEogToken(token) && model.detokenize([token], false) === '';

/** Whether a text may be the next on the way to `left` and then the end of the answer. Looks at no more of `left` than the text is long. */
function leadsTo(text: string, left: string, stops: readonly string[]): boolean {
  if (text.length <= left.length) return left.startsWith(text);
  if (!text.startsWith(left)) return false;
  const rest = text.slice(left.length);
  return stops.some((stop) => stop.startsWith(rest) || rest.startsWith(stop));
}
