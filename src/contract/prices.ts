import { z } from 'zod';

/** Prices of electricity as others send them, and the one price that control makes of them. EUR/kWh, UTC milliseconds. */
const finite = z.number().finite();
const price = finite.min(-10).max(10);
/** Two days and more in quarters of an hour. */
const MOST_STEPS = 400;
const MINUTE_MS = 60_000;
/** Lengths of a step that says itself when it ends: a tariff with day and night has long ones. */
const LONGEST_STEP_MS = 31 * 86_400_000;
const STEPS_S = [900, 1800, 3600] as const;
/** The exchange stops at 5 EUR/kWh; a list with half of its prices above this is in cents, or in EUR/MWh. */
const LIKELY_EUR = 2;

const Step = z.object({
  startMs: finite,
  endMs: finite,
  eurPerKwh: price,
  /** What a kWh fed in earns; left out: the tariff of config.yaml. */
  soldEurPerKwh: price.optional(),
});
export type PriceStep = z.infer<typeof Step>;

export const NOTES = ['unsorted', 'twice', 'overlapping', 'gaps'] as const;

/** A list as it is used: in order, each moment in one step at most. `final`: all that a kWh costs, nothing is added. */
const Tidy = z.object({
  final: z.boolean(),
  steps: z.array(Step).min(1).max(MOST_STEPS),
  /** What had to be mended or is missing. */
  notes: z.array(z.enum(NOTES)),
});
export type PriceFeed = z.infer<typeof Tidy>;

type Entry = Omit<PriceStep, 'endMs'> & { endMs?: number };

/** How long an entry holds that does not say it: the most common distance between two, the shorter of two as common. */
function commonStepMs(sorted: readonly Entry[]): number | undefined {
  if (sorted.length === 1) return 60 * MINUTE_MS;
  const counts = STEPS_S.map((s) => {
    const stepMs = s * 1000;
    return { stepMs, count: sorted.filter((e, i) => i > 0 && e.startMs - sorted[i - 1]!.startMs === stepMs).length };
  });
  const most = Math.max(...counts.map((c) => c.count));
  return most > 0 ? counts.find((c) => c.count === most)!.stepMs : undefined;
}

