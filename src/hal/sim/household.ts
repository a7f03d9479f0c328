import { hashShare } from './noise.ts';
import { dayOfYear } from './weather/sun.ts';

const HOUR_MS = 3_600_000;
const SLOT_MS = 360_000;
const STREAM = { appliance: 11, tap: 12 };

/** Bell of a peak around an hour of the day. */
const peak = (hour: number, at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2) / 2);

/** Share of the mean load by hour of the day; the mean over a day is 1 within a percent. Weekends get up later. */
function electricShape(hour: number, weekend: boolean): number {
  const wake = weekend ? 9.5 : 7.2;
  const noon = weekend ? 0.92 : 0.6;
  return 0.5 + 0.67 * peak(hour, wake, 1.2) + noon * peak(hour, 12.6, 1.7) + 1.24 * peak(hour, 19.4, 2.4);
}

const hotWaterShape = (hour: number, weekend: boolean) =>
  0.15 + 4.2 * peak(hour, weekend ? 9 : 6.8, 0.9) + 0.9 * peak(hour, 12.8, 1) + 2.3 * peak(hour, 19.5, 1.5);

/** A third of the electricity is appliances of this power that come and go; the rest is smooth. */
const APPLIANCE_SHARE = 0.33;
const APPLIANCE_W = 1900;
const TAP_LPM = 6;
const HOT_WATER_L_PER_DAY = 120;

export interface Household {
  at(timeMs: number): { householdW: number; hotWaterLpm: number };
}

/**
 * A household of our own making with the habits of German standard profiles: morning, noon and evening peaks, later at
 * weekends, 15 % more in winter; seeded appliances and taps in slots of six minutes. Clock: CET without summer time.
 */
export function createHousehold(seed: number, kwhPerYear: number): Household {
  const meanW = (kwhPerYear * 1000) / 8760;
  return {
    at(timeMs) {
      const localMs = timeMs + HOUR_MS;
      const hour = (localMs / HOUR_MS) % 24;
      const weekday = new Date(localMs).getUTCDay();
      const weekend = weekday === 0 || weekday === 6;
      const season = 1 + 0.15 * Math.cos((2 * Math.PI * (dayOfYear(timeMs) - 10)) / 365.25);
      const wantedW = meanW * season * electricShape(hour, weekend);
      const slot = Math.floor(timeMs / SLOT_MS);
      const chance = (APPLIANCE_SHARE * wantedW) / APPLIANCE_W;
      // Above certainty several run at once.
      const running = Math.floor(chance) + (hashShare(seed, STREAM.appliance, slot) < chance % 1 ? 1 : 0);
      const tapChance = ((HOT_WATER_L_PER_DAY / 1440) * hotWaterShape(hour, weekend)) / TAP_LPM;
      return {
        householdW: (1 - APPLIANCE_SHARE) * wantedW + running * APPLIANCE_W,
        hotWaterLpm: hashShare(seed, STREAM.tap, slot) < tapChance ? TAP_LPM : 0,
      };
    },
  };
}
