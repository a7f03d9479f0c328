/**
 * When a node is taken for a liar. Nobody knows how a liar lies, so the evidence is weighed for several ways at once: the
 * mean, over the ways below, of how much likelier each makes all that was seen than honesty does. For an honest node each
 * audit multiplies each of these by a factor whose mean is at most 1, so within BLOCK audits the mean of them reaches GUILTY
 * with a chance of at most 1 / GUILTY (Ville's inequality), whichever way fits. No audit alone is enough: factors end at MOST.
 */
export type Outcome =
  /** Nothing that speaks against it. */
  | 'same'
  /** Another way at a close call, oftener than rounding explains. */
  | 'near'
  /** Nothing that these weights say. */
  | 'far'
  /** More tokens billed than the answer has. */
  | 'overcounted'
  /** Without an own copy: two others agree against this one, or another with it. */
  | 'outvoted'
  | 'agreed';

/**
 * Ways to lie. Other weights move calls so many times as far as kernels do: powers of two, of which one is near any. `share`
 * of the audits: what is faint must be there nearly always to be seen at all; a wrong count is nearly sure, once is much.
 */
const TEXT_LIES = [
  { times: 2, share: 0.9 },
  { times: 4, share: 0.7 },
  { times: 8, share: 0.5 },
] as const;
const COUNT_SHARES = [0.4, 0.2];
/** Of the ways to send other texts. */
export const TIMES: readonly number[] = TEXT_LIES.map(({ times }) => times);

/** What one audit came to; `factors`: for each way to lie, how many times likelier it gives that than an honest node. */
export interface Finding {
  outcome: Outcome;
  factors: readonly number[];
}

const GUILTY = 200;
/** Evidence begins anew after so many audits: old honesty is no purse to lie from. */
const BLOCK = 20;
const MOST = 50;

/** What an asker knows of one node by auditing it. */
export interface Evidence {
  audits: number;
  /** For each way to lie, how many times likelier it is than honesty; none before the first audit. */
  odds: readonly number[];
}
export const NO_EVIDENCE: Evidence = { audits: 0, odds: [] };

export function weigh(before: Evidence, { factors }: Finding): Evidence {
  const { audits, odds } = before.audits >= BLOCK ? NO_EVIDENCE : before;
  return { audits: audits + 1, odds: factors.map((factor, lie) => (odds[lie] ?? 1) * Math.min(MOST, factor)) };
}

/** Times likelier a liar than honest. */
export const oddsOf = (each: readonly number[]): number =>
  each.length ? each.reduce((sum, odds) => sum + odds, 0) / each.length : 1;

export const isLiar = ({ odds }: Evidence): boolean => oddsOf(odds) >= GUILTY;

/**
 * Text and count, for each way to lie. `texts`: how many times likelier weights that differ by each of TIMES give this
 * text; `honestCount`: at most so likely an honest node bills more than the answer has.
 */
export function factorsOf(texts: readonly number[], isOver: boolean, honestCount: number): number[] {
  const count = isOver ? 1 / honestCount : 0;
  return [
    ...TEXT_LIES.map(({ share }, i) => 1 - share + share * texts[i]!),
    ...COUNT_SHARES.map((share) => 1 - share + share * count),
  ];
}
