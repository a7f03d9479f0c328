import type { Market, Reason } from '../../contract/messages.ts';
import type { NOTES, Price, PriceFeed, PriceNow, PricesAhead } from '../../contract/prices.ts';
import { nowBilled, stepBilled, type Tariff } from '../../core/tariff.ts';

/** The one price that holds and those that are known ahead, out of all that is told. Pure; house time in UTC milliseconds. */
export interface PriceSlot {
  startMs: number;
  endMs: number;
  priceEurPerKwh: number;
  exportEurPerKwh: number;
}

/** A list with fees and tax, reckoned once when it comes. */
export interface PriceList {
  endMs: number;
  notes: PriceFeed['notes'];
  /** What it knows from then on: the same object until a slot ends, because it is asked for in each tick. */
  from(timeMs: number): Known;
}

interface Known {
  /** From the first that has not ended on. */
  slots: readonly PriceSlot[];
  /** End of the last of them that follows without a gap; 0 without any. */
  untilMs: number;
}

export interface Told {
  /** While it holds; its age and what is left of it in house time. */
  now: { told: PriceNow; ageMs: number; leftMs: number } | undefined;
  /** What was told for now has run out of late. */
  nowRanOut: boolean;
  list: PriceList | undefined;
  /** While its lease lives. */
  simulated: Market | undefined;
}

/** Who tells it stands beside it; a market without it is simulated. */
export type HeldPrice = Market & Partial<Pick<Price, 'source' | 'knownUntilMs'>>;

export interface Prices {
  market: HeldPrice | undefined;
  /** From the slot that holds now on, in order; gaps stay gaps. */
  ahead: readonly PriceSlot[];
  reasons: Reason[];
}

export function listOf(feed: PriceFeed, tariff: Tariff): PriceList {
  const slots = feed.steps.map((step): PriceSlot => {
    const { startMs, endMs } = step;
    return { startMs, endMs, ...stepBilled(step, feed.final, tariff) };
  });
  const lastMs = slots.at(-1)!.endMs;
  let known: Known = { slots: [], untilMs: 0 };
  let [holdsFromMs, holdsToMs] = [Number.NaN, Number.NaN];
  return {
    endMs: lastMs,
    notes: feed.notes,
    from(timeMs) {
      if (timeMs >= holdsFromMs && timeMs < holdsToMs) return known;
      const at = slots.findIndex((s) => s.endMs > timeMs);
      const rest = at < 0 ? [] : slots.slice(at);
      known = { slots: rest, untilMs: unbrokenUntilMs(rest) };
      holdsFromMs = at < 0 ? lastMs : (slots[at - 1]?.endMs ?? Number.NEGATIVE_INFINITY);
      holdsToMs = rest[0]?.endMs ?? Number.POSITIVE_INFINITY;
      return known;
    },
  };
}

/** What ended longer ago is no news. */
const TOLD_MS = 86_400_000;

const NOTE_TEXT: Record<(typeof NOTES)[number], string> = {
  unsorted: 'the price list was not in order of time: it has been sorted',
  twice: 'the price list names a time twice: the later entry counts',
  overlapping: 'prices of the list overlap: each ends where the next begins',
  gaps: 'the price list has gaps: in them no price of the list holds',
};

/** End of the last slot that follows without a gap; 0 without slots. */
function unbrokenUntilMs(slots: readonly PriceSlot[]): number {
  let untilMs = slots[0]?.endMs ?? 0;
  for (const { startMs, endMs } of slots) {
    if (startMs > untilMs) break;
    untilMs = Math.max(untilMs, endMs);
  }
  return untilMs;
}

/** The price told for now stands before the list, for as long as it holds. */
function withNow(slots: readonly PriceSlot[], first: PriceSlot): PriceSlot[] {
  const at = slots.findIndex((s) => s.endMs > first.endMs);
  if (at < 0) return [first];
  const next = slots[at]!;
  const cut = next.startMs < first.endMs ? { ...next, startMs: first.endMs } : next;
  return [first, cut, ...slots.slice(at + 1)];
}

