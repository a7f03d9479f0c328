/**
 * Changes from outside, slowed where no person and no sound automation makes them: so many at once, then one at a time, and
 * the last word always counts. What comes each second would wear valves and the memory card and fill the history.
 */
const AT_ONCE = 200;
const THEN_EVERY_MS = 120_000;

interface Pace<T> {
  /** Takes a change; a newer one of the same key replaces one that still waits. True when it has to wait. */
  offer(key: string, change: T, nowMs: number): boolean;
  waits(key: string): boolean;
  /** What is due, oldest first. */
  take(nowMs: number): T[];
}

/** `nowMs` is monotonic. */
function createPace<T>(): Pace<T> {
  const waiting = new Map<string, T>();
  let left = AT_ONCE;
  let filledMs: number | undefined;
  const fill = (nowMs: number) => {
    left = Math.min(AT_ONCE, left + (nowMs - (filledMs ?? nowMs)) / THEN_EVERY_MS);
    filledMs = nowMs;
  };
  return {
    offer(key, change, nowMs) {
      fill(nowMs);
      waiting.delete(key);
      waiting.set(key, change);
      return waiting.size > left;
    },
    waits: (key) => waiting.has(key),
    take(nowMs) {
      if (waiting.size === 0) return [];
      fill(nowMs);
      const due = [...waiting].slice(0, Math.floor(left));
      left -= due.length;
      for (const [key] of due) waiting.delete(key);
      return due.map(([, change]) => change);
    },
  };
}

/** More changes than this in a second are dropped. */
const PER_SECOND = 10;

/** The door of changes: a flood is dropped, what never ends is slowed, and both are told. */
export function createGate(monoMs: () => number, onRefused: (why: string) => void) {
  const pace = createPace<() => void>();
  let windowMs = Number.NEGATIVE_INFINITY;
  let within = 0;
  let slowed = false;
  function applyDue(): void {
    for (const apply of pace.take(monoMs())) apply();
  }
  return {
    applyDue,
    waits: pace.waits,
    opens(): boolean {
      const nowMs = monoMs();
      if (nowMs - windowMs > 1000) {
        windowMs = nowMs;
        within = 0;
      }
      within += 1;
      if (within === PER_SECOND + 1) onRefused(`more than ${PER_SECOND} changes in a second: the rest is ignored`);
      return within <= PER_SECOND;
    },
    paced(key: string, apply: () => void): void {
      const waits = pace.offer(key, apply, monoMs());
      applyDue();
      if (waits && !slowed)
        onRefused('more changes than a person makes: from now on one every 2 min, and the last word counts');
      slowed = waits;
    },
  };
}
