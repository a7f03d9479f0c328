/** Times of day as people mean them, from UTC and the name of a time zone; summer time included. Pure. */
const DAY_MIN = 1440;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Zones and their summer times keep to quarters of an hour. */
const QUARTER_MS = 900_000;

/** Minutes by which the zone is ahead of UTC at the beginning of this quarter of an hour, by the calendar. */
function lookedUpMin(quarter: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit' },
      ...{ day: '2-digit', hour: '2-digit', minute: '2-digit' },
    });
    formats.set(timeZone, format);
  }
  const [year, month, day, hour, minute] = format
    .format(quarter * QUARTER_MS)
    .match(/\d+/g)!
    .map(Number);
  const localMs = Date.UTC(year!, month! - 1, day!, hour!, minute!);
  return (localMs - quarter * QUARTER_MS) / MINUTE_MS;
}

/** The last answers: asked ten times a second, and a calendar is slow. `dayMin`: all day long; null on a day on which it changes. */
let last = { timeZone: '', day: Number.NaN, dayMin: null as number | null, quarter: Number.NaN, quarterMin: 0 };

/** Minutes by which the zone is ahead of UTC. */
function aheadMin(timeMs: number, timeZone: string): number {
  const day = Math.floor(timeMs / DAY_MS);
  if (day !== last.day || timeZone !== last.timeZone) {
    const [from, to] = [day, day + 1].map((d) => lookedUpMin((d * DAY_MS) / QUARTER_MS, timeZone));
    last = { timeZone, day, dayMin: from === to ? from! : null, quarter: Number.NaN, quarterMin: 0 };
  }
  if (last.dayMin !== null) return last.dayMin;
  const quarter = Math.floor(timeMs / QUARTER_MS);
  if (quarter !== last.quarter) last = { ...last, quarter, quarterMin: lookedUpMin(quarter, timeZone) };
  return last.quarterMin;
}

/** Minutes of local time since the beginning of 1970 there. */
const localMin = (timeMs: number, timeZone: string) => Math.floor(timeMs / MINUTE_MS) + aheadMin(timeMs, timeZone);

/** Minutes since local midnight, 0..1439. */
export function minuteOfDay(timeMs: number, timeZone: string): number {
  const minute = localMin(timeMs, timeZone) % DAY_MIN;
  return minute < 0 ? minute + DAY_MIN : minute;
}

/** Local date as the number yyyymmdd. */
export function localDate(timeMs: number, timeZone: string): number {
  const date = new Date(localMin(timeMs, timeZone) * MINUTE_MS);
  return date.getUTCFullYear() * 10_000 + (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
}

/** `"22:30"` -> 1350. */
export const minutesOf = (clock: string): number => 60 * Number(clock.slice(0, 2)) + Number(clock.slice(3, 5));

/** Minutes from `minute` until the clock next shows `to`: 0 at that very minute. */
export const minutesUntil = (minute: number, to: string): number => (minutesOf(to) - minute + DAY_MIN) % DAY_MIN;

/** Is `minute` in the daily span, which may reach over midnight? An empty span (from = to) holds nothing. */
export function inSpan(minute: number, from: string, to: string): boolean {
  const start = minutesOf(from);
  const length = (minutesOf(to) - start + DAY_MIN) % DAY_MIN;
  return (minute - start + DAY_MIN) % DAY_MIN < length;
}
