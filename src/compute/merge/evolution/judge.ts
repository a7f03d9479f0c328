import type { Parent } from '../child.ts';
import { ownLines, type Pair } from './pair.ts';
import { allowed, chanceOf } from './significance.ts';

/** A line and what it weighs: demand of the parent whose line it is, over all of its lines. */
export interface Weighed {
  text: string;
  weight: number;
  /** 0: of the lead, 1: of the mate. */
  of: 0 | 1;
}

export interface LineScore {
  /** Mean over the tokens read. */
  nats: number;
  right: boolean;
}

export function weighedLines(
  { parents }: Pair,
  demand: readonly [number, number],
  set: Parameters<typeof ownLines>[1],
): Weighed[] {
  const linesOf = (parent: Parent, of: 0 | 1) => {
    const lines = ownLines(parent, set);
    return lines.map((text) => ({ text, of, weight: demand[of] / lines.length }));
  };
  return [...linesOf(parents[0], 0), ...linesOf(parents[1], 1)];
}

/** Part of the questions that would be answered word for word, by demand. */
export const skillOf = (lines: readonly Weighed[], scores: readonly LineScore[]): number =>
  lines.reduce((sum, { weight }, i) => sum + weight * (scores[i]!.right ? 1 : 0), 0);

export const natsOf = (lines: readonly Weighed[], scores: readonly LineScore[]): number =>
  lines.reduce((sum, { weight }, i) => sum + weight * scores[i]!.nats, 0);

/** Of likelihood beside being right: it shows a way where nothing is right yet, and is worth nothing by itself. */
const NATS_PART = 0.05;

/** What the search maximises. */
export const fitnessOf = (lines: readonly Weighed[], scores: readonly LineScore[]): number =>
  skillOf(lines, scores) + NATS_PART * natsOf(lines, scores);

/** Part of the lines of one parent that would be said word for word. */
export function rightOf(lines: readonly Weighed[], scores: readonly LineScore[], of: 0 | 1): number {
  const own = scores.filter((_, i) => lines[i]!.of === of);
  return own.filter(({ right }) => right).length / Math.max(1, own.length);
}

export interface Verdict {
  /** Against lead and mate, each as the one model for both skills. */
  chance: [number, number];
  allowed: number;
  keep: boolean;
  /** Better than the lead on the lead's own lines, too: more than two in one. */
  beatsLead: boolean;
}

/** Whether a child stays, by the gate lines. `look`: how often they have judged before, with this one. Pure. */
export function judge(
  lines: readonly Weighed[],
  scores: { child: readonly LineScore[]; parents: readonly [readonly LineScore[], readonly LineScore[]] },
  look: number,
): Verdict {
  const { child, parents } = scores;
  // Right or not, never likelihood: the mean of two experts is likelier for both skills than either, and does neither.
  const gain = (parent: readonly LineScore[], i: number) => Number(child[i]!.right) - Number(parent[i]!.right);
  const over = (parent: readonly LineScore[], among = lines.map((_, i) => i)) =>
    chanceOf(among.map((i) => lines[i]!.weight * gain(parent, i)));
  const chance: [number, number] = [over(parents[0]), over(parents[1])];
  const leads = lines.flatMap(({ of }, i) => (of === 0 ? [i] : []));
  const keep = chance.every((p) => p < allowed(look));
  return { chance, allowed: allowed(look), keep, beatsLead: keep && over(parents[0], leads) < allowed(look) };
}
