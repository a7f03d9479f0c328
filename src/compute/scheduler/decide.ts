/**
 * Who is answered now, who waits for watts that are free, who is answered elsewhere, who is refused. Pure: no clock, no
 * chance. Standard questions run on whatever control grants and never wait here; economy ones are the paid batch: they run
 * on watts that would be free or turned into heat anyway, before any filler and behind every standard question, and are told
 * at the latest in time to go elsewhere. Watts, joules, seconds; prices in EUR per million tokens.
 */
export type Tier = 'standard' | 'economy';

/** From the arrival of a question to the end of its answer, where the asker does not say. */
export const STANDARD_DEADLINE_S = 120;
/** Answers that may wait; one more standard question is not taken. */
export const MAX_QUEUED = 64;
/** Work owed to the card, in seconds at the granted watts, beyond which no question is taken. */
export const MAX_OWED_S = 300;
/** Economy starts only while the card has no more than this to do. */
const ECONOMY_OWED_S = 1;
/** However fast answers are here, going elsewhere takes this long, or being told why not: verdicts come five times a second. */
const GO_BEFORE_S = 1;
/** What waiting is worth to the asker: half the list price, as others' slow tiers cost. */
export const ECONOMY_PRICE = 0.5;
const NO_POWER_RETRY_S = 30;
/** The sun may be back by then. */
const ECONOMY_RETRY_S = 900;

export interface Asking {
  id: number;
  tier: Tier;
  waitedS: number;
  /** From its arrival to the end of its answer. */
  deadlineS: number;
  /** Until its expert could answer. */
  loadS: number;
  listEurPerMtoken: number;
  /** There is somewhere else to answer it. */
  forwardable: boolean;
}

export interface Supply {
  grantW: number;
  /** Part of the grant that pays even unpaid (sun, or heat that a resistor would make anyway), beside what the cards draw idle. */
  freeW: number;
  grantText: string;
  /** Computed here, not yet burnt by the card. */
  owedJ: number;
  /** Admitted and not done. */
  active: number;
  /** Standard ones, at the door or being answered. */
  questions: number;
  /** Answers at once. */
  width: number;
  /** Recent mean of one answer here. */
  answerS: number;
}

export type Obstacle = { code: 'NO_POWER' | 'BUSY'; retryAfterS: number; reason: string };
export type Verdict =
  | { do: 'admit'; eurPerMtoken: number; reason: string }
  | { do: 'defer'; reason: string }
  | { do: 'forward'; reason: string }
  | ({ do: 'refuse' } & Obstacle);

/** What keeps one more standard question from being answered at all; undefined when nothing does. */
export function obstacle({ grantW, grantText, owedJ, active, answerS }: Supply): Obstacle | undefined {
  if (grantW <= 0) {
    return { code: 'NO_POWER', reason: `no watts are granted now: ${grantText}`, retryAfterS: NO_POWER_RETRY_S };
  }
  if (active >= MAX_QUEUED) {
    const retryAfterS = Math.max(1, Math.ceil((active * answerS) / 2));
    return { code: 'BUSY', reason: `${active} questions are waiting already`, retryAfterS };
  }
  const owedS = owedJ / grantW;
  if (owedS <= MAX_OWED_S) return undefined;
  const reason = `the card has work for ${Math.round(owedS)} s at the granted ${Math.round(grantW)} W`;
  return { code: 'BUSY', reason, retryAfterS: Math.ceil(owedS - MAX_OWED_S) };
}

/** Seconds left for waiting: what would be too late if it began after them. */
const slackS = (a: Asking, answerS: number): number => a.deadlineS - a.waitedS - a.loadS - answerS;

/** What cannot be answered here is answered elsewhere where there is an elsewhere. */
function away(a: Asking, found: Obstacle): Verdict {
  return a.forwardable ? { do: 'forward', reason: found.reason } : { do: 'refuse', ...found };
}

