import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { headerOf } from '../headers.ts';
import type { GpioBus, GpioEdge, GpioInput, GpioOutput } from '../types.ts';

export const SYSFS = '/sys/class/gpio';

const CDEV_HINT = 'build the character device add-on: apt install gcc libc6-dev, then npm ci';

/**
 * GPIO through sysfs (onoff), where there is no character device for us. Lines are chip label + offset, because kernels since
 * 6.6 number from 512. Its limits: no bias, so that a line must have the right pull by itself; a wake-up is not a count, so
 * that pulses are refused; and an output stays driven after a crash, hence `deadMan.drops` in the board.
 */
export function openSysfsGpio(chip: string, bus: string): GpioBus & { close(): Promise<void> } {
  const closers: (() => void)[] = [];

  async function open(line: number, direction: 'in' | 'high' | 'low', edge: 'both' | 'none') {
    const number = globalNumber(chip, line, bus);
    const { Gpio } = await import('onoff').catch((error) => {
      throw new HeatmineError(
        'BUS_CLOSED',
        `${bus}: onoff is not built; install a C++ compiler and run \`npm rebuild epoll\``,
        {
          cause: error,
        },
      );
    });
    try {
      const gpio = new Gpio(number, direction, edge);
      // Not unexported: an output keeps its (safe) level, where unexporting would leave it to chance.
      closers.push(() => gpio.unwatchAll());
      return gpio;
    } catch (error) {
      throw new HeatmineError('BUS_CLOSED', `${bus} line ${line}: ${messageOf(error)}; join the group gpio`, {
        cause: error,
      });
    }
  }

  return {
    async input(line, { bias, edges, counted }): Promise<GpioInput> {
      const where = `${bus} line ${line}`;
      if (counted) throw new HeatmineError('BUS_CLOSED', `${where}: sysfs cannot count pulses; ${CDEV_HINT}`);
      const pull = headerOf(chip)?.pullAtReset(line);
      if (pull && bias !== 'none' && bias !== `pull-${pull}`) {
        const has = `sysfs cannot set ${bias}, and this line has pull-${pull}`;
        throw new HeatmineError('BUS_CLOSED', `${where}: ${has}; move the wire, or ${CDEV_HINT}`);
      }
      const gpio = await open(line, 'in', edges ? 'both' : 'none');
      const listeners: ((edge: GpioEdge) => void)[] = [];
      let sequence = 0;
      if (edges) {
        gpio.watch((error, level) => {
          if (error) return;
          const edge = { level, atNs: process.hrtime.bigint(), sequence: ++sequence };
          for (const listener of listeners) listener(edge);
        });
      }
      return { read: () => gpio.readSync(), onEdge: (listener) => void listeners.push(listener) };
    },
    async output(line, initial): Promise<GpioOutput> {
      const gpio = await open(line, initial ? 'high' : 'low', 'none');
      return { write: async (level) => gpio.writeSync(level), read: async () => gpio.readSync() };
    },
    async close() {
      for (const close of closers) close();
    },
  };
}

/** The kernel's global number of a line, from its chip's label. */
export function globalNumber(chip: string, line: number, bus: string, root = SYSFS): number {
  let chips: { base: number; label: string; lines: number }[];
  try {
    chips = readdirSync(root)
      .filter((name) => name.startsWith('gpiochip'))
      .map((name) => {
        const read = (file: string) => readFileSync(join(root, name, file), 'utf8').trim();
        return { base: Number(read('base')), label: read('label'), lines: Number(read('ngpio')) };
      });
  } catch (error) {
    const hint = 'this kernel has no sysfs GPIO';
    throw new HeatmineError('BUS_CLOSED', `${bus}: ${root} cannot be read; ${hint}`, { cause: error });
  }
  const found = chips.find((c) => c.label === chip);
  if (!found) {
    const labels = chips.map((c) => c.label).join(', ') || 'none';
    throw new HeatmineError('BUS_CLOSED', `${bus}: no GPIO chip "${chip}"; this machine has ${labels}`);
  }
  if (line >= found.lines)
    throw new HeatmineError('BUS_CLOSED', `${bus}: ${chip} has lines 0 to ${found.lines - 1}, not ${line}`);
  return found.base + line;
}
