import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { Dimming } from '../contract/grid.ts';
import { messageOf } from '../core/errors.ts';

/**
 * The record of dimmings that the grid operator may ask for (§ 14a EnWG: kept for two years). One JSON line when a limit
 * comes and one when it goes, in `<home>/dimming.jsonl`, apart from the history so that nothing trims it sooner.
 */
const KEPT_MS = 3 * 366 * 86_400_000;
/** A limit a minute for a day would fill this; a control box sends a few a year. */
const MAX_LINES_PER_START = 5000;

export interface DimmingLog {
  /** Writes in the background; what cannot be written is told. */
  add(line: Dimming): void;
  flush(): Promise<void>;
}

/** Undefined for a line that is damaged. */
function timeOf(line: string): number | undefined {
  try {
    return Dimming.parse(JSON.parse(line)).timeMs;
  } catch {
    return undefined;
  }
}

/**
 * Drops lines older than three years, by the newest of them where the clock runs ahead of it, and lines that are damaged; a
 * missing file is an empty log.
 */
async function prune(file: string, nowMs: number): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').filter(Boolean);
  const newestMs = lines.reduce((newest, line) => Math.max(newest, timeOf(line) ?? newest), Number.NEGATIVE_INFINITY);
  const fromMs = Math.min(nowMs, newestMs) - KEPT_MS;
  const kept = lines.filter((line) => (timeOf(line) ?? Number.NEGATIVE_INFINITY) > fromMs);
  if (kept.length === lines.length) return;
  await writeFile(`${file}.new`, kept.map((line) => `\n${line}`).join(''), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export function openDimmingLog(file: string, nowMs: number, onProblem: (text: string) => void): DimmingLog {
  const told = (error: unknown) => onProblem(`${file} cannot be written: ${messageOf(error)}`);
  let written = 0;
  let last: Promise<void> = prune(file, nowMs).catch(told);
  return {
    add(line) {
      if (++written > MAX_LINES_PER_START) {
        if (written === MAX_LINES_PER_START + 1)
          onProblem(`${file}: too many limits in one run, the rest is not recorded`);
        return;
      }
      // The line's end comes before it: one that was cut off does not spoil the next.
      last = last.then(() => appendFile(file, `\n${JSON.stringify(line)}`, { mode: 0o600, flush: true })).catch(told);
    },
    flush: () => last,
  };
}
