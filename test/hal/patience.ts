import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';

/** A busy machine gives a process its turns late. Limits of tests are therefore kept in time that this process has had. */
const TICK_MS = 5;
const MOST_MS = 10;
let hadMs = 0;
let tickMs = performance.now();
setInterval(() => {
  hadMs = loopMs();
  tickMs = performance.now();
}, TICK_MS).unref();

/** Milliseconds in which the loop of this process was running: a wait for the processor counts as 10 at the most. */
export const loopMs = (): number => hadMs + Math.min(performance.now() - tickMs, MOST_MS);

/** Waits for a condition; fails with `what` once the loop has run for `limitMs` in vain. Gives the loop's milliseconds. */
export async function until(what: string, limitMs: number, condition: () => boolean): Promise<number> {
  const startedMs = loopMs();
  while (!condition()) {
    if (loopMs() - startedMs > limitMs) assert.unreachable(`${what} did not happen within ${limitMs} ms`);
    await sleep(TICK_MS);
  }
  return loopMs() - startedMs;
}

/** A call that a peer in another process may answer too late when the machine is busy: asked again, four times at most. */
export async function again<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; tries < 5; tries++) {
    try {
      return await ask();
    } catch (error) {
      if ((error as { code?: string }).code !== 'BUS_TIMEOUT') throw error;
      await sleep(300 * tries);
    }
  }
  return ask();
}
