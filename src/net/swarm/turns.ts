import { setTimeout as sleep } from 'node:timers/promises';
import { createLately } from './lately.ts';

/**
 * Waits until so many bytes may pass. All who share one share its rate: first comes the `origin` (a relay, or an address prefix) that was
 * given least lately, and those of one in the order of asking. `signal`: whoever gives up waits no longer and takes nothing of the rate.
 * Never throws.
 */
export type Pace = (bytes: number, signal?: AbortSignal, origin?: string) => Promise<void>;

export interface Paced {
  pace: Pace;
  /** Passes now where nobody waits and the rate allows it; false: it would have to wait. */
  passes(bytes: number, origin?: string): boolean;
  /** How long so many bytes of this origin would wait, if they came now, ms: others go before it as far as they were given less. */
  waitMs(bytes: number, origin?: string): number;
}

/** Of what passes in a second: who had no more lately is no later than one that comes for the first time, or ever new ones would keep it out. */
const LITTLE_S = 0.1;
/** The shortest wait worth a timer. */
const LEAST_MS = 5;

interface Waiting {
  bytes: number;
  go(): void;
}

interface Line {
  all: Set<Waiting>;
  bytes: number;
}

export const createPace = (bytesPerS: number): Pace => paced(bytesPerS, 1).pace;

/** After a pause so many seconds' worth may pass at once. */
export function paced(bytesPerS: number, burstS: number): Paced {
  const lines = new Map<string, Line>();
  const lately = createLately();
  let freeAtMs = performance.now() - burstS * 1000;
  let isServing = false;
  const behindMs = () => freeAtMs - performance.now();
  const pass = (bytes: number, origin: string) => {
    freeAtMs = Math.max(freeAtMs, performance.now() - burstS * 1000) + (bytes / bytesPerS) * 1000;
    lately.add(origin, bytes);
  };
  const serve = async () => {
    isServing = true;
    while (lines.size > 0) {
      const ms = behindMs();
      if (ms > LEAST_MS) {
        await sleep(ms);
        continue;
      }
      const origin = lately.least(lines.keys(), bytesPerS * LITTLE_S)!;
      const line = lines.get(origin)!;
      const [first] = line.all;
      pass(first!.bytes, origin);
      first!.go();
      // Of equal ones the others come first.
      if (lines.delete(origin) && line.all.size > 0) lines.set(origin, line);
    }
    isServing = false;
  };
  const passes = (bytes: number, origin = '') => {
    if (lines.size > 0 || behindMs() > LEAST_MS) return false;
    pass(bytes, origin);
    return true;
  };
  const pace: Pace = async (bytes, signal, origin = '') => {
    if (signal?.aborted || passes(bytes, origin)) return;
    await new Promise<void>((resolve) => {
      const line = lines.get(origin) ?? { all: new Set(), bytes: 0 };
      const one: Waiting = { bytes, go: () => done() };
      const done = () => {
        if (line.all.delete(one)) {
          line.bytes -= bytes;
          if (line.all.size === 0) lines.delete(origin);
        }
        signal?.removeEventListener('abort', done);
        resolve();
      };
      signal?.addEventListener('abort', done, { once: true });
      line.all.add(one);
      line.bytes += bytes;
      lines.set(origin, line);
      if (!isServing) void serve();
    });
  };
  const waitMs = (bytes: number, origin = '') => {
    const until = lately.of(origin) + (lines.get(origin)?.bytes ?? 0) + bytes;
    let before = 0;
    for (const [other, line] of lines)
      before += other === origin ? line.bytes : Math.min(line.bytes, Math.max(0, until - lately.of(other)));
    return Math.max(0, behindMs()) + (before / bytesPerS) * 1000;
  };
  return { pace, passes, waitMs };
}
