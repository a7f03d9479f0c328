import { readFileSync } from 'node:fs';
import type { Figure } from './table.ts';

/** What gives way does so within this. */
const LIMIT_MS = 200;
const GIVE_UP_MS = 5000;
/** An engine that takes no processor time for so long has stopped. */
const QUIET_MS = 500;
/** The kernel counts in hundredths of a second; one may be of what had been begun. */
const TICKS = 1;
const POLL_MS = 2;

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Fields of /proc/PID/stat from the state on: state, parent, group, …; none once it is gone. */
export function statOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return [];
  }
}

/** Processor time of the engine's process below this one, in the kernel's ticks. */
function engineTicks(): number {
  const own = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  const engines = own.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('engine-child'));
  return engines.reduce((sum, pid) => sum + Number(statOf(pid)[11] ?? 0) + Number(statOf(pid)[12] ?? 0), 0);
}

/** Milliseconds until the fact holds, or it is given up. */
export async function until(fact: () => boolean): Promise<number> {
  const startedMs = performance.now();
  while (!fact() && performance.now() - startedMs < GIVE_UP_MS) await sleep(POLL_MS);
  return performance.now() - startedMs;
}

/** Between two slices or answers there is nothing to stop. */
export async function inTheAct(): Promise<void> {
  const before = engineTicks();
  if ((await until(() => engineTicks() > before)) >= GIVE_UP_MS) throw new Error('the engine does nothing');
}

/** Milliseconds to the last processor time that the engine takes. */
export async function engineStops(): Promise<number> {
  const startedMs = performance.now();
  let [lastMs, ticks] = [startedMs, engineTicks()];
  while (performance.now() - lastMs < QUIET_MS && performance.now() - startedMs < GIVE_UP_MS) {
    await sleep(POLL_MS);
    const now = engineTicks();
    if (now > ticks + TICKS) [lastMs, ticks] = [performance.now(), now];
  }
  return lastMs - startedMs;
}

export const figureOf = (figure: string, ms: number[]): Figure => {
  const sorted = [...ms].sort((a, b) => a - b);
  const value = sorted.at(-1) ?? Number.POSITIVE_INFINITY;
  const reference = { name: 'p50', value: sorted[sorted.length >> 1] ?? 0 };
  return { figure, value, unit: 'ms', reference, goal: `<= ${LIMIT_MS} ms`, met: value <= LIMIT_MS };
};
