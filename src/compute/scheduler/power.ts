/** The decisions of compute, pure: no clock, no chance, no input or output. Watts, joules, seconds, tokens. */

/** Answers that may wait; one more is refused. */
export const MAX_QUEUED = 64;
/** Work owed to the card, in seconds at the granted watts, beyond which no question is taken. */
export const MAX_OWED_S = 300;
/** Filler stops while more than this is owed: answers come first on the card as well. */
const FILLER_OWED_S = 1;

export interface Demand {
  grantW: number;
  grantText: string;
  /** Computed here, not yet burnt by the card. */
  owedJ: number;
  queued: number;
  /** Recent mean of one answer here. */
  answerS: number;
}

export type Admission =
  | { admitted: true }
  | { admitted: false; code: 'NO_POWER' | 'BUSY'; text: string; retryAfterS: number };

/** May one more question be taken? A refusal says why, and when to come back. */
export function admit({ grantW, grantText, owedJ, queued, answerS }: Demand): Admission {
  if (grantW <= 0) {
    return { admitted: false, code: 'NO_POWER', text: `no watts are granted now: ${grantText}`, retryAfterS: 30 };
  }
  if (queued >= MAX_QUEUED) {
    const retryAfterS = Math.max(1, Math.ceil((queued * answerS) / 2));
    return { admitted: false, code: 'BUSY', text: `${queued} questions are waiting already`, retryAfterS };
  }
  const owedS = owedJ / grantW;
  if (owedS > MAX_OWED_S) {
    const text = `the card has work for ${Math.round(owedS)} s at the granted ${Math.round(grantW)} W`;
    return { admitted: false, code: 'BUSY', text, retryAfterS: Math.ceil(owedS - MAX_OWED_S) };
  }
  return { admitted: true };
}

/** What is still owed after `dtS` at the granted watts. */
export function burn(owedJ: number, grantW: number, dtS: number): number {
  return Math.max(0, owedJ - Math.max(0, grantW) * Math.max(0, dtS));
}

export interface FillerInput {
  /** How many of the granted watts pay for unpaid work. */
  fillerW: number;
  grantW: number;
  owedJ: number;
  jPerToken: number;
  /** Measured here. */
  cpuMsPerToken: number;
  /** Most of one core that filler may take, 0..1. */
  cpuShare: number;
  questions: number;
}

export interface FillerPace {
  tokensPerS: number;
  watts: number;
  /** What holds it back: nothing is paid, an answer is due, the watts paid for, or the share of a core. */
  limit: 'unpaid' | 'answers' | 'watts' | 'cpu';
}

export function fillerPace(input: FillerInput): FillerPace {
  const { grantW, owedJ, jPerToken, cpuMsPerToken, cpuShare, questions } = input;
  const paidW = Math.min(input.fillerW, grantW);
  if (paidW <= 0) return { tokensPerS: 0, watts: 0, limit: 'unpaid' };
  if (questions > 0 || owedJ > grantW * FILLER_OWED_S) return { tokensPerS: 0, watts: 0, limit: 'answers' };
  const byWatts = paidW / jPerToken;
  const byCpu = cpuCapacity(cpuMsPerToken, cpuShare);
  const tokensPerS = Math.min(byWatts, byCpu);
  return { tokensPerS, watts: tokensPerS * jPerToken, limit: byCpu < byWatts ? 'cpu' : 'watts' };
}

/** Tokens per second that a share of one core can make. */
export function cpuCapacity(cpuMsPerToken: number, cpuShare: number): number {
  return cpuMsPerToken > 0 ? (cpuShare * 1000) / cpuMsPerToken : 0;
}

/** What filler may still spend: tokens by the watts that are paid, milliseconds of CPU by its share of a core. */
export interface FillerCredit {
  tokens: number;
  cpuMs: number;
}

/** Longest pause that filler may catch up on. */
const CREDIT_S = 0.5;
/** Part of the share that goes to the scoring itself; the rest is for starting and counting it. */
const SCORING_PART = 0.95;

/** Grows with time; negative after a long line, and then nothing is scored until it is positive again. */
export function accrue(credit: FillerCredit, pace: FillerPace, cpuShare: number, dtS: number): FillerCredit {
  const cpuMsPerS = cpuShare * 1000 * SCORING_PART;
  const cpuMs = Math.min(credit.cpuMs + cpuMsPerS * dtS, cpuMsPerS * CREDIT_S);
  if (pace.tokensPerS === 0) return { tokens: Math.min(0, credit.tokens), cpuMs };
  return { tokens: Math.min(credit.tokens + pace.tokensPerS * dtS, pace.tokensPerS * CREDIT_S), cpuMs };
}

export const mayScore = ({ tokens, cpuMs }: FillerCredit): boolean => tokens > 0 && cpuMs > 0;

export interface WantInput {
  questions: number;
  owedJ: number;
  /** All cards at full power. */
  cardsW: number;
  fillerTokensPerS: number;
  jPerToken: number;
  incomeEurPerKwh: number;
}

/** Watts that compute could use, and what they would earn: only answers are paid. */
export function want({ questions, owedJ, cardsW, fillerTokensPerS, jPerToken, incomeEurPerKwh }: WantInput) {
  const paid = questions > 0 || owedJ > 0;
  const wantW = paid ? cardsW : Math.min(cardsW, fillerTokensPerS * jPerToken);
  return { wantW, incomeEurPerKwh: paid ? incomeEurPerKwh : 0 };
}
