/** Days as the people of a house count them: in its time zone, summer time included. */
const DAY_S = 86_400;

/** "2025-01-15". */
export const dayOf = (ms: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone }).format(ms);

function secondOfDay(ms: number, timeZone: string): number {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' }).format(ms);
  const [h, min, s] = clock.split(':').map(Number) as [number, number, number];
  return 3600 * h + 60 * min + s;
}

/** The last local midnight, ms since 1970. */
export function dayStartMs(ms: number, timeZone: string): number {
  const found = Math.floor(ms / 1000) - secondOfDay(ms, timeZone);
  // An hour off where the clock was put back or forward since.
  const off = secondOfDay(found * 1000, timeZone);
  return (found + (off > DAY_S / 2 ? DAY_S - off : -off)) * 1000;
}
