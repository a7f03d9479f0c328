import { HeatmineError } from '../core/errors.ts';
import { BUS_KINDS } from './bus-kinds.ts';
import { type BusQueue, URGENCY } from './bus-queue.ts';
import type { DeviceSlot } from './device-slot.ts';

/** A first failure is checked sooner, to tell noise from absence. */
const RECHECK_MS = 50;
/** Time-outs in a row on one I2C bus, of any devices, that mean the bus itself is held. */
const TIMEOUTS_TO_BUS_DOWN = 2;

export interface Poller {
  /** Resolves after the first try, whatever came of it. */
  first: Promise<void>;
  /** No further reads; resolves when the one under way has ended. */
  stop(): Promise<void>;
}

/** Reads a device for ever, in its turn on its bus. A device without readings is only opened. */
export function startPolling(slot: DeviceSlot, queue: BusQueue, watch: BusWatch, monoMs: () => number): Poller {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let turn = Promise.resolve();

  async function poll(): Promise<void> {
    if (stopped) return;
    const startedMs = monoMs();
    const error = await slot.poll();
    watch(slot, error);
    if (stopped || !slot.readable()) return;
    const paceMs =
      error && slot.failures() === 1 ? RECHECK_MS : BUS_KINDS[slot.wiring.kind].pollMs - (monoMs() - startedMs);
    timer = setTimeout(
      () => {
        turn = queue.push(URGENCY.read, poll);
      },
      Math.max(paceMs, 1),
    );
  }

  const first = queue.push(URGENCY.read, poll);
  turn = first;
  return {
    first,
    stop() {
      stopped = true;
      clearTimeout(timer);
      return turn;
    },
  };
}

export type BusWatch = (slot: DeviceSlot, error: HeatmineError | undefined) => void;

/**
 * An I2C bus that is held low answers nobody, and asking all its devices one by one would take too long: two time-outs in
 * a row make the points of the whole bus bad. (An absent device does not time out, it fails to acknowledge.)
 */
export function watchBuses(slots: readonly DeviceSlot[]): BusWatch {
  const timeouts = new Map<string, number>();
  return ({ wiring }, error) => {
    if (wiring.kind !== 'i2c') return;
    const held = error?.code === 'BUS_TIMEOUT' || error?.code === 'BUS_STUCK';
    const inRow = held ? (timeouts.get(wiring.bus) ?? 0) + 1 : 0;
    timeouts.set(wiring.bus, inRow);
    if (!error || inRow < TIMEOUTS_TO_BUS_DOWN) return;
    const stuck = new HeatmineError('BUS_STUCK', error.message, { cause: error });
    for (const other of slots) if (other.wiring.bus === wiring.bus) other.markBad(stuck);
  };
}
