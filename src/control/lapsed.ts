import type { PriceFeed } from '../contract/grid.ts';
import type { Reason } from '../contract/messages.ts';
import { marketFrom, type Tariff } from './grid/tariff.ts';

/** What has come from outside and holds no longer. */
export interface Heard {
  /** Since an energy manager's lease lapsed, ms; undefined where none ever spoke or one still does. */
  emsSilentMs: number | undefined;
  /** Since the time ran out for which nobody was at home, ms; undefined where nobody was away. */
  presenceOutMs: number | undefined;
  feed: PriceFeed | undefined;
  tariff: Tariff;
  timeMs: number;
  /** Somebody else tells a price. */
  hasMarket: boolean;
}

/** What ended longer ago is how the house lives, and no news. */
const TOLD_MS = 86_400_000;

const isNews = (sinceMs: number | undefined) => sinceMs !== undefined && sinceMs >= 0 && sinceMs < TOLD_MS;

/** Which inputs from outside are used no longer, and what counts instead. Zones are told where rooms are weighed. */
export function lapsedReasons({ emsSilentMs, presenceOutMs, feed, tariff, timeMs, hasMarket }: Heard): Reason[] {
  const reasons: Reason[] = [];
  const say = (what: string, code: string, text: string) => reasons.push({ what, code, text });
  if (isNews(emsSilentMs))
    say('ems', 'ems-silent', 'the energy manager is silent: battery, grid and sun count as the board measures them');
  if (isNews(presenceOutMs))
    say('presence', 'presence-out', 'the time away has run out: the house is taken for lived in');
  const endMs = feed && feed.startMs + feed.spotEurPerKwh.length * feed.stepS * 1000;
  if (feed && !marketFrom(feed, tariff, timeMs) && timeMs < endMs! + TOLD_MS)
    say(
      'prices',
      'prices-out',
      hasMarket
        ? 'the price list has no price for now: that of the market is used'
        : 'the price list has no price for now: nothing is bought for filler',
    );
  return reasons;
}
