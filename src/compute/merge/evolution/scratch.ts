import { randomUUID } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Children come and go by the dozen: in memory they wear no flash. */
const MEMORY_DIR = '/dev/shm';
const MEMORY_MOST_BYTES = 64 * 2 ** 20;
const OURS = /^heatmine-child-(\d+)-[0-9a-f]+\.gguf(\.part)?$/;

function hasRoom(dir: string, bytes: number): boolean {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize > bytes;
}

/** Where a child of so many bytes is made: in memory where it is small and there is plenty, else beside the experts. */
export function scratchFile(modelsDir: string, sizeBytes: number): string {
  const name = `heatmine-child-${process.pid}-${randomUUID().slice(0, 8)}.gguf`;
  const inMemory = sizeBytes <= MEMORY_MOST_BYTES && existsSync(MEMORY_DIR) && hasRoom(MEMORY_DIR, 4 * sizeBytes);
  if (inMemory) return join(MEMORY_DIR, name);
  const dir = join(modelsDir, '.evolution');
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  return join(dir, name);
}

/** Takes away what a killed compute has left in memory: files of this user, of processes that are no more. */
export function sweepScratch(dir = MEMORY_DIR): void {
  if (!existsSync(dir)) return;
  for (const name of readdirSync(dir)) {
    const pid = Number(OURS.exec(name)?.[1] ?? Number.NaN);
    const file = join(dir, name);
    if (Number.isNaN(pid) || !isLeft(file, pid)) continue;
    rmSync(file, { force: true });
  }
}

function isLeft(file: string, pid: number): boolean {
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.uid !== process.getuid?.()) return false;
  // In a container a new process often has the number of the one before it.
  return pid === process.pid ? stat.mtimeMs < performance.timeOrigin : !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
