import { closeSync, openSync, writeSync } from 'node:fs';
import { messageOf } from '../core/errors.ts';
import type { Watchdog } from './board-guards.ts';
import { native } from './buses/linux-ioctl.ts';
import type { DeviceHealth } from './health.ts';

/** https://github.com/torvalds/linux/blob/v6.1/include/uapi/linux/watchdog.h */
const WDIOC_SETTIMEOUT = 0xc0045706;
/** Feeding is a write of a byte; this one, written last, tells the kernel that the end is meant. */
const MAGIC_CLOSE = 'V';
const REOPEN_MS = 10_000;

export interface WatchdogFeeder {
  /** Call from a good tick only. Opens, and so arms, the watchdog with the first; at most once a second it is fed. */
  feed(): void;
  health(): DeviceHealth;
  /** Disarms: a unit that was told to stop does not start the machine anew. */
  close(): void;
}

/** The kernel's watchdog device. One that cannot be opened is told, and tried again; it never stops a tick. */
export function createWatchdog({ path, timeoutS }: Watchdog, monoMs: () => number): WatchdogFeeder {
  const everyMs = Math.min(1000, (timeoutS * 1000) / 4);
  const counters = { ok: 0, absent: 0, stuck: 0, noise: 0, timeout: 0 };
  let last: Pick<DeviceHealth, 'lastError' | 'lastErrorAtMs'> = {};
  let fd: number | undefined;
  let dueMs = Number.NEGATIVE_INFINITY;

  function open(): number {
    const opened = openSync(path, 'w');
    const timeout = new Uint8Array(4);
    new DataView(timeout.buffer).setUint32(0, timeoutS, true);
    // Without the add-on, or where the driver refuses, it keeps its own time-out: it is fed often enough for any.
    let status = -1;
    try {
      status = native().ioctl(opened, WDIOC_SETTIMEOUT, timeout);
    } finally {
      if (status < 0)
        last = { lastError: `${path}: keeps its own time-out, not ${timeoutS} s`, lastErrorAtMs: monoMs() };
      fd = opened;
    }
    return opened;
  }

  return {
    feed() {
      if (monoMs() < dueMs) return;
      dueMs = monoMs() + everyMs;
      try {
        writeSync(fd ?? open(), '.');
        counters.ok += 1;
      } catch (error) {
        counters.absent += 1;
        dueMs = monoMs() + (fd === undefined ? REOPEN_MS : everyMs);
        const hint = 'run as root, and leave it free (RuntimeWatchdogSec=0 in systemd)';
        last = { lastError: `${path}: ${messageOf(error)}; ${hint}`.slice(0, 300), lastErrorAtMs: monoMs() };
      }
    },
    health: () => ({ device: 'watchdog', driver: 'watchdog', where: path, ...counters, ...last }),
    close() {
      if (fd === undefined) return;
      try {
        writeSync(fd, MAGIC_CLOSE);
        closeSync(fd);
      } catch {
        // It went away by itself.
      }
      fd = undefined;
    },
  };
}
