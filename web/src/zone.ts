const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;

/** What this browser's clock goes by. */
export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** The house's zone as Intl takes it; undefined, which means this device's own, where an old browser does not know it. */
export function knownZone(timeZone: string | undefined): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }) && timeZone;
  } catch {
    return undefined;
  }
}

/** Whether two zones ever show different clocks in the year after `nowMs`; Berlin and Paris do not. */
export function clocksDiffer(a: string | undefined, b: string | undefined, nowMs: number): boolean {
  const [in1, in2] = [a, b].map(
    (timeZone) => new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'short' }),
  );
  return Array.from({ length: 12 }, (_, month) => nowMs + month * MONTH_MS).some(
    (ms) => in1!.format(ms) !== in2!.format(ms),
  );
}
