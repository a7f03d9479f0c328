import type { Reading, SensorName } from '../contract/points.ts';
import { HeatmineError } from '../core/errors.ts';
import type { BoardDevice } from './board.ts';
import { BUS_KINDS } from './bus-kinds.ts';
import { DRIVERS } from './drivers/index.ts';
import { type Wiring, wiringOf } from './drivers/params.ts';
import { createHealth, type DeviceHealth } from './health.ts';
import { createReadings } from './readings.ts';
import type { Device, DriverContext } from './types.ts';

/** A single failure may be noise; the second in a row makes the points bad. A time-out has waited long enough to count. */
const FAILURES_TO_BAD = 2;

export interface DeviceSlot {
  readonly name: string;
  readonly wiring: Wiring;
  /** Every output of it is written again after this long: half of what the device itself waits for. */
  readonly rewriteMs: number;
  readonly readings: Partial<Record<SensorName, Reading>>;
  readonly health: DeviceHealth;
  /** Failed reads in a row. */
  failures(): number;
  /** Opens the device if it is not open, reads it and takes over its readings. Never throws. */
  poll(): Promise<HeatmineError | undefined>;
  /** Writes one channel; throws, counts and remembers what went wrong. */
  write(channel: string, value: number): Promise<number>;
  markBad(error: HeatmineError): void;
  /** Whether there is anything to poll once it is open. */
  readable(): boolean;
  close(): Promise<void>;
}

/** One device of the board at work: open when it can be, latest readings, failures told apart and counted. */
export function createSlot(
  name: string,
  spec: BoardDevice,
  context: DriverContext,
  onTrip: (sensor: SensorName) => void,
): DeviceSlot {
  const wiring = wiringOf(spec.params);
  const limitMs = BUS_KINDS[wiring.kind].callLimitMs;
  const health = createHealth(name, spec, context.monoMs);
  const readings = createReadings(spec, context.monoMs, onTrip);
  const opener = createOpener(spec, context, readings.tripped);
  let failures = 0;

  async function read() {
    const device = await opener.open();
    return { device, samples: await device.poll?.() };
  }

  return {
    name,
    wiring,
    rewriteMs: Math.min(BUS_KINDS[wiring.kind].rewriteMs, (opener.timeoutMs ?? Number.POSITIVE_INFINITY) / 2),
    readings: readings.latest,
    health: health.report,
    failures: () => failures,
    markBad: readings.markBad,
    readable: () => opener.device() === undefined || opener.device()?.poll !== undefined,
    async poll() {
      try {
        const { device, samples } = await limited(read(), limitMs);
        if (samples) readings.take(device, samples);
        failures = 0;
        health.succeeded();
        return undefined;
      } catch (error) {
        const coded = health.failed(error);
        failures += 1;
        if (failures >= FAILURES_TO_BAD || coded.code === 'BUS_TIMEOUT') readings.markBad(coded);
        if (coded.code === 'BUS_CLOSED') opener.forgetReadable();
        return coded;
      }
    },
    async write(channel, value) {
      try {
        const writing = opener.open().then((device) => device.write?.(channel, value));
        const confirmed = await limited(writing, limitMs);
        if (confirmed === undefined) throw new HeatmineError('VALUE_RANGE', `${spec.driver} cannot write ${channel}`);
        health.succeeded();
        return confirmed;
      } catch (error) {
        throw health.failed(error);
      }
    },
    close: async () => opener.device()?.close?.(),
  };
}

/** Opens the driver once for all who ask, and again after it failed. */
function createOpener(spec: BoardDevice, context: DriverContext, onTrip: (channel: string) => void) {
  const driver = DRIVERS.find((d) => d.name === spec.driver)!;
  let device: Device | undefined;
  let opening: Promise<Device> | undefined;
  async function attempt(): Promise<Device> {
    try {
      device = await driver.open(spec.params, context);
      device.onTrip?.(onTrip);
      return device;
    } catch (error) {
      opening = undefined;
      throw error;
    }
  }
  return {
    timeoutMs: driver.timeoutMs?.(spec.params),
    device: () => device,
    open: () => (opening ??= attempt()),
    /** A bus that came back may know nothing of our lines: ask anew. Never for outputs, which would fall to released. */
    forgetReadable() {
      if (!device?.poll) return;
      device = undefined;
      opening = undefined;
    },
  };
}

async function limited<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new HeatmineError('BUS_TIMEOUT', `no answer within ${limitMs} ms`)), limitMs);
  // The loser may still fail later; nobody is waiting for it.
  work.catch(() => undefined);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
