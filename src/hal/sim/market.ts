import type { Market } from '../../contract/messages.ts';
import type { Config } from '../../core/config.ts';
import { hashShare, smoothNoise } from './noise.ts';
import { dayOfYear } from './weather/sun.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STREAM = { wind: 21, sun: 22, hour: 23, scarce: 24 };

const peak = (hour: number, at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2) / 2);

/**
 * A wholesale day-ahead price shaped like Germany's of 2024: about 8 ct on average, peaks at breakfast and supper, a hole
 * at noon that goes below zero on sunny, windy or idle days, now and then a scarce winter evening. EUR/kWh, hourly.
 */
export function spotEurPerKwh(seed: number, timeMs: number): number {
  const hourMs = Math.floor(timeMs / HOUR_MS) * HOUR_MS;
  const localMs = hourMs + HOUR_MS;
  const hour = (localMs / HOUR_MS) % 24;
  const weekday = new Date(localMs).getUTCDay();
  const summer = -Math.cos((2 * Math.PI * (dayOfYear(hourMs) - 10)) / 365.25);
  const wind = smoothNoise(seed, STREAM.wind, hourMs, 1.8 * DAY_MS);
  const sun = Math.max(0, 0.62 + 0.48 * summer + 0.35 * smoothNoise(seed, STREAM.sun, hourMs, 1.3 * DAY_MS));
  const idle = weekday === 0 ? 1 : weekday === 6 ? 0.5 : 0;
  const calm = Math.max(0, -wind - 0.9) * Math.max(0, 0.3 - summer);
  const scarce = hashShare(seed, STREAM.scarce, Math.floor(localMs / DAY_MS)) < 0.15 ? 3 : 1;
  const cents =
    8.7 -
    3.1 * wind -
    2.2 * idle +
    3.6 * peak(hour, 7.5, 1.5) +
    (5.6 - 0.9 * summer) * peak(hour, 19, 2) -
    2.4 * peak(hour, 3, 2.5) -
    8.6 * sun * peak(hour, 13, 2.3) +
    scarce * 9 * calm * (peak(hour, 8, 1.5) + peak(hour, 18, 2)) +
    1.4 * (hashShare(seed, STREAM.hour, hourMs / HOUR_MS) - 0.5);
  return cents / 100;
}

/**
 * What the household pays and gets: fees and value added tax on top of the hour's wholesale price (fees stay when it is
 * negative); nothing for exported sun while it is negative (EEG § 51, https://www.gesetze-im-internet.de/eeg_2014/__51.html).
 */
export function createMarket(seed: number, tariff: Config['tariff']): { at(timeMs: number): Market } {
  return {
    at(timeMs) {
      const spot = spotEurPerKwh(seed, timeMs);
      return {
        timeMs,
        priceEurPerKwh: (spot + tariff.feesEurPerKwh) * (1 + tariff.vatPct / 100),
        exportEurPerKwh: spot < 0 ? 0 : tariff.exportEurPerKwh,
        modelled: true,
      };
    },
  };
}
