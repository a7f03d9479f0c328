import {
  ACTUATOR_NAMES,
  type ActuatorName,
  type Image,
  type Outputs,
  type Reading,
  SENSOR_NAMES,
  type SensorName,
} from '../contract/points.ts';
import type { Board } from './board.ts';
import { type BusQueue, createBusQueue } from './bus-queue.ts';
import { createDeadMan, type DeadMan } from './dead-man.ts';
import { createSlot, type DeviceSlot } from './device-slot.ts';
import type { DeviceHealth } from './health.ts';
import { createOutputs, type OutputTarget, type OutputWriter } from './outputs.ts';
import { startPolling, watchBuses } from './polling.ts';
import type { BusBackend } from './types.ts';
import { createWatchdog } from './watchdog.ts';

export interface HalOptions {
  board: Board;
  buses: BusBackend;
  monoMs(): number;
}

export interface Trip {
  sensor: SensorName;
  atMs: number;
  /** Outputs that the HAL has dropped to their safe value by itself; they stay there until control asks for it too. */
  dropped: readonly ActuatorName[];
}

/** The board at work. Nothing here ever waits for hardware but `close`. */
export interface Hal {
  /** The latest readings, frozen. A contact that opened since the last image is 0 in this one, even if it closed again. */
  image(tick: number): Image;
  /** Sends what changed and what is due again, towards safe first; failed writes are repeated and told by `health`. */
  apply(outputs: Outputs): void;
  /** A safety contact opened, told between ticks. */
  onTrip(listener: (trip: Trip) => void): void;
  /** Call once per good tick: no toggle for 300 ms drops the relay chain in hardware. Feeds the watchdog too, if there is one. */
  deadMan: Pick<DeadMan, 'toggle' | 'flippedMs'>;
  health(): DeviceHealth[];
  /** Safe outputs first, then the devices. The bus back end belongs to the caller. */
  close(): Promise<void>;
}

/** What a safety contact drops at once, before control has seen it. */
const TRIP_DROPS: Partial<Record<SensorName, readonly ActuatorName[]>> = {
  pressureHighOk: ['compressorOn'],
  pressureLowOk: ['compressorOn'],
  gasOk: ['compressorOn', 'accelSupplyOn'],
};
/**
 * Opens every device of the board, writes the safe outputs and resolves once each had its first try, present or not:
 * an absent device makes its own points bad and is tried again for ever.
 */
export async function openHal({ board, buses, monoMs }: HalOptions): Promise<Hal> {
  const listeners: ((trip: Trip) => void)[] = [];
  const tripped = new Set<SensorName>();
  let outputs: OutputWriter | undefined;
  let closed = false;

  function trip(sensor: SensorName): void {
    const dropped = TRIP_DROPS[sensor] ?? [];
    for (const name of dropped) outputs?.drop(name);
    tripped.add(sensor);
    for (const listener of listeners) listener({ sensor, atMs: monoMs(), dropped });
  }

  const queues = new Map<string, BusQueue>(Object.keys(board.buses).map((bus) => [bus, createBusQueue()]));
  const slots = Object.entries(board.devices).map(([name, spec]) => createSlot(name, spec, { buses, monoMs }, trip));
  const queueOf = (slot: DeviceSlot) => queues.get(slot.wiring.bus)!;
  const owner = new Map(slots.flatMap((slot) => Object.keys(board.devices[slot.name]!.sensors).map((s) => [s, slot])));
  const openedMs = monoMs();

  outputs = createOutputs(targetsOf(board, slots, queueOf), monoMs);
  const deadMan = createDeadMan(board.deadMan, buses, monoMs);
  const watchdog = board.watchdog && createWatchdog(board.watchdog, monoMs);
  const watch = watchBuses(slots);
  const pollers = slots.map((slot) => startPolling(slot, queueOf(slot), watch, monoMs));
  await Promise.all([outputs.makeSafe(), ...pollers.map((p) => p.first)]);

  function reading(sensor: SensorName): Readonly<Reading> {
    const slot = owner.get(sensor);
    const latest = slot?.readings[sensor];
    if (!latest) {
      const reason = slot ? (slot.health.lastError ?? 'not read yet') : 'not on this board';
      const quality = slot ? 'missing' : 'absent';
      return Object.freeze({ value: Number.NaN, atMs: openedMs, quality, reason });
    }
    if (tripped.delete(sensor)) return Object.freeze({ value: 0, atMs: monoMs(), quality: 'good' });
    return Object.freeze({ ...latest });
  }

  return {
    image(tick) {
      const sensors = Object.fromEntries(SENSOR_NAMES.map((s) => [s, reading(s)])) as Image['sensors'];
      const actuators = Object.freeze(outputs.confirmed());
      return Object.freeze({ tick, atMs: monoMs(), sensors: Object.freeze(sensors), actuators });
    },
    apply(wanted) {
      if (!closed) outputs.apply(wanted);
    },
    onTrip: (listener) => void listeners.push(listener),
    deadMan: {
      toggle() {
        deadMan.toggle();
        watchdog?.feed();
      },
      flippedMs: deadMan.flippedMs,
    },
    health: () => [
      ...slots.map((slot) => ({ ...slot.health })),
      ...(buses.health?.() ?? []),
      deadMan.health(),
      ...(watchdog ? [watchdog.health()] : []),
    ],
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all(pollers.map((p) => p.stop()));
      await outputs.makeSafe();
      watchdog?.close();
      await Promise.all(slots.map((slot) => slot.close()));
    },
  };
}

/** Which device, channel and bus serve each actuator. The board loader has made sure that there is one each. */
function targetsOf(board: Board, slots: readonly DeviceSlot[], queueOf: (slot: DeviceSlot) => BusQueue) {
  const entries = ACTUATOR_NAMES.map((name): [ActuatorName, OutputTarget] => {
    const slot = slots.find((s) => board.devices[s.name]!.actuators[name])!;
    return [name, { slot, queue: queueOf(slot), channel: board.devices[slot.name]!.actuators[name]!.channel }];
  });
  return Object.fromEntries(entries) as Record<ActuatorName, OutputTarget>;
}
