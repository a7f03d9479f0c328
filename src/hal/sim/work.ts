import { CARDS } from '../../contract/cards.ts';
import type { ComputeWork } from '../../contract/messages.ts';

/** Work is burnt evenly over about this time, so that power is a steady figure although tokens come in messages. */
const SMOOTH_S = 2;
/** Filler beyond this many seconds at full power is dropped; answers never are. */
const FILLER_LIMIT_S = 5;
/** A first message this young is counted from zero; an older one tells of work that another plant has burnt. */
const FRESH_SEQ = 5;

/** Joules that wait for the simulated accelerator: tokens somebody measured times the published J/token of the card. */
export interface WorkBacklog {
  take(work: ComputeWork): void;
  /** Watts that could be burnt now. */
  availableW(): number;
  burn(joules: number): void;
  waitingJ(): { answerJ: number; fillerJ: number };
}

/** `ratedW`: all cards together. */
export function createBacklog(ratedW: number): WorkBacklog {
  let last: Pick<ComputeWork, 'bootId' | 'seq' | 'answerTokens' | 'fillerTokens'> | undefined;
  let answerJ = 0;
  let fillerJ = 0;
  return {
    take(work) {
      const card = CARDS[work.card];
      const same = last?.bootId === work.bootId;
      if (!card || (same && work.seq <= last!.seq)) return;
      const unseen = !last && work.seq > FRESH_SEQ;
      const from = same ? last! : unseen ? work : { answerTokens: 0, fillerTokens: 0 };
      last = work;
      answerJ += Math.max(0, work.answerTokens - from.answerTokens) * card.jPerToken;
      fillerJ += Math.max(0, work.fillerTokens - from.fillerTokens) * card.jPerToken;
      fillerJ = Math.min(fillerJ, FILLER_LIMIT_S * ratedW);
    },
    availableW: () => (answerJ + fillerJ) / SMOOTH_S,
    burn(joules) {
      const fromAnswers = Math.min(answerJ, joules);
      answerJ -= fromAnswers;
      fillerJ = Math.max(0, fillerJ - (joules - fromAnswers));
    },
    waitingJ: () => ({ answerJ, fillerJ }),
  };
}
