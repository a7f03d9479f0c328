import { existsSync, lstatSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Children come and go by the dozen: on flash a litter would wear as much as years of use. In RAM, where there is such a place. */
const MEMORY_DIR = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
/** The child, the next one while it is written, and as much for whoever else needs the place. */
const ROOM = 4;
const PREFIX = 'heatmine-child-';
const OURS = /^heatmine-child-(\d+)-/;

/**
 * Where a child of so many bytes is made, in a new directory of its own: `root` is open to all, and nobody can have put a link
 * there. Undefined where there is no room for it.
 */
export function scratchFile(sizeBytes: number, root = MEMORY_DIR): string | undefined {
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < ROOM * sizeBytes) return undefined;
  return join(mkdtempSync(join(root, `${PREFIX}${process.pid}-`)), 'child.gguf');
}

/** With the directory that is its own. */
export const forget = (file: string): void => rmSync(dirname(file), { recursive: true, force: true });

/** Takes away what a killed compute has left in memory: directories of this user, of processes that are no more. */
export function sweepScratch(root = MEMORY_DIR): void {
  for (const name of readdirSync(root)) {
    const pid = OURS.exec(name)?.[1];
    const dir = join(root, name);
    if (pid !== undefined && isLeft(dir, Number(pid))) rmSync(dir, { recursive: true, force: true });
  }
}

function isLeft(dir: string, pid: number): boolean {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (!stat?.isDirectory() || stat.uid !== process.getuid?.()) return false;
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