function standard(a: Asking, supply: Supply): Verdict {
  const found = obstacle(supply);
  if (found) return away(a, found);
  const { active, width, answerS } = supply;
  const aheadS = Math.floor(active / width) * answerS;
  if (slackS(a, answerS) < aheadS) {
    const needS = Math.ceil(aheadS + a.loadS + answerS);
    const reason = `an answer takes about ${needS} s now, later than asked for`;
    return away(a, { code: 'BUSY', reason, retryAfterS: Math.max(1, Math.ceil(aheadS)) });
  }
  return {
    do: 'admit',
    eurPerMtoken: a.listEurPerMtoken,
    reason: `answered with ${Math.round(supply.grantW)} W granted`,
  };
}

/** Why an economy answer neither begins nor goes on; one that has begun keeps its seat. */
export function givesWay({ freeW, questions, grantText }: Pick<Supply, 'freeW' | 'questions' | 'grantText'>) {
  if (freeW <= 0) return `no watts are free now: ${grantText}`;
  return questions > 0 ? 'questions come first' : undefined;
}

function economy(a: Asking, supply: Supply): Verdict {
  const { owedJ, answerS, freeW } = supply;
  const why = givesWay(supply) ?? (supply.active >= supply.width ? 'others are being answered' : undefined);
  if (why === undefined && owedJ <= freeW * ECONOMY_OWED_S) {
    const eurPerMtoken = a.listEurPerMtoken * ECONOMY_PRICE;
    return { do: 'admit', eurPerMtoken, reason: `${Math.round(freeW)} W are free for it` };
  }
  const reason = why ?? 'the card still works on others';
  if (slackS(a, Math.max(answerS, GO_BEFORE_S)) > 0) return { do: 'defer', reason };
  const late = `${reason}, and its time is up`;
  return away(a, { code: freeW <= 0 ? 'NO_POWER' : 'BUSY', reason: late, retryAfterS: ECONOMY_RETRY_S });
}

/** A verdict for each, by id. Standard before economy, and within them whoever has the least time left. */
export function decide(supply: Supply, asking: readonly Asking[]): Map<number, Verdict> {
  const verdicts = new Map<number, Verdict>();
  // As it is after the verdicts so far.
  const now = { ...supply };
  const order = asking.map((a) => ({ a, leftS: slackS(a, supply.answerS) + (a.tier === 'standard' ? 0 : 1e9) }));
  order.sort((x, y) => x.leftS - y.leftS);
  for (const { a } of order) {
    const verdict = (a.tier === 'standard' ? standard : economy)(a, now);
    if (verdict.do === 'admit') now.active++;
    if (verdict.do === 'admit' && a.tier === 'standard') now.questions++;
    verdicts.set(a.id, verdict);
  }
  return verdicts;
}

export interface WantInput {
  /** Standard questions at the door or being answered. */
  questions: number;
  /** Owed to the card for standard answers, and for all. */
  soldJ: number;
  owedJ: number;
  /** Economy questions that wait or are being answered. */
  economy: number;
  /** All cards at full power. */
  cardsW: number;
  /** All cards at the watts beyond which power buys hardly any speed. */
  economicW: number;
  fillerTokensPerS: number;
  jPerToken: number;
  /** Of the owner's command, while it has one. */
  commandW: number;
  incomeEurPerKwh: number;
}

/** Sold work for longer than this at the economic watts is worth the rest of the cards' power as well. */
const PRESSING_S = 60;

/** Watts that compute could use, and what they would earn. Only standard answers bid for bought power. */
export function want(input: WantInput) {
  const { questions, soldJ, owedJ, economy, cardsW, fillerTokensPerS, jPerToken, commandW, incomeEurPerKwh } = input;
  if (questions > 0 || soldJ > 0) {
    const pressing = soldJ > input.economicW * PRESSING_S;
    return { wantW: pressing ? cardsW : input.economicW, incomeEurPerKwh };
  }
  if (economy > 0 || owedJ > 0) return { wantW: cardsW, incomeEurPerKwh: 0 };
  return { wantW: Math.min(cardsW, fillerTokensPerS * jPerToken + commandW), incomeEurPerKwh: 0 };
}
