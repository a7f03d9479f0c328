import type { Ems, PriceFeed } from '../contract/grid.ts';
import type { ComputeWant, Market, SetPoints } from '../contract/messages.ts';
import { holdLease } from '../core/lease.ts';
import type { Link } from '../core/link.ts';
import { marketFrom, type Tariff } from './grid/tariff.ts';
import { applySet } from './setpoints.ts';
import type { StepInput } from './types.ts';

/** More changes than this in a second are not a person's. */
const SETS_PER_S = 10;

export interface Wishes {
  current(nowMs: number): Pick<StepInput, 'setPoints' | 'market' | 'want' | 'ems'>;
  /** House time for people: that of the market, moved on since it came; wall time without one. */
  houseTimeMs(nowMs: number, wallMs: number): number;
}

/** What people, the market and compute want of control, as far as their leases live. Without a broker: the stored wishes. */
export function listenForWishes(options: {
  link: Pick<Link, 'on'>;
  start: SetPoints;
  speed: number;
  tariff: Tariff;
  monoMs(): number;
  wallMs(): number;
  onChange(setPoints: SetPoints, by: string): void;
  onRefused(why: string): void;
}): Wishes {
  const { link, monoMs, wallMs, speed, tariff } = options;
  const market = holdLease<Market | undefined>(undefined);
  const want = holdLease<ComputeWant | undefined>(undefined);
  const ems = holdLease<Ems | undefined>(undefined);
  let feed: PriceFeed | undefined;
  let setPoints = options.start;
  let marketAtMs = 0;
  let windowMs = Number.NEGATIVE_INFINITY;
  let sets = 0;

  link.on('market', (lease) => {
    if (market.offer(lease, monoMs())) marketAtMs = monoMs() - lease.ageMs;
  });
  link.on('want', (lease) => void want.offer(lease, monoMs()));
  link.on('ems', (lease) => void ems.offer(lease, monoMs()));
  link.on('prices', (list) => {
    feed = list;
  });
  link.on('set', (command) => {
    const nowMs = monoMs();
    if (nowMs - windowMs > 1000) {
      windowMs = nowMs;
      sets = 0;
    }
    sets += 1;
    if (sets === SETS_PER_S + 1) options.onRefused(`more than ${SETS_PER_S} changes in a second: the rest is ignored`);
    if (sets > SETS_PER_S) return;
    const outcome = applySet(setPoints, command);
    if ('refused' in outcome) return options.onRefused(outcome.refused);
    setPoints = outcome.setPoints;
    options.onChange(setPoints, command.by);
  });

  function houseTimeMs(nowMs: number, wallNowMs: number): number {
    const last = market.get(nowMs);
    return last ? last.timeMs + (nowMs - marketAtMs) * speed : wallNowMs;
  }
  return {
    houseTimeMs,
    current: (nowMs) => ({
      setPoints,
      // The owner's own price list goes before what the simulated market says.
      market: (feed && marketFrom(feed, tariff, houseTimeMs(nowMs, wallMs()))) ?? market.get(nowMs),
      want: want.get(nowMs),
      ems: ems.get(nowMs),
    }),
  };
}
