import { HeatmineError } from '../../../core/errors.ts';
import type { Tier } from '../../ledger/price.ts';
import {
  noSunshine,
  POOL_S,
  PREFIX_PART,
  RELAY_PART,
  returnSunshine,
  sunshine,
  takeSunshine,
  type Via,
} from '../../ledger/sunshine.ts';
import type { Request } from '../query.ts';
import { type Rate, rateNow } from './rates.ts';
import { MOST_ANSWER_TOKENS } from './sizes.ts';
import type { TillOptions } from './till.ts';

/** A free answer where the asker names no length: as long as the watts allow, and not below this. */
const LEAST_TOKENS = 256;
/** Of what one relay or prefix may take at once. */
const PART_OF_SHARE = 0.5;
/** Energy of a token of the question, as part of one of the answer. */
const PROMPT_PART = 0.1;

export interface Terms {
  offer(): { price: number; sunshine: boolean };
  /** Throws NOT_OFFERED above the asker's most, NO_POWER where economy has to wait. */
  rateFor(request: Pick<Request, 'expert' | 'maxPrice' | 'tier'>): Rate;
  /** How long a free answer may be now. */
  freeTokens(via: Via): number;
  /** Whether a free answer of this size would be given now. Throws NO_SUNSHINE. */
  look(via: Via, answerTokens: number, promptTokens: number): void;
  /** Holds free energy for one; the answer says what was used of it. Throws NO_SUNSHINE, which says when to ask again. */
  take(via: Via, answerTokens: number, promptTokens: number): (usedJ: number) => void;
  /** What was used in this time at most, and by so many tokens at least, where no meter tells it. */
  guessJ(seconds: number, answerTokens: number, promptTokens: number): number;
}

type Parts = Pick<TillOptions, 'unit' | 'serve' | 'wallMs'>;

/** Prices by what the unit pays now, and free answers by the watts that are free now. */
export function createTerms({ unit, serve, wallMs }: Parts): Terms {
  let state = noSunshine(wallMs());
  const now = () => {
    const { freeW, nextFreeMs } = unit();
    return { nowMs: wallMs(), freeW, ...(nextFreeMs !== undefined && { nextFreeMs }) };
  };
  const joulesOf = (answerTokens: number, promptTokens: number) =>
    unit().joulesPerToken * (answerTokens + PROMPT_PART * promptTokens);
  const tried = (via: Via, joules: number) => {
    const found = takeSunshine(state, now(), { via, joules });
    state = found.ok ? state : found.state;
    if (found.ok) return found;
    const error = new HeatmineError('NO_SUNSHINE', `free questions wait for free watts: ${found.reason}`);
    throw found.waitS === undefined ? error : Object.assign(error, { retryAfterS: Math.ceil(found.waitS) });
  };
  return {
    offer() {
      const rate = rateNow('standard', unit(), serve);
      // Asked for every minute: a pool that nobody looked at would fill by the watts of this moment.
      state = sunshine(state, now());
      return {
        price: 'wait' in rate ? serve.minPriceUcPerMtok : rate.answerUcPerMtok,
        sunshine: state.poolJ > joulesOf(LEAST_TOKENS, 0),
      };
    },
    rateFor({ expert, maxPrice, tier: wanted }) {
      const tier: Tier = maxPrice === 0 ? 'sunshine' : (wanted ?? 'standard');
      const rate = rateNow(tier, unit(), serve);
      if ('wait' in rate) throw new HeatmineError('NO_POWER', rate.wait);
      // What costs nothing is not sold: it comes out of the same budget, whatever was offered.
      if (rate.answerUcPerMtok === 0 && rate.tier !== 'sunshine') return rateNow('sunshine', unit(), serve) as Rate;
      if (rate.answerUcPerMtok > maxPrice) {
        throw new HeatmineError(
          'NOT_OFFERED',
          `${expert} costs ${rate.answerUcPerMtok} here now, ${maxPrice} was offered; ${rate.reason}`,
        );
      }
      return rate;
    },
    freeTokens(via) {
      const { freeW, joulesPerToken } = unit();
      const shareJ = freeW * POOL_S * (via.relay === undefined ? PREFIX_PART : RELAY_PART) * PART_OF_SHARE;
      return Math.max(LEAST_TOKENS, Math.min(MOST_ANSWER_TOKENS, Math.floor(shareJ / Math.max(joulesPerToken, 1e-6))));
    },
    guessJ: (seconds, answerTokens, promptTokens) =>
      Math.max(unit().freeW * seconds, joulesOf(answerTokens, promptTokens)),
    look: (via, answerTokens, promptTokens) => void tried(via, joulesOf(answerTokens, promptTokens)),
    take(via, answerTokens, promptTokens) {
      const joules = joulesOf(answerTokens, promptTokens);
      ({ state } = tried(via, joules));
      let isOver = false;
      return (usedJ) => {
        if (isOver) return;
        isOver = true;
        state = returnSunshine(state, { via, joules: joules - Math.min(joules, usedJ) });
      };
    },
  };
}
