import { HeatmineError } from '../../../core/errors.ts';
import { newQuestionId } from '../pay/purse.ts';
import { expertOf, lookFor } from './fitting.ts';
import type { Candidate } from './gather.ts';
import { askOne } from './one.ts';
import type { AskerOptions, SwarmAnswer, SwarmQuestion } from './question.ts';
import { drawOrder, scoreOf } from './rank.ts';

export interface DissentAnswer extends Omit<SwarmAnswer, 'tries'> {
  text: string;
  /** Whom the expert was made from, as its node says. */
  parents: string[];
}

export interface Dissent {
  answers: DissentAnswer[];
  /** `between[i][j]`: how far answers i and j are apart, 0 to 1. */
  between: number[][];
  /** Nodes that were asked. */
  asked: number;
}

/** For free twice as many are asked as are shown; paid for are no more than shown. */
const FREE_TIMES = 2;

/**
 * Asks several nodes the same, of different descent where that is known, and keeps the `count` answers that differ most.
 * Throws NOBODY_THERE where fewer than two nodes can be asked, else what the last one said when fewer than two answer.
 */
export async function askDissent(options: AskerOptions, question: SwarmQuestion, count: number): Promise<Dissent> {
  const { experience, random } = options;
  const { maxPrice = 0 } = question;
  const { within, waysTo } = await lookFor(options, question);
  if (within.length < 2)
    throw new HeatmineError('NOBODY_THERE', 'only one node answers this: there is nobody to disagree with it');
  const expert = (candidate: Candidate) => expertOf(candidate, question)!;
  const score = (c: Candidate) =>
    scoreOf({ fit: c.fit, price: expert(c).price, ...experience.of(c.descriptor.key) }, maxPrice);
  const drawn = drawOrder(within, score, random);
  const descent = (candidate: Candidate) => JSON.stringify([expert(candidate).parents ?? [], expert(candidate).id]);
  const asked = byTurns(drawn, descent).slice(0, maxPrice === 0 ? FREE_TIMES * count : count);
  const results = await Promise.allSettled(
    asked.map(async (candidate): Promise<DissentAnswer> => {
      let text = '';
      const onChunk = (chunk: string) => {
        text += chunk;
      };
      const quiet: SwarmQuestion = { ...question, onChunk, onStart: undefined, onRestart: undefined };
      const answer = await askOne(candidate, waysTo(candidate), options, quiet, newQuestionId());
      return { ...answer, text, parents: expert(candidate).parents ?? [] };
    }),
  );
  question.signal?.throwIfAborted();
  const answers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const refused = results.find((result) => result.status === 'rejected');
  if (answers.length < 2) throw refused?.reason;
  const chosen = mostDifferent(
    answers.map(({ text }) => text),
    count,
  ).map((i) => answers[i]!);
  const between = chosen.map((a) => chosen.map((b) => difference(a.text, b.text)));
  return { answers: chosen, between, asked: asked.length };
}

/** The same in an order that takes one of each kind, then a second of each, and so on. */
export function byTurns<T>(all: readonly T[], kindOf: (one: T) => string): T[] {
  const turns = new Map<string, number>();
  return all
    .map((one) => {
      const turn = turns.get(kindOf(one)) ?? 0;
      turns.set(kindOf(one), turn + 1);
      return { one, turn };
    })
    .sort((a, b) => a.turn - b.turn)
    .map(({ one }) => one);
}

const wordsOf = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

/** Share of all words of two texts that only one of them uses: 0 the same words, 1 none in common. Order does not count. */
export function difference(a: string, b: string): number {
  const [one, other] = [wordsOf(a), wordsOf(b)];
  const all = one.union(other).size;
  return all === 0 ? 0 : one.symmetricDifference(other).size / all;
}

/**
 * Which `count` of these texts differ most, as indices in order: the least difference of any two of them is the largest
 * possible; of several such choices the one with the largest sum. Pure; all choices are compared, so for a dozen texts at the most.
 */
export function mostDifferent(texts: readonly string[], count: number): number[] {
  const apart = texts.map((a) => texts.map((b) => difference(a, b)));
  let best: { chosen: number[]; least: number; sum: number } | undefined;
  for (const chosen of choices(texts.length, Math.min(count, texts.length))) {
    const pairs = chosen.flatMap((i, at) => chosen.slice(at + 1).map((j) => apart[i]![j]!));
    const least = Math.min(...pairs);
    const sum = pairs.reduce((all, x) => all + x, 0);
    if (!best || least > best.least || (least === best.least && sum > best.sum)) best = { chosen, least, sum };
  }
  return best?.chosen ?? [];
}

function* choices(of: number, count: number, from = 0): Generator<number[]> {
  if (count === 0) yield [];
  else for (let i = from; i <= of - count; i++) for (const rest of choices(of, count - 1, i + 1)) yield [i, ...rest];
}
