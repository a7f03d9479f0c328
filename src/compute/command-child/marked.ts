import { readdirSync, readFileSync } from 'node:fs';

/** In the environment of the owner's command, and so of all that it starts, whatever group or session they make for themselves. */
export const MARK = 'HEATMINE_COMMAND';

/** The processes that carry it; one that has emptied its environment does not. Linux: /proc/PID/environ, see proc(5). */
export function markedBy(mark: string): number[] {
  const entry = `${MARK}=${mark}\0`;
  const isMarked = (pid: string) => {
    try {
      return `${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`.includes(entry);
    } catch {
      // It has just ended, or is another user's.
      return false;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isMarked(name))
    .map(Number);
}

/** To a process, or with a negative number to a group. */
export function signalTo(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has just ended by itself.
    }
  }
}
