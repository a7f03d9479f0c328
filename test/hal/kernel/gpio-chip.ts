import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { openCdevGpio } from '../../../src/hal/buses/linux-gpio-cdev.ts';
import { openSysfsGpio } from '../../../src/hal/buses/linux-gpio-sysfs.ts';
import type { BusBackend, GpioBus } from '../../../src/hal/types.ts';

/** In the guest. The chip is gpio-sim: `pull` is the world's hand on an input, `value` what an output does. */
export const LABEL = 'plant-gpio';
const [, , bank = '', classDir = ''] = process.argv;
export const BANK = bank;
/** Where the kernel shows the chip now: it may be another place after it came back. */
export const plant = () =>
  `/sys/devices/platform/${readFileSync(`${BANK}/../dev_name`, 'utf8').trim()}/${readFileSync(`${BANK}/chip_name`, 'utf8').trim()}`;
export const pull = (line: number, up: boolean) =>
  writeFileSync(`${plant()}/sim_gpio${line}/pull`, up ? 'pull-up' : 'pull-down');
export const value = (line: number) => Number(readFileSync(`${plant()}/sim_gpio${line}/value`, 'utf8'));
export const monoMs = () => performance.now();
export const WAYS = { 'character device': openCdevGpio, sysfs: openSysfsGpio };
export type Way = keyof typeof WAYS;
/** A back end with this chip only. */
export const only = (gpio: GpioBus) => ({ gpio: () => gpio }) as unknown as BusBackend;

/** What does not happen at all has failed; how long it takes is the host's business. */
export const PATIENCE_MS = 20_000;

export async function until(condition: () => boolean, what: string): Promise<void> {
  const startedMs = monoMs();
  while (!condition() && monoMs() - startedMs < PATIENCE_MS) await sleep(5);
  assert.ok(condition(), what);
}

/** A program of this folder, started and ended with the test. */
export function program(file: string, args: readonly string[]) {
  const child = spawn(process.execPath, [`test/hal/kernel/${file}`, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (data) => (said += data));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return { child, ended, said: () => said };
}

/** A line that sysfs holds cannot be had by the character device; ours keeps them, so that a relay keeps its level. */
export function release(line: number): void {
  const base = Number(readFileSync(`${classDir}/base`, 'utf8'));
  if (existsSync(`/sys/class/gpio/gpio${base + line}`)) writeFileSync('/sys/class/gpio/unexport', String(base + line));
}
