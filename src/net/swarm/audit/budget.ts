/** Of all tokens that an asker has others compute, and computes itself to audit them. */
const SHARE = 0.02;
/** What may be saved up: a quiet month is not followed by a day of audits. */
const MOST_TOKENS = 20_000;

/** Keeps audits below their share of the tokens, whatever they turn out to cost. */
export interface Budget {
  /** An ordinary answer: what it billed. */
  earn(tokens: number): void;
  /** Whether an audit may begin; what it takes more than was there is owed by the next. */
  may(): boolean;
  spend(tokens: number): void;
}

export function createBudget(): Budget {
  let left = 0;
  return {
    earn(tokens) {
      left = Math.min(MOST_TOKENS, left + (tokens * SHARE) / (1 + SHARE));
    },
    may: () => left > 0,
    spend(tokens) {
      left -= tokens;
    },
  };
}
