import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until so many bytes may pass. All who share one share its rate: each `origin` (a relay, or an address prefix) in its turn, and
 * those of one in the order of asking. `signal`: whoever gives up waits no longer and takes nothing of the rate. Never throws.
 */
export type Pace = (bytes: number, signal?: AbortSignal, origin?: string) => Promise<void>;

export interface Paced {
  pace: Pace;
  /** How long what comes now would wait, ms. */
  behindMs(): number;
}

/** The shortest wait worth a timer. */
const LEAST_MS = 5;

interface Waiting {
  bytes: number;
  go(): void;
}

export const createPace = (bytesPerS: number): Pace => paced(bytesPerS, 1).pace;

/** After a pause so many seconds' worth may pass at once. */
export function paced(bytesPerS: number, burstS: number): Paced {
  /** Whose turn is next stands first. */
  const queues = new Map<string, Set<Waiting>>();
  let freeAtMs = performance.now() - burstS * 1000;
  let isServing = false;
  const pass = (bytes: number) => {
    freeAtMs = Math.max(freeAtMs, performance.now() - burstS * 1000) + (bytes / bytesPerS) * 1000;
  };
  let waiting = 0;
  const waitMs = () => freeAtMs - performance.now();
  const serve = async () => {
    isServing = true;
    while (queues.size > 0) {
      const ms = waitMs();
      if (ms > LEAST_MS) {
        await sleep(ms);
        continue;
      }
      const [origin, queue] = queues.entries().next().value!;
      const [first] = queue;
      pass(first!.bytes);
      first!.go();
      if (queues.delete(origin)) queues.set(origin, queue);
    }
    isServing = false;
  };
  const pace: Pace = async (bytes, signal, origin = '') => {
    if (signal?.aborted) return;
    if (queues.size === 0 && waitMs() <= LEAST_MS) return pass(bytes);
    await new Promise<void>((resolve) => {
      const queue = queues.get(origin) ?? new Set();
      const one: Waiting = { bytes, go: () => done() };
      const done = () => {
        if (queue.delete(one)) {
          waiting -= bytes;
          if (queue.size === 0) queues.delete(origin);
        }
        signal?.removeEventListener('abort', done);
        resolve();
      };
      signal?.addEventListener('abort', done, { once: true });
      queue.add(one);
      queues.set(origin, queue);
      waiting += bytes;
      if (!isServing) void serve();
    });
  };
  return { pace, behindMs: () => Math.max(0, waitMs()) + (waiting / bytesPerS) * 1000 };
}
