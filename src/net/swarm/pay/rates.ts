import type { ServeConfig } from '../../../core/swarm-config.ts';
import { type PriceInput, priceNow, type Tier } from '../../ledger/price.ts';

/** What the unit knows of its watts at this moment. */
export interface UnitNow {
  /** Surplus sun, or compute whose heat is wanted: watts that cost nothing more. 0 while control is silent. */
  freeW: number;
  /** When free watts are next expected; left out: nobody knows. */
  nextFreeMs?: number;
  joulesPerToken: number;
  /** Left out: the price of electricity is not known. */
  costs?: Pick<PriceInput, 'electricityEurPerKwh' | 'heatUsed' | 'heatValueEurPerKwh' | 'wearEurPerKwh'>;
}

export interface Rate {
  tier: Tier;
  promptUcPerMtok: number;
  answerUcPerMtok: number;
  reason: string;
}

/** A token of the question goes through the card many at a time. */
const PROMPT_SHARE = 0.1;

/** The price of this tier now, or why it must wait. */
export function rateNow(tier: Tier, unit: UnitNow, serve: ServeConfig): Rate | { wait: string } {
  const { minPriceUcPerMtok: minPrice, marginPct, creditsPerEur } = serve;
  if (tier === 'sunshine') return { tier, promptUcPerMtok: 0, answerUcPerMtok: 0, reason: 'free watts' };
  if (!unit.costs) {
    if (tier === 'economy') return { wait: 'economy waits for free watts, and the price of electricity is not known' };
    const reason = 'the price of electricity is not known: the least price holds';
    return { tier, promptUcPerMtok: Math.ceil(minPrice * PROMPT_SHARE), answerUcPerMtok: minPrice, reason };
  }
  const fixed = { tier, marginPct, creditsPerEur, promptShare: PROMPT_SHARE, floorUcPerMtok: minPrice };
  const found = priceNow({ ...unit.costs, ...fixed, joulesPerToken: unit.joulesPerToken });
  if ('wait' in found) return { wait: found.reason.text };
  const { promptUcPerMtok, answerUcPerMtok, reason } = found;
  return { tier, promptUcPerMtok, answerUcPerMtok, reason: reason.text };
}
