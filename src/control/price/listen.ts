import type { Market } from '../../contract/messages.ts';
import type { PriceNow } from '../../contract/prices.ts';
import { holdLease } from '../../core/lease.ts';
import type { Link } from '../../core/link.ts';
import type { Tariff } from '../../core/tariff.ts';
import { listOf, type PriceList, type Prices, pricesOf } from './prices.ts';

const DAY_MS = 86_400_000;

export interface PriceOptions {
  link: Pick<Link, 'on'>;
  tariff: Tariff;
  speed: number;
  monoMs(): number;
}

/** All that is told of prices, with its age; and the clock of a simulated house, which comes with its market. */
export function listenForPrices({ link, tariff, speed, monoMs }: PriceOptions) {
  const market = holdLease<Market | undefined>(undefined);
  let marketAtMs = 0;
  let list: PriceList | undefined;
  let now: { told: PriceNow; atMs: number } | undefined;
  link.on('market', (lease) => {
    if (market.offer(lease, monoMs())) marketAtMs = monoMs() - lease.ageMs;
  });
  link.on(
    'prices',
    (feed) => {
      list = listOf(feed, tariff);
    },
    () => {
      list = undefined;
    },
  );
  link.on('priceNow', (told) => {
    now = { told, atMs: monoMs() };
  });
  return {
    /** That of the simulated house, moved on since it was told; undefined without one. */
    clockMs(nowMs: number): number | undefined {
      const last = market.get(nowMs);
      return last && last.timeMs + (nowMs - marketAtMs) * speed;
    },
    at(nowMs: number, timeMs: number | undefined): Prices {
      const leftMs = now ? now.atMs + now.told.forMin * 60_000 - nowMs : 0;
      const told =
        now && leftMs > 0 ? { told: now.told, ageMs: (nowMs - now.atMs) * speed, leftMs: leftMs * speed } : undefined;
      const nowRanOut = now !== undefined && leftMs <= 0 && leftMs > -DAY_MS;
      return pricesOf({ now: told, nowRanOut, list, simulated: market.get(nowMs) }, tariff, timeMs);
    },
  };
}
