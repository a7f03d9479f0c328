import type { Outputs, SensorName } from '../../contract/points.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { seededRandom } from '../../core/random.ts';
import type { Board } from '../board.ts';
import type { CardRack, Chip, CommandChip, I2cChip, ModbusChip } from './chips/chip.ts';
import { createFaults, Fault, type FaultInput } from './faults.ts';
import { createGpioLines, type GpioLines } from './gpio-lines.ts';
import { createOutputs, type OutputLines } from './outputs.ts';
import type { PlantFaults } from './plant/plant.ts';
import { answerOf, createSlots, never, type Slot, type World } from './slots.ts';

export interface HardwareOptions {
  board: Board;
  /** Chance of noise and spikes. */
  seed: number;
  monoMs(): number;
  cards: CardRack;
  /** What the plant's sensors see at the start. */
  sensors: Record<SensorName, number>;
}

/**
 * The wires of one board, emulated: everything that control can touch and nothing else. Calls on a broken device fail,
 * answer late or never resolve, as the fault says; time limits belong to the bus back end.
 */
export interface Hardware {
  i2c(bus: string, address: number, write: Uint8Array, readLength: number): Promise<Uint8Array>;
  gpio: Pick<GpioLines, 'read' | 'write' | 'watch' | 'state'>;
  /** Runs `use` on the registers of one unit; throws ModbusException for what the device refuses. `bus` left out: any. */
  modbus<T>(unit: number, use: (chip: ModbusChip) => T, bus?: string): Promise<T>;
  command(bus: string, args: readonly string[]): Promise<string>;
  lines: Pick<OutputLines, 'report'>;
  /** What reaches the machine, dead-man included. */
  outputs(): Outputs;
  plantFaults(): PlantFaults;
  /** New truth from the plant; contacts that moved make edges. */
  sense(sensors: Record<SensorName, number>): void;
  /** Pulses and the dead-man relay: at least every 20 ms. */
  advance(): void;
  inject(fault: FaultInput): void;
  clear(): void;
}

export function createHardware(options: HardwareOptions): Hardware {
  const { board, monoMs } = options;
  const { deadMan } = board;
  let sensors = options.sensors;
  const faults = createFaults();
  const lines = createOutputs(monoMs);
  const random = seededRandom(options.seed);
  const world: World = { faults, lines, random, cards: options.cards, monoMs, sensors: () => sensors };
  const slots = createSlots(board, world);
  const gpio = createGpioLines(slots, monoMs);
  return {
    ...busCalls(slots, world),
    gpio: {
      ...gpio,
      write(bus, line, level) {
        const changed = gpio.write(bus, line, level);
        if (changed && bus === deadMan.bus && line === deadMan.line) lines.edge();
        return changed;
      },
    },
    lines,
    outputs: lines.effective,
    plantFaults: faults.plant,
    sense(next) {
      sensors = next;
      gpio.refresh();
    },
    advance() {
      lines.check();
      gpio.pulse();
    },
    inject(fault) {
      const parsed = Fault.parse(fault);
      if ('device' in parsed && !board.devices[parsed.device]) {
        throw new HeatmineError('VALUE_RANGE', `device "${parsed.device}" is not on board ${board.name}`);
      }
      faults.inject(parsed, monoMs(), sensors);
      gpio.refresh();
    },
    clear() {
      faults.clear();
      gpio.refresh();
    },
  };
}

function busCalls(slots: readonly Slot[], world: World): Pick<Hardware, 'i2c' | 'modbus' | 'command'> {
  const find = <C extends Chip>(kind: C['kind'], match: (slot: Slot) => boolean) =>
    slots.find((s) => s.chip.kind === kind && match(s)) as (Slot & { chip: C }) | undefined;
  return {
    async i2c(bus, address, write, readLength) {
      // A device that holds the data line silences all others of its bus.
      if (slots.some((s) => s.wiring.bus === bus && world.faults.device(s.name)?.fault === 'stuck')) return never();
      const slot = find<I2cChip>('i2c', ({ wiring }) => {
        return wiring.kind === 'i2c' && wiring.bus === bus && wiring.address === address;
      });
      if (!slot) throw new HeatmineError('BUS_ABSENT', `${bus} 0x${address.toString(16)}: no acknowledge`);
      const garble = () => Uint8Array.from({ length: readLength }, () => Math.floor(world.random() * 256));
      return answerOf(slot, world, () => slot.chip.transfer(write, readLength), garble);
    },
    async modbus(unit, use, bus) {
      const slot = find<ModbusChip>('modbus', ({ wiring }) => {
        return wiring.kind === 'modbus' && wiring.unit === unit && (bus === undefined || wiring.bus === bus);
      });
      if (!slot || world.faults.device(slot.name)?.fault === 'absent') return never();
      // A frame whose checksum fails is dropped: the line stays silent.
      return answerOf(slot, world, () => use(slot.chip), never);
    },
    async command(bus, args) {
      const slot = find<CommandChip>('command', ({ wiring }) => wiring.bus === bus);
      if (!slot) throw new HeatmineError('BUS_ABSENT', `${bus}: no such program`);
      if (world.faults.plant().accelHang) return never();
      return answerOf(
        slot,
        world,
        () => runTool(slot.chip, bus, args),
        () => 'ERR! \u0007?%$#\n',
      );
    },
  };
}

function runTool(chip: CommandChip, bus: string, args: readonly string[]): string {
  try {
    return chip.run(args);
  } catch (error) {
    throw new HeatmineError('BUS_NOISE', `${bus}: ${messageOf(error)}`, { cause: error });
  }
}
