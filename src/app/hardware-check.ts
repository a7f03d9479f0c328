import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { asTyped } from '../core/words.ts';
import type { Board, BusSpec } from '../hal/board.ts';
import { gpioWay } from '../hal/buses/linux-gpio.ts';
import { native } from '../hal/buses/linux-ioctl.ts';
import type { DeviceHealth } from '../hal/health.ts';
import { pointsOfBoard } from '../hal/wiring.ts';

/** One line of what `heatmine doctor` found. */
export interface Finding {
  level: 'OK' | 'WARN' | 'FAIL';
  what: string;
  text: string;
}

export const ok = (what: string, text: string): Finding => ({ level: 'OK', what, text });
export const warn = (what: string, text: string): Finding => ({ level: 'WARN', what, text });
export const fail = (what: string, text: string): Finding => ({ level: 'FAIL', what, text });

const COMPILER = 'run: apt install build-essential python3 && npm ci';

function loads(name: string, load: () => unknown): Finding {
  try {
    load();
    return ok(name, 'loads');
  } catch (error) {
    return fail(name, `${messageOf(error).split('\n')[0]}; ${COMPILER}`);
  }
}

function usable(what: string, path: string, absent: string, group: string): Finding {
  if (!existsSync(path)) return fail(what, `${path} is not there: ${absent}`);
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return ok(what, `${path} can be used`);
  } catch {
    return fail(what, `${path} may not be used by this user: join the group ${group}`);
  }
}

const onPath = (program: string) =>
  program.startsWith('/')
    ? existsSync(program)
    : (process.env.PATH ?? '').split(delimiter).some((dir) => existsSync(join(dir, program)));

/** A bus as far as it can be judged without touching a wire. */
function checkBus(id: string, spec: BusSpec): Finding[] {
  switch (spec.kind) {
    case 'i2c':
      return [usable(id, spec.path, 'switch I2C on (on a Raspberry Pi dtparam=i2c_arm=on)', 'i2c')];
    case 'gpio': {
      const { way, why } = gpioWay(spec.chip);
      if (way === undefined) return [fail(id, why)];
      return [way === 'sysfs' ? warn(id, `only sysfs, which counts no pulses: ${why}`) : ok(id, `${way}, ${why}`)];
    }
    case 'modbus':
      if (!spec.path.startsWith('/')) return [];
      return [usable(id, spec.path, 'plug the RS-485 adapter in, or name its port in the board', 'dialout')];
    case 'command':
      return [
        onPath(spec.program)
          ? ok(id, `${spec.program} found`)
          : fail(id, `${spec.program} is not on PATH: install the card's driver, or leave the card out of the board`),
      ];
    case 'files':
      return [
        existsSync(spec.dir)
          ? ok(id, `${spec.dir} is there`)
          : fail(id, `${spec.dir} is not there: load its kernel driver`),
      ];
    case 'host':
      if (!spec.path.startsWith('/')) return [];
      return [usable(id, spec.path, `start ${asTyped('accel-host')} on that machine`, 'heatmine')];
  }
}

/** Add-ons, device files and tools of a real board; a simulated one needs none. */
export function checkHardware(board: Board): Finding[] {
  if (board.backend !== 'linux') return [ok('board', 'simulated hardware, no wires needed')];
  const require = createRequire(import.meta.url);
  const kinds = Object.values(board.buses).map((spec) => spec.kind);
  return [
    ...(kinds.includes('i2c') ? [loads('i2c-bus', () => require('i2c-bus'))] : []),
    ...(kinds.includes('gpio') ? [loads('native/ioctl.c', native)] : []),
    ...Object.entries(board.buses).flatMap(([id, spec]) => checkBus(id, spec)),
    ...(board.watchdog
      ? [usable('watchdog', board.watchdog.path, 'load its driver, or leave it out of the board', 'root')]
      : []),
  ];
}

/** Beyond this share of calls a simulated device is at fault, and not the machine that has no time for it. */
const BUSY_SHARE = 0.05;

/** Devices that fail, or have failed: which points that costs, where their wires go, how often. */
export function checkDevices(board: Board, health: readonly DeviceHealth[]): Finding[] {
  const failed = health.filter((h) => failuresOf(h) > 0);
  const isLate = (h: DeviceHealth) => board.simulated && failuresOf(h) < BUSY_SHARE * (failuresOf(h) + h.ok);
  const late = failed.filter(isLate);
  const findings = failed.filter((h) => !isLate(h)).map((h) => deviceFinding(board, h));
  if (late.length === 0) return findings;
  const share = sum(late.map(failuresOf)) / sum(late.map((h) => failuresOf(h) + h.ok));
  const text = `${late.length} of ${health.length} simulated ones answered late now and then (${(share * 100).toFixed(2)} % of calls): this machine is busy, no wire is wrong`;
  return [...findings, warn('devices', text)];
}

const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
const failuresOf = (h: DeviceHealth) => h.absent + h.stuck + h.noise + h.timeout;

function deviceFinding(board: Board, h: DeviceHealth): Finding {
  const points = pointsOfBoard(board).filter((p) => p.device === h.device);
  const wires = points.map((p) => `${p.name} (${p.note})`).join(', ');
  const counts = `${failuresOf(h)} of ${failuresOf(h) + h.ok} calls failed, last: ${h.lastError ?? 'unknown'}`;
  return (h.ok === 0 ? fail : warn)(h.device, `${counts}${wires ? `; serves ${wires}` : ''}`);
}
