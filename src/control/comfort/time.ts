/** Times of day as people mean them, from UTC and the name of a time zone; summer time included. Pure. */
const DAY_MIN = 1440;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The last answers: asked ten times a second, and they hold for a minute. */
let last = { minute: Number.NaN, timeZone: '', answer: 0 };

/** Minutes since local midnight, 0..1439. */
export function minuteOfDay(timeMs: number, timeZone: string): number {
  const minute = Math.floor(timeMs / 60_000);
  if (minute === last.minute && timeZone === last.timeZone) return last.answer;
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    formats.set(timeZone, format);
  }
  last = { minute, timeZone, answer: minutesOf(format.format(timeMs)) };
  return last.answer;
}

const dates = new Map<string, Intl.DateTimeFormat>();
let lastDate = { minute: Number.NaN, timeZone: '', answer: 0 };

/** Local date as the number yyyymmdd. */
export function localDate(timeMs: number, timeZone: string): number {
  const minute = Math.floor(timeMs / 60_000);
  if (minute === lastDate.minute && timeZone === lastDate.timeZone) return lastDate.answer;
  let format = dates.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    dates.set(timeZone, format);
  }
  lastDate = { minute, timeZone, answer: Number(format.format(timeMs).replaceAll('-', '')) };
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
