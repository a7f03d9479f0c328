import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until so many bytes may pass, in the order of asking. All who share one share its rate. `signal`: whoever gives up waits no
 * longer and takes nothing of the rate. Never throws.
 */
export type Pace = (bytes: number, signal?: AbortSignal) => Promise<void>;

/** What may pass at once after a pause, and the shortest wait worth a timer. */
const BURST_S = 1;
const LEAST_MS = 5;

interface Waiting {
  bytes: number;
  go(): void;
}

export function createPace(bytesPerS: number): Pace {
  const queue = new Set<Waiting>();
  let freeAtMs = performance.now() - BURST_S * 1000;
  let isServing = false;
  const pass = (bytes: number) => {
    freeAtMs = Math.max(freeAtMs, performance.now() - BURST_S * 1000) + (bytes / bytesPerS) * 1000;
  };
  const waitMs = () => freeAtMs - performance.now();
  const serve = async () => {
    isServing = true;
    for (let [first] = queue; first; [first] = queue) {
      const ms = waitMs();
      if (ms > LEAST_MS) {
        await sleep(ms);
        continue;
      }
      queue.delete(first);
      pass(first.bytes);
      first.go();
    }
    isServing = false;
  };
  return async (bytes, signal) => {
    if (signal?.aborted) return;
    if (queue.size === 0 && waitMs() <= LEAST_MS) return pass(bytes);
    await new Promise<void>((resolve) => {
      const one: Waiting = { bytes, go: () => done() };
      const done = () => {
        queue.delete(one);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      signal?.addEventListener('abort', done, { once: true });
      queue.add(one);
      if (!isServing) void serve();
    });
  };
}
