import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const PREFIX = 'heatmine-child-';

/**
 * A new directory for this process alone in `root`, which all may write to: nobody can have put a link where a child will be
 * written. What a process left there that was killed goes first, for there it takes memory.
 */
export function scratchIn(root: string): string {
  for (const name of readdirSync(root).filter((one) => one.startsWith(PREFIX))) {
    if (isAlive(Number.parseInt(name.slice(PREFIX.length), 10))) continue;
    try {
      rmSync(join(root, name), { recursive: true, force: true });
    } catch {
      // Somebody else's.
    }
  }
  return mkdtempSync(join(root, `${PREFIX}${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    return Number.isNaN(pid) || process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
