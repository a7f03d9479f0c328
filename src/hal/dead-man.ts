import { messageOf } from '../core/errors.ts';
import type { Board } from './board.ts';

import { whereOf } from './drivers/params.ts';
import type { DeviceHealth } from './health.ts';
import type { BusBackend, GpioOutput } from './types.ts';

export interface DeadMan {
  /** Flips the line, at most one flip under way; a flip that fails is counted, and its absence is what makes us safe. */
  toggle(): void;
  health(): DeviceHealth;
}

/** The line that holds the relay chain as long as it keeps changing. Opened at the first toggle, again after a failure. */
export function createDeadMan(spec: Board['deadMan'], buses: BusBackend, monoMs: () => number): DeadMan {
  const health: DeviceHealth = {
    device: 'deadMan',
    driver: 'dead-man',
    where: whereOf(spec),
    ok: 0,
    absent: 0,
    stuck: 0,
    noise: 0,
    timeout: 0,
  };
  let line: GpioOutput | undefined;
  let level: 0 | 1 = 0;
  let busy = false;

  async function flip(): Promise<void> {
    try {
      line ??= await buses.gpio(spec.bus).output(spec.line, 0);
      level = level === 1 ? 0 : 1;
      await line.write(level);
      health.ok += 1;
    } catch (error) {
      line = undefined;
      health.absent += 1;
      health.lastError = `dead-man at ${health.where}: ${messageOf(error)}`;
      health.lastErrorAtMs = monoMs();
    } finally {
      busy = false;
    }
  }

  return {
    toggle() {
      if (busy) return;
      busy = true;
      void flip();
    },
    health: () => ({ ...health }),
  };
}
