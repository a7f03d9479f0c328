/** The last kind of filler, a command of the owner's own: pure. Watts, joules. */
export interface CommandInput {
  /** Granted watts that pay for unpaid work, beside what the cards draw idle. */
  freeW: number;
  /** What scoring takes of them. */
  scoringW: number;
  /** What the command draws. */
  commandW: number;
  /** Questions of any tier that are not merely deferred. */
  active: number;
  owedJ: number;
}

/** It runs only where its watts pay unpaid, after answers, paid batch and scoring; never a part of it on bought power. */
export function commandRuns({ freeW, scoringW, commandW, active, owedJ }: CommandInput): boolean {
  return active === 0 && owedJ <= 0 && scoringW + commandW <= freeW;
}
