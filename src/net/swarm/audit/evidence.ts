/**
 * When a node is taken for a liar. Each audit multiplies the evidence against it by a factor whose mean is at most 1 for
 * an honest node, so within BLOCK audits the evidence reaches GUILTY with a chance of at most 1 / GUILTY (Ville's
 * inequality). No audit alone is enough: factors end at MOST.
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

/** What one audit came to; `factor`: how many times likelier a liar gives it than an honest node. */
export interface Finding {
  outcome: Outcome;
  factor: number;
}

const GUILTY = 200;
/** Evidence begins anew after so many audits: old honesty is no purse to lie from. */
const BLOCK = 20;
const MOST = 50;

/** What an asker knows of one node by auditing it. */
export interface Evidence {
  audits: number;
  /** Times likelier a liar than honest. */
  against: number;
}
export const NO_EVIDENCE: Evidence = { audits: 0, against: 1 };

export function weigh(before: Evidence, { factor }: Finding): Evidence {
  const { audits, against } = before.audits >= BLOCK ? NO_EVIDENCE : before;
  return { audits: audits + 1, against: against * Math.min(MOST, factor) };
}

export const isLiar = ({ against }: Evidence): boolean => against >= GUILTY;

/** A node that lies does not do so always; the rest of what an alternative may be worth. */
const TEXT_SHARE = 0.5;
const COUNT_SHARE = 0.02;
/** Of the text alone: beyond it MOST would cut anyway. */
const MOST_OF_TEXT = MOST / TEXT_SHARE;

/**
 * Text and count in one factor: a mean of factors whose means are at most 1. `text`: how many times likelier a liar gives
 * this text; `honestCount`: at most so likely an honest node bills more than the answer has.
 */
export function together(text: number, isOver: boolean, honestCount: number): number {
  const count = isOver ? 1 / honestCount : 0;
  return 1 - TEXT_SHARE - COUNT_SHARE + TEXT_SHARE * Math.min(MOST_OF_TEXT, text) + COUNT_SHARE * count;
}