const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 16)}Z`;

/** Sorts, takes the later one of two for the same time, cuts overlaps at the start of the next. Gaps stay gaps. */
function tidy(entries: readonly Entry[], final: boolean): PriceFeed | string {
  const notes = new Set<PriceFeed['notes'][number]>();
  const byStart = new Map<number, Entry>();
  entries.forEach((entry, i) => {
    if (i > 0 && entry.startMs < entries[i - 1]!.startMs) notes.add('unsorted');
    if (byStart.has(entry.startMs)) notes.add('twice');
    byStart.set(entry.startMs, entry);
  });
  const sorted = [...byStart.values()].sort((a, b) => a.startMs - b.startMs);
  const stepMs = commonStepMs(sorted);
  const steps: PriceStep[] = [];
  for (const [i, entry] of sorted.entries()) {
    const nextMs = sorted[i + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    if (entry.endMs === undefined && stepMs === undefined)
      return 'no two prices are 15, 30 or 60 min apart: give each an `end`';
    const endMs = entry.endMs ?? entry.startMs + stepMs!;
    const lastsMs = endMs - entry.startMs;
    if (!(lastsMs > 0 && lastsMs <= LONGEST_STEP_MS))
      return `the price from ${iso(entry.startMs)} ends at ${iso(endMs)}: it must end after it begins, within 31 days`;
    if (entry.endMs !== undefined && endMs > nextMs) notes.add('overlapping');
    if (endMs < nextMs && nextMs !== Number.POSITIVE_INFINITY) notes.add('gaps');
    steps.push({ ...entry, endMs: Math.min(endMs, nextMs) });
  }
  const middle = steps.map((s) => Math.abs(s.eurPerKwh)).sort((a, b) => a - b)[Math.floor(steps.length / 2)]!;
  if (middle > LIKELY_EUR)
    return `half of the prices are above ${LIKELY_EUR} EUR/kWh: they must be in EUR per kWh, not in cents or per MWh`;
  return { final, steps, notes: NOTES.filter((n) => notes.has(n)) };
}

function tidied(entries: readonly Entry[], final: boolean, context: z.RefinementCtx): PriceFeed {
  const feed = tidy(entries, final);
  if (typeof feed !== 'string') return feed;
  context.addIssue({ code: 'custom', message: feed });
  return z.NEVER;
}

/** Day-ahead prices in even steps. */
const Even = z
  .object({
    startMs: finite,
    stepS: z.literal(STEPS_S),
    /** Wholesale price of each step, without fees and value added tax. */
    spotEurPerKwh: z.array(price).min(1).max(MOST_STEPS),
    exportEurPerKwh: z.array(price).max(MOST_STEPS).optional(),
  })
  .transform(({ startMs, stepS, spotEurPerKwh, exportEurPerKwh }, context) => {
    const entries = spotEurPerKwh.map((eurPerKwh, i): Entry => {
      const sold = exportEurPerKwh?.[i];
      const start = startMs + i * stepS * 1000;
      return {
        startMs: start,
        endMs: start + stepS * 1000,
        eurPerKwh,
        ...(sold !== undefined && { soldEurPerKwh: sold }),
      };
    });
    return tidied(entries, false, context);
  });

const time = z.iso.datetime({
  offset: true,
  error: 'a time as 2026-01-31T18:00:00+01:00: with date, T and the offset of its zone',
});
const Times = z
  .array(z.object({ time, value: price, end: time.optional(), sold: price.optional() }))
  .min(1)
  .max(MOST_STEPS);
const entriesOf = (list: z.infer<typeof Times>): Entry[] =>
  list.map((e) => ({
    startMs: Date.parse(e.time),
    eurPerKwh: e.value,
    ...(e.end !== undefined && { endMs: Date.parse(e.end) }),
    ...(e.sold !== undefined && { soldEurPerKwh: e.sold }),
  }));

/** The form of Home Assistant's price integrations and of evcc: when each price begins, and the price. */
const Bare = Times.transform((list, context) => tidied(entriesOf(list), false, context));
/** The same for a supplier whose prices hold all that a kWh costs. */
const Wrapped = z
  .object({ final: z.boolean().default(false), prices: Times })
  .transform(({ final, prices }, context) => tidied(entriesOf(prices), final, context));
const AsItStands = Tidy.transform(({ steps, final, notes }, context): PriceFeed => {
  const feed = tidied(steps, final, context);
  return { ...feed, notes: NOTES.filter((n) => notes.includes(n) || feed.notes.includes(n)) };
});

/** market/prices, retained; all forms are read as the last. A list takes the place of the one before it. */
export const PriceFeed = z.union([Even, Bare, Wrapped, AsItStands], {
  error(issue) {
    const { errors = [], input } = issue as typeof issue & { errors?: z.core.$ZodIssue[][] };
    const has = (key: string) => typeof input === 'object' && input !== null && key in input;
    const [fault] = errors[Array.isArray(input) ? 1 : has('prices') ? 2 : has('steps') ? 3 : 0] ?? [];
    return fault && [...fault.path, fault.message].join(': ');
  },
});

/** market/now: what a kWh costs from now on, for somebody who knows no more than that. */
export const PriceNow = z.object({
  value: price,
  /** All that a kWh costs; false: a wholesale price, to which fees and tax of config.yaml are added. */
  final: z.boolean().default(true),
  sold: price.optional(),
  /** It counts as unknown after so long. */
  forMin: finite.min(1).max(1440).default(90),
});
export type PriceNow = z.infer<typeof PriceNow>;

/** Who tells the price that holds: `now` (market/now), `list` (market/prices), `config` (tariff.fixedEurPerKwh), the simulated market. */
export const PRICE_SOURCES = ['now', 'list', 'config', 'simulated'] as const;

/** control/state.price: the one price that holds, whoever told it. */
export const Price = z.object({
  priceEurPerKwh: finite,
  exportEurPerKwh: finite,
  source: z.enum(PRICE_SOURCES),
  modelled: z.boolean(),
  /** Until when prices are known without a gap, UTC; null: until another is told. */
  knownUntilMs: finite.nullable(),
  /** When unpaid computing is next expected to pay, as far as prices are known; left out while it pays, or nobody knows. */
  computeFromMs: finite.optional(),
});
export type Price = z.infer<typeof Price>;

/** control/prices, retained: what is known ahead, with fees and tax; empty where nothing is. */
export const PricesAhead = z.object({
  source: z.enum(PRICE_SOURCES).nullable(),
  /** Until when, without a gap; null: nothing is known ahead, or the price holds until another is told. */
  knownUntil: z.iso.datetime().nullable(),
  prices: z
    .array(z.object({ time: z.iso.datetime(), end: z.iso.datetime(), value: finite, sold: finite }))
    .max(MOST_STEPS),
});
export type PricesAhead = z.infer<typeof PricesAhead>;
