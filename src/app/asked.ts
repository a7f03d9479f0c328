import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { HeatmineError } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';
import { ASKED_FILE, openLedger } from '../net/ledger/ledger.ts';
import { credit } from '../net/ledger/settlement.ts';
import { verifySignature } from '../net/swarm/identity.ts';
import { type Notebook, noteIn } from '../net/swarm/pay/purse.ts';
import { say } from './command.ts';

const LOCK_WAIT_MS = 10_000;

/**
 * What this home asks others for, in a ledger of its own beside the unit's, so that asking needs no running unit. One
 * process writes at a time. What was promised counts as settled at once: it is on the other side to ask for more.
 */
export function askedNotebook(paths: Paths, wallMs: () => number): Notebook {
  const file = join(paths.state, ASKED_FILE);
  return async (entry) => {
    const unlock = await lock(`${file}.lock`);
    try {
      const onDamage = (text: string) => say(`LEDGER_DAMAGED: ${file}: ${text}`);
      const ledger = await openLedger({ file, verify: verifySignature, onDamage });
      try {
        noteIn(ledger, entry);
        await ledger.flush();
        if (entry.channel) await ledger.settle(credit, entry.channel.payee, wallMs());
        await ledger.prune(wallMs());
      } finally {
        await ledger.close();
      }
    } finally {
      unlock();
    }
  };
}

/** Throws LEDGER_REFUSES when another process does not let go in time. */
async function lock(file: string): Promise<() => void> {
  const endMs = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      const fd = openSync(file, 'wx', 0o600);
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (!isHeld(file)) rmSync(file, { force: true });
    else if (performance.now() > endMs) {
      throw new HeatmineError('LEDGER_REFUSES', `${file} is held by process ${readFileSync(file, 'utf8')}`);
    } else await pause(50);
  }
}

/** False where its process is gone. An empty file is one being made this moment, or left by a power cut. */
function isHeld(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return pid > 0 || Date.now() - statSync(file).mtimeMs < LOCK_WAIT_MS;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EPERM';
  }
}
