import type { ActuatorName, SensorName } from '../../contract/points.ts';
import { HeatmineError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import type { Board, BoardDevice } from '../board.ts';
import { type Wiring, wiringOf } from '../drivers/params.ts';
import type { CardRack, Chip, ChipIo } from './chips/chip.ts';
import { CHIPS } from './chips/index.ts';
import type { Faults } from './faults.ts';
import type { OutputLines } from './outputs.ts';

/** What all chips of one board share. */
export interface World {
  faults: Faults;
  lines: OutputLines;
  random: Random;
  cards: CardRack;
  monoMs(): number;
  sensors(): Record<SensorName, number>;
}

/** One device of the board with its emulated chip. */
export interface Slot {
  name: string;
  wiring: Wiring;
  chip: Chip;
}

/** Never answers; the caller's time limit ends the wait. One per call: a shared one would keep every waiter for ever. */
export const never = () => new Promise<never>(() => {});

export function createSlots(board: Board, world: World): Slot[] {
  return Object.entries(board.devices).map(([name, device]) => {
    const make = CHIPS[device.driver];
    if (!make) {
      const remedy = 'write one in src/hal/sim/chips and name it in its index.ts (docs/adding-hardware.md)';
      throw new HeatmineError('BOARD_INVALID', `devices.${name}: no emulated chip for ${device.driver}; ${remedy}`);
    }
    return { name, wiring: wiringOf(device.params), chip: make(device.params, chipIo(name, device, world)) };
  });
}

function chipIo(name: string, device: BoardDevice, world: World): ChipIo {
  const sensorAt = new Map(Object.entries(device.sensors).map(([p, v]) => [v.channel, p as SensorName]));
  const actuatorAt = new Map(Object.entries(device.actuators).map(([p, v]) => [v.channel, p as ActuatorName]));
  const held = new Map<string, number>();
  const frozen = () => world.faults.device(name)?.fault === 'frozen';
  return {
    sense(channel) {
      const point = sensorAt.get(channel);
      if (!point) return 0;
      if (frozen() && held.has(channel)) return held.get(channel)!;
      const value = world.faults.bend(point, world.sensors(), world.monoMs(), world.random);
      held.set(channel, value);
      return value;
    },
    wire(channel) {
      const point = sensorAt.get(channel);
      return point ? world.faults.wire(point) : 'sound';
    },
    actuate(channel, value) {
      const point = actuatorAt.get(channel);
      if (point) world.lines.command(point, value);
    },
    line: (actuator) => world.lines.effective()[actuator],
    frozen: () => frozen() || world.faults.device(name)?.fault === 'stuck',
    monoMs: world.monoMs,
    cards: world.cards,
  };
}

/** How one answer looks when the device is in order, and under each fault that changes it. */
interface Answers<T> {
  give(): T | Promise<T>;
  noise(): T | Promise<T>;
  swapped(): T | Promise<T>;
  foreign(): T | Promise<T>;
}

/** Runs one answer of a device through its bus fault: fails, hangs, waits or garbles as injected. */
export async function answerOf<T>(slot: Slot, world: World, answers: Answers<T>): Promise<T> {
  const fault = world.faults.device(slot.name);
  if (fault?.fault === 'absent') throw new HeatmineError('BUS_ABSENT', `${slot.name} does not answer`);
  if (fault?.fault === 'stuck') return never();
  if (fault?.fault === 'late') await new Promise((done) => setTimeout(done, fault.ms));
  if (fault?.fault === 'swapped') return answers.swapped();
  if (fault?.fault === 'foreign') return answers.foreign();
  return fault?.fault === 'noise' && world.random() < fault.share ? answers.noise() : answers.give();
}

/** An answer in text and what becomes of it. */
export function textAnswers(give: () => string): Answers<string> {
  return {
    give,
    noise: () => 'ERR! \u0007?%$#\n',
    swapped: () => 'RE!R\n',
    foreign: () => 'some other device\n',
  };
}
