import type { Sample } from '../types.ts';

/** What one accelerator card tells; undefined where it cannot. */
export interface Card {
  powerW: number | undefined;
  limitW: number | undefined;
  chipC: number | undefined;
  minLimitW: number | undefined;
  maxLimitW: number | undefined;
  /** 0 to 100. */
  utilPct: number | undefined;
  memoryPct: number | undefined;
}

/** Channels that every driver of accelerators has: power of all, hottest chip, mean load, fullest memory, cap of all. */
export const CARD_CHANNELS = [
  { name: 'powerW', direction: 'in' as const },
  { name: 'chipC', direction: 'in' as const },
  { name: 'utilPct', direction: 'in' as const },
  { name: 'memoryPct', direction: 'in' as const },
  { name: 'capW', direction: 'out' as const },
];

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
const mean = (values: number[]) => sum(values) / values.length;
const most = (values: number[]) => Math.max(...values);
const least = (values: number[]) => Math.min(...values);

/** One figure over all cards; undefined where any card does not say. */
function over(cards: readonly Card[], key: keyof Card, fold: (values: number[]) => number): number | undefined {
  const values = cards.map((card) => card[key]).filter((value) => value !== undefined && Number.isFinite(value));
  return cards.length > 0 && values.length === cards.length ? fold(values as number[]) : undefined;
}

export const limitOf = (cards: readonly Card[]) => over(cards, 'limitW', sum);

/** The share of each card, inside what every card accepts: the supply contactor is what turns cards off. */
export function shareW(capW: number, cards: readonly Card[]): number {
  const minW = over(cards, 'minLimitW', most) ?? 0;
  const maxW = over(cards, 'maxLimitW', least) ?? Number.POSITIVE_INFINITY;
  return Math.min(Math.max(Math.floor(capW / cards.length), minW), maxW);
}

export function samplesOf(cards: readonly Card[], atMs: number, hint: string): Record<string, Sample> {
  const figures = {
    powerW: over(cards, 'powerW', sum),
    chipC: over(cards, 'chipC', most),
    utilPct: over(cards, 'utilPct', mean),
    memoryPct: over(cards, 'memoryPct', most),
  };
  const sample = (value: number | undefined): Sample =>
    value === undefined ? { value: Number.NaN, atMs, fault: `a card does not say; ${hint}` } : { value, atMs };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, sample(value)]));
}
