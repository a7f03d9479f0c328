import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';

const startedMs = performance.now();
/** A test that failed may have left a line open, which would keep the guest for ever. */
test.after(() => void setTimeout(() => process.exit(), 2000).unref());

/** A test in a guest: says when it begins, and one that hangs has failed by its name instead of taking all with it. */
export function guestTest(name: string, body: () => Promise<void>, limitS = 45): void {
  test(name, async () => {
    console.log(`${((performance.now() - startedMs) / 1000).toFixed(1)} s: ${name}`);
    const gaveUp = new AbortController();
    const late = sleep(limitS * 1000, undefined, { signal: gaveUp.signal, ref: true }).then(() => {
      throw new Error(`not done within ${limitS} s`);
    });
    try {
      await Promise.race([body(), late.catch((error) => (gaveUp.signal.aborted ? undefined : Promise.reject(error)))]);
    } finally {
      gaveUp.abort();
    }
  });
}
