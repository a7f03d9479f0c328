import type { PriceNow, PriceStep } from '../contract/prices.ts';

/** Facts of the contract with the supplier, from config.yaml. */
export interface Tariff {
  feesEurPerKwh: number;
  vatPct: number;
  exportEurPerKwh: number;
  exportPaidBelowZero: boolean;
  fixedEurPerKwh?: number | undefined;
}

interface Told {
  eurPerKwh: number;
  final: boolean;
  soldEurPerKwh?: number | undefined;
}

/**
 * What a kWh costs and what one fed in earns. Fees and tax come on top of a negative wholesale price too, and a newer solar
 * plant earns nothing while it is negative (EEG § 51); of a price that holds all fees the wholesale price is reckoned back.
 */
export function billed({ eurPerKwh, final, soldEurPerKwh }: Told, tariff: Tariff) {
  const vat = 1 + tariff.vatPct / 100;
  const spot = final ? eurPerKwh / vat - tariff.feesEurPerKwh : eurPerKwh;
  const unpaid = spot < 0 && !tariff.exportPaidBelowZero;
  return {
    priceEurPerKwh: final ? eurPerKwh : (eurPerKwh + tariff.feesEurPerKwh) * vat,
    exportEurPerKwh: soldEurPerKwh ?? (unpaid ? 0 : tariff.exportEurPerKwh),
  };
}

export const stepBilled = (step: PriceStep, final: boolean, tariff: Tariff) => billed({ ...step, final }, tariff);
export const nowBilled = ({ value, final, sold }: PriceNow, tariff: Tariff) =>
  billed({ eurPerKwh: value, final, soldEurPerKwh: sold }, tariff);
