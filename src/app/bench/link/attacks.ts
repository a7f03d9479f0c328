import { type Random, shuffled } from '../../../core/random.ts';
import type { Passage } from './passage.ts';

/** A passage and who asked, which the attacker does not see: it may learn from one half of them, and is judged by the other. */
export interface Known extends Passage {
  asker: number;
}

/** Parts of one. */
export interface Linked {
  right: number;
  chance: number;
  /** Half the width of the 95 % interval. */
  within: number;
}

const PERMUTATIONS = 200;
const Z95 = 1.96;
const bucket = (gap: number): number => Math.ceil(2 * Math.log2(1 + Math.abs(gap)));

/** What two questions have in common, as far as a relay sees it; the address is left out. */
function commonOf(a: Passage, b: Passage): string[] {
  const overlap = a.fromMs < b.untilMs && b.fromMs < a.untilMs;
  return [
    `key ${a.key === b.key}`,
    `connection ${a.connection === b.connection}`,
    `stream ${bucket(a.stream - b.stream)}`,
    `path ${a.path === b.path}`,
    `asked ${sizesOf(a.request)} ${sizesOf(b.request)}`,
    `answered ${bucket(a.answer.length - b.answer.length)} ${sizesOf(a.answer) === sizesOf(b.answer)}`,
    `gap ${bucket(b.fromMs - a.fromMs)} ${overlap}`,
    `pause ${overlap ? '' : bucket(b.fromMs - a.untilMs)}`,
  ];
}

const written = new WeakMap<readonly number[], string>();
/** Once for each: millions of pairs are compared. */
function sizesOf(sizes: readonly number[]): string {
  const known = written.get(sizes) ?? sizes.join(' ');
  written.set(sizes, known);
  return known;
}

/** Of each trait, how much likelier it is in pairs of one asker than in others: the log of the ratio. */
function learn(known: readonly Known[]): Map<string, number> {
  const seen = new Map<string, [other: number, same: number]>();
  const pairs: [number, number] = [0, 0];
  eachPair(known.length, (i, j) => {
    const same = known[i]!.asker === known[j]!.asker ? 1 : 0;
    pairs[same]++;
    for (const trait of commonOf(known[i]!, known[j]!)) {
      const count = seen.get(trait) ?? [0, 0];
      count[same]++;
      seen.set(trait, count);
    }
  });
  const part = (count: number, all: number) => (count + 1) / (all + 2);
  return new Map(
    [...seen].map(([trait, [other, same]]) => [trait, Math.log(part(same, pairs[1]) / part(other, pairs[0]))]),
  );
}

function eachPair(count: number, visit: (i: number, j: number) => void): void {
  for (let i = 0; i < count; i++) for (let j = i + 1; j < count; j++) visit(i, j);
}

/**
 * Are two questions of one asker? Naive Bayes over all traits, learnt from the earlier half with the truth told, judged by all pairs
 * of the later half; both answers weigh the same, so that chance is a half. Chance and interval: the same verdicts with askers mixed.
 */
export function linkPairs(known: readonly Known[], random: Random): Linked {
  const inOrder = known.toSorted((a, b) => a.fromMs - b.fromMs);
  const half = Math.floor(inOrder.length / 2);
  const weights = learn(inOrder.slice(0, half));
  const later = inOrder.slice(half);
  const verdicts: boolean[] = [];
  eachPair(later.length, (i, j) => {
    const score = commonOf(later[i]!, later[j]!).reduce((sum, trait) => sum + (weights.get(trait) ?? 0), 0);
    verdicts.push(score > 0);
  });
  const askers = later.map(({ asker }) => asker);
  const mixed = Array.from({ length: PERMUTATIONS }, () => rightOf(verdicts, shuffled(askers, random)));
  const chance = mixed.reduce((sum, x) => sum + x, 0) / PERMUTATIONS;
  const variance = mixed.reduce((sum, x) => sum + (x - chance) ** 2, 0) / (PERMUTATIONS - 1);
  return { right: rightOf(verdicts, askers), chance, within: Z95 * Math.sqrt(variance) };
}

function rightOf(verdicts: readonly boolean[], askers: readonly number[]): number {
  const right = [0, 0];
  const all = [0, 0];
  let at = 0;
  eachPair(askers.length, (i, j) => {
    const same = askers[i] === askers[j];
    all[same ? 1 : 0]!++;
    if (verdicts[at++] === same) right[same ? 1 : 0]!++;
  });
  return (right[0]! / all[0]! + right[1]! / all[1]!) / 2;
}

/** What the two relays compare of one question; undefined: nothing but where it entered. */
export type Sign = (passage: Passage) => string;
export const bySizes: Sign = ({ request, answer }) => `${sizesOf(request)} > ${sizesOf(answer)}`;
export const byBytes: Sign = ({ digest }) => digest;
const byNothing: Sign = () => '';

/** A question at the expert's relay, or a look-up at the one that answers it, and the log of the relay by which it entered: its connection is known to both. */
export interface Crossing {
  at: Known;
  entered: readonly Known[];
}

/** Whose is a question at the expert's relay? Of the questions with its sign, the address that sent most; ties share. */
export function linkAddresses(crossings: readonly Crossing[], sign: Sign): Linked {
  const guess = (by: Sign) => mean(crossings.map(({ at, entered }) => shareOf(at, matching(entered, by, by(at)))));
  const right = guess(sign);
  return { right, chance: guess(byNothing), within: binomial(right, crossings.length) };
}

/** The same by times too: among equal sizes, the one whose beginning and end are nearest. */
export function linkByTimes(crossings: readonly Crossing[]): Linked {
  const guess = ({ at, entered }: Crossing) => {
    const apart = (p: Passage) => Math.abs(p.fromMs - at.fromMs) + Math.abs(p.untilMs - at.untilMs);
    const alike = matching(entered, bySizes, bySizes(at));
    const nearest = alike.reduce((best, p) => (best && apart(best) <= apart(p) ? best : p), alike[0]);
    return nearest?.asker === at.asker ? 1 : 0;
  };
  const right = mean(crossings.map(guess));
  return { right, chance: linkAddresses(crossings, byNothing).right, within: binomial(right, crossings.length) };
}

/** The address that last looked for experts, at any of the relays, before the question came. */
export function linkByLookUps(crossings: readonly Crossing[], lookUps: readonly Known[]): Linked {
  const inOrder = lookUps.toSorted((a, b) => a.fromMs - b.fromMs);
  const right = mean(
    crossings.map(({ at }) => (inOrder.findLast(({ untilMs }) => untilMs <= at.fromMs)?.asker === at.asker ? 1 : 0)),
  );
  return { right, chance: linkAddresses(crossings, byNothing).right, within: binomial(right, crossings.length) };
}

const mean = (all: readonly number[]): number => all.reduce((sum, x) => sum + x, 0) / all.length;
const binomial = (p: number, n: number): number => Z95 * Math.sqrt((p * (1 - p)) / n);
const matching = (entered: readonly Known[], by: Sign, wanted: string): Known[] =>
  entered.filter((passage) => by(passage) === wanted);

function shareOf(at: Known, alike: readonly Known[]): number {
  const counts = new Map<number, number>();
  for (const { asker } of alike) counts.set(asker, (counts.get(asker) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const first = [...counts].filter(([, count]) => count === most).map(([asker]) => asker);
  return first.includes(at.asker) ? 1 / first.length : 0;
}
