/** Times of day as people mean them, from UTC and the name of a time zone; summer time included. Pure. */
const DAY_MIN = 1440;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Zones and their summer times keep to quarters of an hour: an answer for its beginning holds, but for the minutes since. */
const QUARTER_MS = 900_000;
const QUARTER_MIN = 15;

/** The last answers: asked ten times a second. */
let last = { quarter: Number.NaN, timeZone: '', answer: 0 };

/** Minutes since local midnight, 0..1439. */
export function minuteOfDay(timeMs: number, timeZone: string): number {
  const quarter = Math.floor(timeMs / QUARTER_MS);
  if (quarter !== last.quarter || timeZone !== last.timeZone) {
    let format = formats.get(timeZone);
    if (!format) {
      format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
      formats.set(timeZone, format);
    }
    last = { quarter, timeZone, answer: minutesOf(format.format(quarter * QUARTER_MS)) };
  }
  return last.answer + Math.floor(timeMs / 60_000) - QUARTER_MIN * quarter;
}

const dates = new Map<string, Intl.DateTimeFormat>();
let lastDate = { quarter: Number.NaN, timeZone: '', answer: 0 };

/** Local date as the number yyyymmdd. */
export function localDate(timeMs: number, timeZone: string): number {
  const quarter = Math.floor(timeMs / QUARTER_MS);
  if (quarter === lastDate.quarter && timeZone === lastDate.timeZone) return lastDate.answer;
  let format = dates.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    dates.set(timeZone, format);
  }
  lastDate = { quarter, timeZone, answer: Number(format.format(timeMs).replaceAll('-', '')) };
  return lastDate.answer;
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
