import type { Books } from './books.ts';
import { UC_PER_CREDIT } from './price.ts';
import { settledFor } from './voucher.ts';

/** Four things that are never added up: credits are no money until a settlement has paid them out. */
export interface Earnings {
  credits: { earned: number; spent: number; settled: number; answers: number };
  /** Money that settlements really paid out. */
  paidOutEur: number;
  energyKwh: { accelerator: number; sold: number; own: number; filler: number; idle: number };
  electricityEur: number;
  heatValueEur: number;
  /** Electricity of the hours in which the accelerator had nothing to do, by its part of the energy. */
  idleEur: number;
  /** Energy and prices of a simulated house. */
  modelled: boolean;
}

const MILLION = 1_000_000;
const kwh = (milliWh: number) => milliWh / MILLION;

export function earningsOf({ totals: t, channels }: Pick<Books, 'totals' | 'channels'>): Earnings {
  const idleMilliWh = Math.max(0, t.accelMilliWh - t.answersMilliWh - t.fillerMilliWh);
  const settledUc = [...channels.values()].reduce((sum, c) => sum + settledFor(c), t.settledUc);
  return {
    credits: {
      earned: t.earnedUc / UC_PER_CREDIT,
      spent: t.spentUc / UC_PER_CREDIT,
      settled: settledUc / UC_PER_CREDIT,
      answers: t.earnedCount,
    },
    paidOutEur: t.paidMicroEur / MILLION,
    energyKwh: {
      accelerator: kwh(t.accelMilliWh),
      sold: kwh(t.soldMilliWh),
      own: kwh(Math.max(0, t.answersMilliWh - t.soldMilliWh)),
      filler: kwh(t.fillerMilliWh),
      idle: kwh(idleMilliWh),
    },
    electricityEur: t.electricityMicroEur / MILLION,
    heatValueEur: t.heatMicroEur / MILLION,
    idleEur: t.accelMilliWh > 0 ? (t.electricityMicroEur / MILLION) * (idleMilliWh / t.accelMilliWh) : 0,
    modelled: t.modelled === 1,
  };
}
