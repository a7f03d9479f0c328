import { randomUUID } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Children come and go by the dozen: on flash a litter would wear as much as years of use. In RAM, where there is such a place. */
const MEMORY_DIR = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** The child, the next one while it is written, and as much for whoever else needs the place. */
const ROOM = 4;
const OURS = /^heatmine-child-(\d+)-[0-9a-f]+\.gguf(\.part)?$/;

/** Where a child of so many bytes is made; undefined where there is no room for it. */
export function scratchFile(sizeBytes: number, dir = MEMORY_DIR): string | undefined {
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize < ROOM * sizeBytes) return undefined;
  return join(dir, `heatmine-child-${process.pid}-${randomUUID().slice(0, 8)}.gguf`);
}

/** Takes away what a killed compute has left in memory: files of this user, of processes that are no more. */
export function sweepScratch(dir = MEMORY_DIR): void {
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
