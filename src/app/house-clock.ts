import { minuteOfDay } from '../control/comfort/time.ts';
import { Config, loadConfig } from '../core/config.ts';
import { HeatmineError } from '../core/errors.ts';
import { dayOf } from '../core/house-day.ts';
import type { Paths } from '../core/paths.ts';

const MIN_MS = 60_000;
const DAY_MIN = 1440;

/** "2025-01-15 14:05 CET": what the clock of the house says, and in which zone. */
export const houseMinute = (ms: number, timeZone: string): string =>
  `${dayOf(ms, timeZone)} ${clockTime(ms, timeZone, {})}`;

/** "2025-01-15 14:05:09 CET". */
export const houseSecond = (ms: number, timeZone: string): string =>
  `${dayOf(ms, timeZone)} ${clockTime(ms, timeZone, { second: '2-digit' })}`;

/** "Thu 14:05 CET". */
export const houseWeekday = (ms: number, timeZone: string): string => clockTime(ms, timeZone, { weekday: 'short' });

const clockTime = (ms: number, timeZone: string, more: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' },
    ...more,
  }).format(ms);

/** In which zone people of this home are told a time; that of the defaults where its configuration is refused. */
export function zoneOf({ home }: Paths): string {
  try {
    return loadConfig(home).house.comfort.timeZone;
  } catch (error) {
    if (error instanceof HeatmineError) return Config.parse({}).house.comfort.timeZone;
    throw error;
  }
}

/** Start of the last minute that has this time of day in the zone; `minute` counts from midnight. */
export function lastTimeOfDay(minute: number, nowMs: number, timeZone: string): number {
  const ago = (minuteOfDay(nowMs, timeZone) - minute + DAY_MIN) % DAY_MIN;
  const found = Math.floor(nowMs / MIN_MS - ago) * MIN_MS;
  // An hour off where the clock was put back or forward since.
  const off = minuteOfDay(found, timeZone) - minute;
  const moved = found - (((off + DAY_MIN * 1.5) % DAY_MIN) - DAY_MIN / 2) * MIN_MS;
  return moved > nowMs ? lastTimeOfDay(minute, nowMs - DAY_MIN * MIN_MS, timeZone) : moved;
}

/** The moment at which the clock of the zone shows `utcMs` as if it were UTC. */
export function fromLocal(utcMs: number, timeZone: string): number {
  const offMs = (ms: number) => {
    const off = minuteOfDay(ms, timeZone) - (Math.floor(ms / MIN_MS) % DAY_MIN);
    return (((off + DAY_MIN * 1.5) % DAY_MIN) - DAY_MIN / 2) * MIN_MS;
  };
  return utcMs - offMs(utcMs - offMs(utcMs));
}
