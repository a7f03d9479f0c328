import type { Event } from '../contract/messages.ts';

/** Lines of history of one kind within an hour: more are no news, and would push older faults out of what is kept. */
const PER_HOUR = 30;
const HOUR_MS = 3_600_000;

/** What becomes of an event at this monotonic time: itself, a line that says that the rest is left out, or nothing. Faults always pass. */
export function createQuota(): (event: Event, nowMs: number) => Event | undefined {
  const windows = new Map<string, { fromMs: number; told: number }>();
  return (event, nowMs) => {
    if (event.level === 'fault') return event;
    const window = windows.get(event.code);
    if (!window || nowMs - window.fromMs >= HOUR_MS) {
      windows.set(event.code, { fromMs: nowMs, told: 1 });
      return event;
    }
    window.told++;
    if (window.told < PER_HOUR) return event;
    if (window.told > PER_HOUR) return undefined;
    return { ...event, text: `more of this within an hour than anybody reads: the rest is not told (${event.code})` };
  };
}
