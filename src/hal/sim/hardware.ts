import type { Outputs, SensorName } from '../../contract/points.ts';
import { HeatmineError } from '../../core/errors.ts';
import { seededRandom } from '../../core/random.ts';
import type { Board } from '../board.ts';
import { busCalls, type HardwareCalls } from './bus-calls.ts';
import type { CardRack } from './chips/chip.ts';
import { createFaults, Fault, type FaultInput } from './faults.ts';
import { createGpioLines, type GpioLines } from './gpio-lines.ts';
import { createOutputs, type OutputLines } from './outputs.ts';
import type { PlantFaults } from './plant/plant.ts';
import { createSlots, type World } from './slots.ts';

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
export interface Hardware extends HardwareCalls {
  gpio: Pick<GpioLines, 'read' | 'write' | 'watch' | 'state'>;
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
