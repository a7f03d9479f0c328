import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until so many bytes may pass. All who share one share its rate. */
export type Pace = (bytes: number) => Promise<void>;

/** What may pass at once after a pause, and the shortest wait worth a timer. */
const BURST_S = 1;
const LEAST_MS = 5;

export function createPace(bytesPerS: number): Pace {
  let freeAtMs = performance.now() - BURST_S * 1000;
  return async (bytes) => {
    const nowMs = performance.now();
    freeAtMs = Math.max(freeAtMs, nowMs - BURST_S * 1000) + (bytes / bytesPerS) * 1000;
    if (freeAtMs - nowMs > LEAST_MS) await sleep(freeAtMs - nowMs);
  };
}
