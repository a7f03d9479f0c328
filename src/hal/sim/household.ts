import { hashShare } from './noise.ts';
import { createTapping, type TappingProfile } from './tapping.ts';
import { dayOfYear } from './weather/sun.ts';

const HOUR_MS = 3_600_000;
const SLOT_MS = 360_000;
const STREAM = { appliance: 11 };

/** Bell of a peak around an hour of the day. */
const peak = (hour: number, at: number, width: number) => Math.exp(-(((hour - at) / width) ** 2) / 2);

/** Share of the mean load by hour of the day; the mean over a day is 1 within a percent. Weekends get up later. */
function electricShape(hour: number, weekend: boolean): number {
  const wake = weekend ? 9.5 : 7.2;
  const noon = weekend ? 0.92 : 0.6;
  return 0.5 + 0.67 * peak(hour, wake, 1.2) + noon * peak(hour, 12.6, 1.7) + 1.24 * peak(hour, 19.4, 2.4);
}

/** A third of the electricity is appliances of this power that come and go; the rest is smooth. */
const APPLIANCE_SHARE = 0.33;
const APPLIANCE_W = 1900;

export interface Household {
  at(timeMs: number): { householdW: number; hotWaterLpm: number; hotWaterUseC: number };
}

/**
 * A household of our own making with the habits of German standard profiles: morning, noon and evening peaks, later at
 * weekends, 15 % more in winter; seeded appliances in slots of six minutes. Hot water by an EN 16147 profile. Clock: CET without summer time.
 */
export function createHousehold(seed: number, kwhPerYear: number, tapping: TappingProfile): Household {
  const tapped = createTapping(seed, tapping);
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
      return {
        householdW: (1 - APPLIANCE_SHARE) * wantedW + running * APPLIANCE_W,
        ...tapped(localMs),
      };
    },
  };
}
