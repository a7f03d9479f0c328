import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { HeatmineError } from '../../core/errors.ts';

/** Runs `body` as the only one that brings this expert: two would write into one file by turns. @throws HeatmineError BUSY */
export async function alone<T>(modelsDir: string, id: string, body: () => Promise<T>): Promise<T> {
  const file = join(modelsDir, `.${id}.pull`);
  const own = `${file}.${process.pid}`;
  try {
    writeFileSync(own, String(process.pid));
    while (!claim(own, file)) rmSync(file, { force: true });
  } finally {
    rmSync(own, { force: true });
  }
  try {
    return await body();
  } finally {
    rmSync(file, { force: true });
  }
}

/** False where whoever held it is gone. With its number in it from the first moment on: a link is made at once. */
function claim(own: string, file: string): boolean {
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const pid = holderOf(file);
  if (pid === undefined) return false;
  throw new HeatmineError('BUSY', `this expert is being brought already, by process ${pid}`);
}

/** Numbers are given out again after a start of the machine. */
function holderOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (statSync(file).mtimeMs < Date.now() - uptime() * 1000) return undefined;
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? Number(readFileSync(file, 'utf8')) : undefined;
  }
}
