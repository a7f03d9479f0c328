import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { FilesBus, HostBus } from '../types.ts';
import type { Chip, CommandChip, FilesChip, HostChip, I2cChip, ModbusChip } from './chips/chip.ts';
import { answerOf, never, type Slot, textAnswers, type World } from './slots.ts';

/** What can be asked of the chips of one board, by bus. */
export interface HardwareCalls {
  i2c(bus: string, address: number, write: Uint8Array, readLength: number): Promise<Uint8Array>;
  /** Runs `use` on the registers of one unit; throws ModbusException for what the device refuses. `bus` left out: any. */
  modbus<T>(unit: number, use: (chip: ModbusChip) => T, bus?: string): Promise<T>;
  command(bus: string, args: readonly string[]): Promise<string>;
  files(bus: string): FilesBus;
  host(bus: string): HostBus;
}

export function busCalls(slots: readonly Slot[], world: World): HardwareCalls {
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
      const give = () => slot.chip.transfer(write, readLength);
      return answerOf(slot, world, {
        give,
        noise: () => Uint8Array.from({ length: readLength }, () => Math.floor(world.random() * 256)),
        swapped: () => give().map((_, i, all) => all[i ^ 1] ?? 0),
        foreign: () => new Uint8Array(readLength).fill(0x5a),
      });
    },
    async modbus(unit, use, bus) {
      const slot = find<ModbusChip>('modbus', ({ wiring }) => {
        return wiring.kind === 'modbus' && wiring.unit === unit && (bus === undefined || wiring.bus === bus);
      });
      if (!slot || world.faults.device(slot.name)?.fault === 'absent') return never();
      // A frame whose checksum or unit is wrong is dropped: the line stays silent.
      return answerOf(slot, world, { give: () => use(slot.chip), noise: never, swapped: never, foreign: never });
    },
    async command(bus, args) {
      const slot = find<CommandChip>('command', ({ wiring }) => wiring.bus === bus);
      if (!slot) throw new HeatmineError('BUS_ABSENT', `${bus}: no such program`);
      if (world.faults.plant().accelHang) return never();
      return answerOf(
        slot,
        world,
        textAnswers(() => runTool(slot.chip, bus, args)),
      );
    },
    files: (bus) => filesOf(slots, world, bus),
    host: (bus) => ({
      async ask(request) {
        const slot = find<HostChip>('host', ({ wiring }) => wiring.bus === bus);
        if (!slot) throw new HeatmineError('BUS_CLOSED', `${bus}: no host`);
        if (world.faults.plant().accelHang) return never();
        const noise = () => Promise.reject(new HeatmineError('BUS_NOISE', `${bus}: does not talk our protocol`));
        // An answer with another number finds nobody waiting.
        return answerOf(slot, world, { give: () => slot.chip.ask(request), noise, swapped: noise, foreign: never });
      },
    }),
  };
}

function filesOf(slots: readonly Slot[], world: World, bus: string): FilesBus {
  const mine = slots.filter(
    (s): s is Slot & { chip: FilesChip } => s.wiring.bus === bus && s.chip.kind === 'files' && !isAbsent(s, world),
  );
  const owner = (path: string) => {
    const slot = mine.find((s) => path in s.chip.files);
    if (!slot) throw new HeatmineError('BUS_ABSENT', `${bus} ${path}: no such file`);
    return slot;
  };
  const hangs = (slot: Slot & { chip: FilesChip }) => slot.chip.accelerator && world.faults.plant().accelHang;
  return {
    async read(path) {
      const slot = owner(path);
      if (hangs(slot)) return never();
      return answerOf(
        slot,
        world,
        textAnswers(() => slot.chip.files[path]!.read()),
      );
    },
    async write(path, text) {
      const slot = owner(path);
      const { write } = slot.chip.files[path]!;
      if (!write) throw new HeatmineError('BUS_CLOSED', `${bus} ${path}: not writable`);
      if (hangs(slot)) return never();
      const give = () => write(text);
      return answerOf(slot, world, { give, noise: give, swapped: give, foreign: give });
    },
    async list(dir) {
      const below = dir === '' ? '' : `${dir}/`;
      const paths = mine.flatMap((s) => Object.keys(s.chip.files)).filter((path) => path.startsWith(below));
      if (dir !== '' && paths.length === 0) throw new HeatmineError('BUS_ABSENT', `${bus} ${dir}: no such directory`);
      return [...new Set(paths.map((path) => path.slice(below.length).split('/')[0]!))];
    },
  };
}

const isAbsent = (slot: Slot, world: World) => world.faults.device(slot.name)?.fault === 'absent';

function runTool(chip: CommandChip, bus: string, args: readonly string[]): string {
  try {
    return chip.run(args);
  } catch (error) {
    throw new HeatmineError('BUS_NOISE', `${bus}: ${messageOf(error)}`, { cause: error });
  }
}
