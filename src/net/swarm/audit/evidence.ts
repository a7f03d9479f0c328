/**
 * When a node is taken for a liar. Each audit multiplies the evidence against it by what its outcome is worth: how much
 * likelier it is from the faintest liar that matters than from an honest node. Where honest nodes keep to HONEST the
 * evidence of one has a mean of 1, so within BLOCK audits it reaches GUILTY with a chance of at most 1 / GUILTY (Ville's
 * inequality). No outcome alone is enough: a verdict takes two, so the chance stays below that while either is rarer
 * than 0.5 % of audits.
 */
export type Outcome =
  /** The answer of an own copy, or one so near that rounding explains it. */
  | 'same'
  /** Further off than rounding goes. */
  | 'near'
  /** Nothing that these weights say. */
  | 'far'
  /** More tokens billed than the answer has. */
  | 'overcounted'
  /** Without an own copy: two others agree against this one, or another with it. */
  | 'outvoted'
  | 'agreed';

const GUILTY = 200;
/** Evidence begins anew after so many audits: old honesty is no purse to lie from. */
const BLOCK = 20;

/** The share of audits in which an honest node comes to this, at most; docs/decisions/0011-finding-liars.md has what was measured. */
const HONEST = { near: 0.001, far: 0.0002, overcounted: 0.0002, outvoted: 0.02 } as const;
const WORTH = { near: 30, far: 100, overcounted: 100, outvoted: 12 } as const;
type Bad = keyof typeof HONEST;

/** What all other outcomes are worth, so that the mean is 1. */
function otherwise(kinds: readonly Bad[]): number {
  const worth = kinds.reduce((sum, kind) => sum + HONEST[kind] * WORTH[kind], 0);
  const share = kinds.reduce((sum, kind) => sum + HONEST[kind], 0);
  return (1 - worth) / (1 - share);
}
const FACTORS: Readonly<Record<Outcome, number>> = {
  ...WORTH,
  same: otherwise(['near', 'far', 'overcounted']),
  agreed: otherwise(['outvoted', 'overcounted']),
};

/** What an asker knows of one node by auditing it. */
export interface Evidence {
  audits: number;
  /** Times likelier a liar than honest. */
  against: number;
}
export const NO_EVIDENCE: Evidence = { audits: 0, against: 1 };

export function weigh(before: Evidence, outcome: Outcome): Evidence {
  const { audits, against } = before.audits >= BLOCK ? NO_EVIDENCE : before;
  return { audits: audits + 1, against: against * FACTORS[outcome] };
}

export const isLiar = ({ against }: Evidence): boolean => against >= GUILTY;

/** Beyond what other kernels, batches and threads make of the same weights. */
const ROUNDING_NATS = 0.27;
const FAR_NATS = 1;

/** One text can be cut into tokens in more than one way, and hidden working may part and meet again. */
export const SPARE = 1.02;
export const SPARE_TOKENS = 1;

export interface Given {
  /** Of the own copy, about the given answer. */
  nats: number;
  ownTokens: number;
  billedTokens: number;
  hidesWorking: boolean;
}

/** What an answer shows beside that of an own copy. */
export function outcomeOf({ nats, ownTokens, billedTokens, hidesWorking }: Given): Outcome {
  if (nats > ROUNDING_NATS) return nats > FAR_NATS ? 'far' : 'near';
  const most = hidesWorking ? ownTokens * SPARE + SPARE_TOKENS : ownTokens;
  // Where rounding made another text its length is its own.
  return nats === 0 && billedTokens > most ? 'overcounted' : 'same';
}

/**
 * A question is worth asking as an audit when its closest call is beyond rounding, yet so near that other weights often
 * decide otherwise.
 */
const TELLING_NATS = [0.3, 0.5] as const;
export const isTelling = (closestNats: number): boolean =>
  closestNats >= TELLING_NATS[0] && closestNats <= TELLING_NATS[1];
