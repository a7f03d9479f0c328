/** The decisions of compute, pure: no clock, no chance, no input or output. Watts, joules, seconds, tokens. */

/** Filler stops while more than this is owed: answers come first on the card as well. */
const FILLER_OWED_S = 1;

/** What is still owed after `dtS` at the watts granted for work. */
export function burn(owedJ: number, workW: number, dtS: number): number {
  return Math.max(0, owedJ - Math.max(0, workW) * Math.max(0, dtS));
}

/** A watt more must speed a card up by at least this part of what a watt has so far, or it is not worth buying. */
const WORTH_BUYING = 0.5;

/**
 * Watts of one card up to which power buys speed: decoding waits for memory, so the last third of the rating buys next to
 * none. The whole rating where nobody has measured the card. `points` in rising order.
 */
export function economicW(tdpW: number, points: readonly { capW: number; tokensPerS: number }[] = []): number {
  let at = points[0];
  if (!at) return tdpW;
  for (const next of points.slice(1)) {
    const perWatt = (next.tokensPerS - at.tokensPerS) / (next.capW - at.capW);
    if (perWatt < (WORTH_BUYING * at.tokensPerS) / at.capW) break;
    at = next;
  }
  return Math.min(tdpW, at.capW);
}

export interface FillerInput {
  /** Granted watts that pay for unpaid work, beside what the cards draw idle. */
  freeW: number;
  /** Granted for work of any kind, likewise. */
  workW: number;
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
  const { freeW, workW, owedJ, jPerToken, cpuMsPerToken, cpuShare, questions } = input;
  if (freeW <= 0) return { tokensPerS: 0, watts: 0, limit: 'unpaid' };
  if (questions > 0 || owedJ > workW * FILLER_OWED_S) return { tokensPerS: 0, watts: 0, limit: 'answers' };
  const byWatts = freeW / jPerToken;
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
  /** What scoring has left of its share: the only processor time that breeding may take beyond what scoring would. */
  spareCpuMs: number;
}

export const FILLER_START: FillerCredit = { tokens: 0, cpuMs: 0, spareCpuMs: 0 };

/** Longest pause that filler may catch up on. */
const CREDIT_S = 0.5;
/** Part of the share that goes to the scoring itself; the rest is for starting and counting it. */
const SCORING_PART = 0.95;

/** Grows with time; negative after a long line, and then nothing is scored until it is positive again. */
export function accrue(credit: FillerCredit, pace: FillerPace, cpuShare: number, dtS: number): FillerCredit {
  const cpuMsPerS = cpuShare * 1000 * SCORING_PART;
  const fullMs = cpuMsPerS * CREDIT_S;
  const grownMs = credit.cpuMs + cpuMsPerS * dtS;
  const cpuMs = Math.min(grownMs, fullMs);
  const spareCpuMs = Math.min(credit.spareCpuMs + grownMs - cpuMs, fullMs);
  if (pace.tokensPerS === 0) return { tokens: Math.min(0, credit.tokens), cpuMs, spareCpuMs };
  const tokens = Math.min(credit.tokens + pace.tokensPerS * dtS, pace.tokensPerS * CREDIT_S);
  return { tokens, cpuMs, spareCpuMs };
}

export const mayScore = ({ tokens, cpuMs }: FillerCredit): boolean => tokens > 0 && cpuMs > 0;

export const mayBreed = ({ spareCpuMs }: FillerCredit): boolean => spareCpuMs > 0;

/** What a slice of filler took. Tokens are those that a model computed. */
export interface Spent {
  tokens: number;
  cpuMs: number;
  /** Whose they are; left out of a child that has no name yet. */
  expert?: string;
}

export const afterScoring = (credit: FillerCredit, { tokens, cpuMs }: Spent): FillerCredit => ({
  ...credit,
  tokens: credit.tokens - tokens,
  cpuMs: credit.cpuMs - cpuMs,
});

/**
 * A token bred takes about twice the processor time of one that is scored. So that the watts are held all the same, it pays what scoring
 * would have taken (`cpuMsPerToken`, measured) as scoring does, and the rest of what scoring left.
 */
export function afterBreeding(credit: FillerCredit, { tokens, cpuMs }: Spent, cpuMsPerToken: number): FillerCredit {
  const asScoredMs = Math.min(cpuMs, tokens * cpuMsPerToken);
  const { spareCpuMs, ...paid } = afterScoring(credit, { tokens, cpuMs: asScoredMs });
  return { ...paid, spareCpuMs: spareCpuMs - (cpuMs - asScoredMs) };
}
