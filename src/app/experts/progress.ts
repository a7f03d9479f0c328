import { PROGRESS_ENV, type Progress } from '../../contract/progress.ts';
import type { OnProgress } from './download.ts';

const PROGRAM_EVERY_MS = 500;
const WIDTH = 24;
const EVERY_MS = 200;

const mb = (bytes: number) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** One line of a progress bar, pure: how much, how fast, how long still. */
export function progressLine(name: string, done: number, total: number | undefined, bytesPerS: number): string {
  const speed = `${mb(bytesPerS)}/s`;
  if (!total) return `${name}  ${mb(done)}  ${speed}`;
  const part = Math.min(1, done / total);
  const full = Math.round(part * WIDTH);
  const leftS = bytesPerS > 0 ? Math.ceil((total - done) / bytesPerS) : 0;
  const left = `${Math.floor(leftS / 60)}:${String(leftS % 60).padStart(2, '0')}`;
  const bar = `[${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}]`;
  return `${name}  ${bar} ${Math.floor(part * 100)} %  ${mb(done)} of ${mb(total)}  ${speed}  ${left} left`;
}

interface Bar {
  on: OnProgress;
  end(): void;
}

/** On a terminal one line that moves; elsewhere a line for every tenth, or what `contract/progress.ts` says. */
export function progressBar(name: string, out: NodeJS.WriteStream = process.stderr): Bar {
  if (process.env[PROGRESS_ENV]) return progressForPrograms(out);
  const startedMs = performance.now();
  let lastMs = 0;
  let firstBytes: number | undefined;
  let tenth = -1;
  return {
    on(done, total) {
      const nowMs = performance.now();
      // What a resumed download had already is no speed.
      firstBytes ??= done;
      const line = progressLine(name, done, total, ((done - firstBytes) / Math.max(1, nowMs - startedMs)) * 1000);
      if (out.isTTY) {
        if (nowMs - lastMs < EVERY_MS && done !== total) return;
        lastMs = nowMs;
        out.write(`\r\x1b[K${line}`);
      } else if (total && Math.floor((done / total) * 10) > tenth) {
        tenth = Math.floor((done / total) * 10);
        out.write(`${line}\n`);
      }
    },
    end: () => void (out.isTTY && out.write('\n')),
  };
}

function progressForPrograms(out: NodeJS.WriteStream): Bar {
  const startedMs = performance.now();
  let lastMs = Number.NEGATIVE_INFINITY;
  let firstBytes: number | undefined;
  return {
    on(done, total) {
      const nowMs = performance.now();
      firstBytes ??= done;
      if (nowMs - lastMs < PROGRAM_EVERY_MS && done !== total) return;
      lastMs = nowMs;
      const bytesPerS = Math.round(((done - firstBytes) / Math.max(1, nowMs - startedMs)) * 1000);
      out.write(`${JSON.stringify({ doneBytes: done, totalBytes: total ?? null, bytesPerS } satisfies Progress)}\n`);
    },
    end() {},
  };
}
