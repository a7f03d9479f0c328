import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeatmineError } from '../../core/errors.ts';
import { requestLine } from './linux-gpio-cdev.ts';

const REBIND_MS = 2000;
/** A chip that was cut off within a byte lets go after at most nine clocks (I2C-bus specification UM10204, 3.1.16). */
const CLOCKS = 9;
const HALF_CLOCK_MS = 1;

/** The two wires while the adapter has let go of them: 1 is released, pulled up by its resistor. */
export interface Wires {
  scl(level: 0 | 1): void;
  sda(level: 0 | 1): void;
  sdaLevel(): 0 | 1;
  close(): void;
}

/** Up to nine clocks until the data line is free, then a stop. Resolves with whether it is free. */
export async function clockFree(wires: Wires): Promise<boolean> {
  wires.sda(1);
  for (let n = 0; n < CLOCKS && wires.sdaLevel() === 0; n++) {
    wires.scl(0);
    await sleep(HALF_CLOCK_MS);
    wires.scl(1);
    await sleep(HALF_CLOCK_MS);
  }
  if (wires.sdaLevel() === 0) return false;
  wires.scl(0);
  wires.sda(0);
  await sleep(HALF_CLOCK_MS);
  wires.scl(1);
  await sleep(HALF_CLOCK_MS);
  wires.sda(1);
  return true;
}

/** Lines of the GPIO chip that carry the bus, as the board names them. */
export interface BusLines {
  chip: string;
  sda: number;
  scl: number;
}

function takeWires({ chip, sda, scl }: BusLines, bus: string): Wires {
  const use = { direction: 'out', initial: 1, openDrain: true } as const;
  const clock = requestLine(chip, scl, use, `${bus} SCL`);
  try {
    const data = requestLine(chip, sda, use, `${bus} SDA`);
    return {
      scl: clock.set,
      sda: data.set,
      sdaLevel: data.get,
      close() {
        clock.close();
        data.close();
      },
    };
  } catch (error) {
    clock.close();
    throw error;
  }
}

/**
 * Takes the adapter's driver off, clocks the bus free by hand where the board names its lines, and puts the driver back,
 * which resets the adapter. Needs root (or write access to the driver's bind files); rejects with what is missing.
 */
export async function recoverI2c(
  path: string,
  bus: string,
  lines: BusLines | undefined,
  { sysfs = '/sys/bus/i2c/devices', wires = takeWires } = {},
): Promise<void> {
  const adapter = join(sysfs, basename(path));
  if (!existsSync(adapter))
    throw new HeatmineError('BUS_CLOSED', `${bus}: ${adapter} is gone; was the adapter unplugged?`);
  const device = dirname(realpathSync(adapter));
  const driver = join(device, 'driver');
  if (!existsSync(driver)) throw new HeatmineError('BUS_CLOSED', `${bus}: its adapter cannot be reset; cut its power`);
  const driverDir = realpathSync(driver);
  await writeBound(join(driverDir, 'unbind'), basename(device), bus);
  let free = true;
  try {
    if (lines) {
      const held = wires(lines, bus);
      free = await clockFree(held).finally(() => held.close());
    }
  } finally {
    await writeBound(join(driverDir, 'bind'), basename(device), bus);
  }
  if (!free) throw new HeatmineError('BUS_STUCK', `${bus}: a chip holds SDA low for good; unplug devices one by one`);
}

/** By a child, because the kernel may keep the writer waiting, and a thread of ours is not to be had for that. */
async function writeBound(file: string, device: string, bus: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', 'echo "$1" > "$2"', 'sh', device, file], { stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve(null));
  });
  const late = sleep(REBIND_MS, undefined, { ref: false });
  const code = await Promise.race([ended, late]);
  if (code === 0) return;
  child.kill('SIGKILL');
  child.unref();
  const why =
    code === undefined ? `was kept waiting for ${REBIND_MS} ms` : 'was refused; run the unit as root for this';
  throw new HeatmineError('BUS_STUCK', `${bus}: writing ${file} ${why}`);
}
