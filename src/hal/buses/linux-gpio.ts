import { existsSync, readdirSync } from 'node:fs';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { GpioBus } from '../types.ts';
import { cdevChips, openCdevGpio } from './linux-gpio-cdev.ts';
import { openSysfsGpio, SYSFS } from './linux-gpio-sysfs.ts';

export type GpioWay = { way: 'character device' | 'sysfs'; why: string } | { way: undefined; why: string };

/**
 * Which way this kernel offers to a chip. The character device goes first: it counts and stamps edges, sets a bias, and lets
 * go of a line when we die. sysfs is for a machine without a compiler, or a kernel before 5.10.
 */
export function gpioWay(label: string): GpioWay {
  const devices = existsSync('/dev') && readdirSync('/dev').some((name) => /^gpiochip\d+$/.test(name));
  let problem = 'this kernel has no /dev/gpiochip*';
  if (devices) {
    try {
      const labels = cdevChips().map((chip) => chip.label);
      if (labels.includes(label)) return { way: 'character device', why: `${label} found` };
      return { way: undefined, why: `no GPIO chip "${label}"; this machine has ${labels.join(', ') || 'none'}` };
    } catch (error) {
      problem = messageOf(error);
    }
  }
  if (existsSync(SYSFS)) return { way: 'sysfs', why: problem };
  return {
    way: undefined,
    why: `${problem}, and no ${SYSFS}: join the group gpio, or use a kernel with CONFIG_GPIO_CDEV`,
  };
}

/** The chip's lines by whatever the kernel offers, decided when the first line is asked for, and again until there is a way. */
export function openLinuxGpio(label: string, bus: string): GpioBus & { close(): Promise<void> } {
  let found: ReturnType<typeof openCdevGpio> | undefined;
  let closed = false;

  function backEnd() {
    if (closed) throw new HeatmineError('BUS_CLOSED', `${bus} is closed`);
    if (found) return found;
    const { way, why } = gpioWay(label);
    if (way === undefined) throw new HeatmineError('BUS_CLOSED', `${bus}: ${why}`);
    found = way === 'sysfs' ? openSysfsGpio(label, bus) : openCdevGpio(label, bus);
    return found;
  }

  return {
    input: async (line, options) => backEnd().input(line, options),
    output: async (line, initial) => backEnd().output(line, initial),
    async close() {
      closed = true;
      await found?.close();
    },
  };
}
