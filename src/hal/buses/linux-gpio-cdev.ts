import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { GpioBus, GpioEdge, GpioInput, GpioOutput } from '../types.ts';
import {
  chipInfoBuffer,
  chipInfoOf,
  consumerOf,
  EVENT_BYTES,
  eventAt,
  GPIO_GET_CHIPINFO,
  GPIO_GET_LINE,
  GPIO_GET_LINEINFO,
  GPIO_GET_VALUES,
  GPIO_SET_VALUES,
  type LineUse,
  levelOf,
  lineFdOf,
  lineInfoBuffer,
  lineRequest,
  lineValues,
} from './gpio-uapi.ts';
import { native } from './linux-ioctl.ts';

const EVENTS_A_READ = 64;
/** Makes reads of a descriptor return at once. https://man7.org/linux/man-pages/man2/ioctl_tty.2.html is its kin; asm-generic/ioctls.h. */
const FIONBIO = 0x5421;

/** Every GPIO chip that the kernel shows as a character device. Throws BUS_CLOSED where the add-on is not built. */
export function cdevChips(): { path: string; label: string; lines: number }[] {
  const chips: { path: string; label: string; lines: number }[] = [];
  for (const name of readdirSync('/dev').filter((n) => /^gpiochip\d+$/.test(n))) {
    const path = join('/dev', name);
    const fd = openSync(path, 'r+');
    try {
      const info = chipInfoBuffer();
      if (native().ioctl(fd, GPIO_GET_CHIPINFO, info) === 0) chips.push({ path, ...chipInfoOf(info) });
    } finally {
      closeSync(fd);
    }
  }
  return chips;
}

/** One line in our hands. Everything fails with BUS_CLOSED once the chip is gone. */
export interface CdevLine {
  get(): 0 | 1;
  set(level: 0 | 1): void;
  /** Edges as they come; ends by itself when the chip goes. */
  watch(listener: (edge: GpioEdge) => void): void;
  close(): void;
}

/** Asks the kernel for one line of the chip with this label. `where` begins every message. */
export function requestLine(label: string, line: number, use: LineUse, where: string): CdevLine {
  const chips = cdevChips();
  const chip = chips.find((c) => c.label === label);
  if (!chip) {
    const labels = chips.map((c) => c.label).join(', ') || 'none';
    throw new HeatmineError('BUS_CLOSED', `${where}: no GPIO chip "${label}"; this machine has ${labels}`);
  }
  if (line >= chip.lines)
    throw new HeatmineError('BUS_CLOSED', `${where}: ${label} has lines 0 to ${chip.lines - 1}, not ${line}`);
  return lineOf(openRequest(chip.path, line, use, where), where);
}

function openRequest(path: string, line: number, use: LineUse, where: string): number {
  const chipFd = openSync(path, 'r+');
  try {
    const request = lineRequest(line, use);
    const status = native().ioctl(chipFd, GPIO_GET_LINE, request);
    if (status >= 0) return lineFdOf(request);
    const info = lineInfoBuffer(line);
    const holder = native().ioctl(chipFd, GPIO_GET_LINEINFO, info) === 0 ? consumerOf(info) : '';
    const remedy = holder === 'sysfs' ? 'start the machine anew' : 'end that program';
    const why = holder ? `it is held by "${holder}": ${remedy}` : 'the kernel refuses it';
    throw new HeatmineError('BUS_CLOSED', `${where}: ${getSystemErrorName(status)}: ${why}`);
  } finally {
    closeSync(chipFd);
  }
}

function lineOf(fd: number, where: string): CdevLine {
  let watching: unknown;
  let closed = false;
  const gone = (what: string) => new HeatmineError('BUS_CLOSED', `${where}: ${what}; the GPIO chip went away`);
  function call(request: number, values: Uint8Array): void {
    if (closed) throw gone('closed');
    const status = native().ioctl(fd, request, values);
    if (status < 0) throw gone(getSystemErrorName(status));
  }
  function unwatch(): void {
    if (watching !== undefined) native().unwatch(watching);
    watching = undefined;
  }
  return {
    get() {
      const values = lineValues();
      call(GPIO_GET_VALUES, values);
      return levelOf(values);
    },
    set: (level) => call(GPIO_SET_VALUES, lineValues(level)),
    watch(listener) {
      const buffer = new Uint8Array(EVENT_BYTES * EVENTS_A_READ);
      // A wake-up without an event must not keep the loop in the read.
      native().ioctl(fd, FIONBIO, Uint8Array.of(1, 0, 0, 0));
      watching = native().watch(fd, (status) => {
        try {
          if (status < 0) return unwatch();
          const bytes = readSync(fd, buffer);
          for (let at = 0; at + EVENT_BYTES <= bytes; at += EVENT_BYTES) listener(eventAt(buffer, at));
        } catch (error) {
          // The chip went away under us: the next read of the level says so.
          if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') unwatch();
        }
      });
    },
    close() {
      if (closed) return;
      closed = true;
      unwatch();
      closeSync(fd);
    },
  };
}

/**
 * GPIO through the character device: bias, kernel time stamps and sequence numbers. A line falls back to what the chip
 * does by itself when we end or are killed. A chip that went and came back is asked for its lines anew.
 */
export function openCdevGpio(
  label: string,
  bus: string,
  request: typeof requestLine = requestLine,
): GpioBus & { close(): Promise<void> } {
  const held = new Map<number, CdevLine>();
  let closed = false;

  function take(line: number, use: LineUse): CdevLine {
    const where = `${bus} line ${line}`;
    if (closed) throw new HeatmineError('BUS_CLOSED', `${where}: the bus is closed`);
    held.get(line)?.close();
    held.delete(line);
    try {
      const taken = request(label, line, use, where);
      held.set(line, taken);
      return taken;
    } catch (error) {
      if (error instanceof HeatmineError) throw error;
      throw new HeatmineError('BUS_CLOSED', `${where}: ${messageOf(error)}; join the group gpio`, { cause: error });
    }
  }

  return {
    async input(line, { bias, edges }): Promise<GpioInput> {
      const taken = take(line, { direction: 'in', bias, edges });
      const listeners: ((edge: GpioEdge) => void)[] = [];
      if (edges) {
        taken.watch((edge) => {
          for (const listener of listeners) listener(edge);
        });
      }
      return { read: taken.get, onEdge: (listener) => void listeners.push(listener) };
    },
    async output(line, initial): Promise<GpioOutput> {
      let taken = take(line, { direction: 'out', initial });
      return {
        async write(level) {
          try {
            taken.set(level);
          } catch {
            taken = take(line, { direction: 'out', initial: level });
          }
        },
        read: async () => taken.get(),
      };
    },
    async close() {
      closed = true;
      for (const line of held.values()) line.close();
      held.clear();
    },
  };
}