function ofOthers(told: Told, tariff: Tariff, timeMs: number | undefined): HeldPrice | undefined {
  if (tariff.fixedEurPerKwh !== undefined) {
    const { fixedEurPerKwh: priceEurPerKwh, exportEurPerKwh } = tariff;
    const modelled = { modelled: false, source: 'config', knownUntilMs: null } as const;
    return { timeMs: timeMs ?? 0, priceEurPerKwh, exportEurPerKwh, ...modelled };
  }
  return told.simulated && { ...told.simulated, source: 'simulated', knownUntilMs: null };
}

const INSTEAD = {
  config: 'the fixed price of config.yaml is used',
  simulated: 'that of the simulated market is used',
  list: 'that of the price list is used',
  none: 'nothing is bought for unpaid computing',
} as const;

function reasonsOf(told: Told, timeMs: number | undefined, held: HeldPrice | undefined): Reason[] {
  const reasons: Reason[] = [];
  const say = (code: string, text: string) => reasons.push({ what: 'prices', code, text });
  const source = held?.source ?? 'none';
  const instead = source === 'now' ? undefined : INSTEAD[source];
  const { list } = told;
  if (told.nowRanOut && instead) say('price-now-out', `the price told for now has run out: ${instead}`);
  if (!list) return reasons;
  if (timeMs === undefined) {
    if (instead) say('prices-no-time', `the time is not known, so no price of the list can be found: ${instead}`);
    return reasons;
  }
  const { endMs } = list;
  if (timeMs - endMs >= TOLD_MS) return reasons;
  if (source !== 'list' && instead) say('prices-out', `the price list has no price for now: ${instead}`);
  if (timeMs < endMs) for (const note of list.notes) say(`prices-${note}`, NOTE_TEXT[note]);
  return reasons;
}

/** What is told for now goes before the list, the list before the fixed price of config.yaml, that before the simulated market. */
export function pricesOf(told: Told, tariff: Tariff, timeMs: number | undefined): Prices {
  const { list } = told;
  const known = timeMs === undefined ? undefined : list?.from(timeMs);
  const listed = known?.slots ?? [];
  const first = listed[0] && timeMs !== undefined && listed[0].startMs <= timeMs ? listed[0] : undefined;
  // A slot of the list that has begun since is newer than what was told for now.
  const isOld = told.now && first && timeMs !== undefined && timeMs - told.now.ageMs < first.startMs;
  const now = isOld ? undefined : told.now;
  const held = (slot: PriceSlot, untilMs: number, source: 'now' | 'list'): HeldPrice => ({
    timeMs: timeMs ?? 0,
    priceEurPerKwh: slot.priceEurPerKwh,
    exportEurPerKwh: slot.exportEurPerKwh,
    modelled: false,
    source,
    knownUntilMs: timeMs === undefined ? null : untilMs,
  });
  let ahead: readonly PriceSlot[] = listed;
  let market: HeldPrice | undefined;
  if (now) {
    const startMs = timeMs ?? 0;
    const untilMs = Math.min(
      startMs + now.leftMs,
      first ? first.endMs : (listed[0]?.startMs ?? Number.POSITIVE_INFINITY),
    );
    const slot = { startMs, endMs: untilMs, ...nowBilled(now.told, tariff) };
    ahead = timeMs === undefined ? [] : withNow(listed, slot);
    market = held(slot, unbrokenUntilMs(ahead), 'now');
  } else if (first) market = held(first, known!.untilMs, 'list');
  else market = ofOthers(told, tariff, timeMs);
  return { market, ahead, reasons: reasonsOf(told, timeMs, market) };
}

export const priceView = (held: HeldPrice | undefined, computeFromMs: number | undefined): Price | null =>
  held
    ? {
        priceEurPerKwh: held.priceEurPerKwh,
        exportEurPerKwh: held.exportEurPerKwh,
        source: held.source ?? 'simulated',
        modelled: held.modelled,
        knownUntilMs: held.knownUntilMs ?? null,
        ...(computeFromMs !== undefined && { computeFromMs }),
      }
    : null;

/** What is told to others: the same until another slot begins. */
export function aheadView({ market, ahead }: Prices): PricesAhead {
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    source: ahead.length === 0 ? null : (market?.source ?? 'list'),
    knownUntil: market?.knownUntilMs != null ? iso(market.knownUntilMs) : null,
    prices: ahead.map((s) => ({
      time: iso(s.startMs),
      end: iso(s.endMs),
      value: s.priceEurPerKwh,
      sold: s.exportEurPerKwh,
    })),
  };
}
