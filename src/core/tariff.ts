import type { PriceFeed } from '../contract/grid.ts';
import type { Market } from '../contract/messages.ts';

/** Facts of the contract with the supplier, from config.yaml. */
export interface Tariff {
  feesEurPerKwh: number;
  vatPct: number;
  exportEurPerKwh: number;
  exportPaidBelowZero: boolean;
}

/**
 * Retail and feed-in price at `timeMs` from a wholesale price list: fees and tax come on top of a negative price too, and a
 * newer solar plant earns nothing while the price is negative (EEG § 51). Undefined outside the list: an old price is no price.
 */
export function marketFrom(feed: PriceFeed, tariff: Tariff, timeMs: number): Market | undefined {
  const at = Math.floor((timeMs - feed.startMs) / (feed.stepS * 1000));
  const spot = feed.spotEurPerKwh[at];
  if (spot === undefined) return undefined;
  const unpaid = spot < 0 && !tariff.exportPaidBelowZero;
  return {
    timeMs,
    priceEurPerKwh: (spot + tariff.feesEurPerKwh) * (1 + tariff.vatPct / 100),
    exportEurPerKwh: feed.exportEurPerKwh?.[at] ?? (unpaid ? 0 : tariff.exportEurPerKwh),
    modelled: false,
  };
}
