import { messageOf } from '../core/errors.ts';
import type { DeadMan as Spec } from './board-guards.ts';
import { whereOf } from './drivers/params.ts';
import type { DeviceHealth } from './health.ts';
import type { BusBackend, GpioOutput } from './types.ts';

export interface DeadMan {
  /** Flips the line, at most one flip under way; a flip that fails is counted, and its absence is what makes us safe. */
  toggle(): void;
  /** When the line last took a flip; undefined before the first. */
  flippedMs(): number | undefined;
  health(): DeviceHealth;
}

type Line = Pick<GpioOutput, 'write'>;

/** Opens it at 0. */
async function openLine({ bus, line, unit, register, high }: Spec, buses: BusBackend): Promise<Line> {
  if (line !== undefined) return buses.gpio(bus).output(line, 0);
  const write: Line['write'] = (level) => buses.modbus(bus).writeHolding(unit!, register!, [level * high!]);
  await write(0);
  return { write };
}

/** The line that holds the relay chain as long as it keeps changing. Opened at the first toggle, again after a failure. */
export function createDeadMan(spec: Spec, buses: BusBackend, monoMs: () => number): DeadMan {
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
  let line: Line | undefined;
  let level: 0 | 1 = 0;
  let busy = false;
  let flippedMs: number | undefined;

  async function flip(): Promise<void> {
    try {
      // A write that failed may have arrived: what was opened anew is known to be at 0.
      if (!line) level = 0;
      line ??= await openLine(spec, buses);
      level = level === 1 ? 0 : 1;
      await line.write(level);
      health.ok += 1;
      flippedMs = monoMs();
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
    flippedMs: () => flippedMs,
    health: () => ({ ...health }),
  };
}
