import { type Reading, SENSOR_NAMES, type SensorName } from '../contract/points.ts';
import { unitOf } from '../contract/units.ts';
import { type ErrorCode, HeatmineError, messageOf } from '../core/errors.ts';
import type { BoardDevice } from './board.ts';
import { DRIVERS } from './drivers/index.ts';
import { type Wiring, whereOf, wiringOf } from './drivers/params.ts';
import type { Device, DriverContext, Sample } from './types.ts';

/** Counters since start, one per way a bus can fail, and what went wrong last. */
export interface DeviceHealth {
  device: string;
  driver: string;
  where: string;
  ok: number;
  absent: number;
  stuck: number;
  noise: number;
  timeout: number;
  lastError?: string;
  lastErrorAtMs?: number;
}

const COUNTER: Partial<Record<ErrorCode, 'absent' | 'stuck' | 'timeout'>> = {
  BUS_ABSENT: 'absent',
  BUS_CLOSED: 'absent',
  BUS_STUCK: 'stuck',
  BUS_TIMEOUT: 'timeout',
};
const SYMPTOM: Partial<Record<ErrorCode, string>> = {
  BUS_ABSENT: 'no answer',
  BUS_TIMEOUT: 'no answer in time',
  BUS_STUCK: 'bus held low',
};
const CHECK: Record<Wiring['kind'], string> = {
  i2c: 'check power and SDA/SCL wires',
  gpio: 'check its wire and that no other program holds the line',
  modbus: 'check power, A/B wires and unit id',
  command: 'run the tool by hand',
};
/** A single failure may be noise; the second in a row makes the points bad. A time-out has waited long enough to count. */
const FAILURES_TO_BAD = 2;
/** Longest a driver may take for one call, beyond the limits of the buses themselves. */
const CALL_LIMIT_MS: Record<Wiring['kind'], number> = { i2c: 300, gpio: 300, modbus: 1200, command: 2400 };

export interface DeviceSlot {
  readonly name: string;
  readonly wiring: Wiring;
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
  const driver = DRIVERS.find((d) => d.name === spec.driver)!;
  const wiring = wiringOf(spec.params);
  const where = whereOf(spec.params);
  const health: DeviceHealth = {
    device: name,
    driver: driver.name,
    where,
    ok: 0,
    absent: 0,
    stuck: 0,
    noise: 0,
    timeout: 0,
  };
  const sensors = SENSOR_NAMES.filter((s) => spec.sensors[s]).map((s) => ({
    sensor: s,
    channel: spec.sensors[s]!.channel,
  }));
  const readings: DeviceSlot['readings'] = {};
  let device: Device | undefined;
  let opening: Promise<Device> | undefined;
  let failures = 0;

  function open(): Promise<Device> {
    opening ??= driver.open(spec.params, context).then(
      (opened) => {
        opened.onTrip?.((channel) => {
          for (const s of sensors) if (s.channel === channel) tripped(s.sensor);
        });
        device = opened;
        return opened;
      },
      (error) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  }

  function explain({ code, message }: HeatmineError): string {
    const own = `${driver.name} at ${where}: `;
    // Drivers, and buses that cannot be used at all, say themselves what to do.
    if (message.startsWith(own)) return message.slice(0, 300);
    const prefix = [`${where}: `, `${wiring.bus}: `].find((p) => message.startsWith(p)) ?? '';
    const rest = message.slice(prefix.length);
    const what = code === 'BUS_CLOSED' ? rest : `${SYMPTOM[code] ?? rest}; ${CHECK[wiring.kind]}`;
    return `${own}${what}`.slice(0, 300);
  }

  function failed(error: unknown): HeatmineError {
    const coded =
      error instanceof HeatmineError ? error : new HeatmineError('BUS_NOISE', messageOf(error), { cause: error });
    health[COUNTER[coded.code] ?? 'noise'] += 1;
    health.lastError = explain(coded);
    health.lastErrorAtMs = context.monoMs();
    return coded;
  }

  function tripped(sensor: SensorName): void {
    readings[sensor] = { value: 0, atMs: context.monoMs(), quality: 'good' };
    onTrip(sensor);
  }

  function take(opened: Device, samples: Record<string, Sample>): void {
    for (const { sensor, channel } of sensors) {
      const sample = samples[channel];
      if (!sample) continue;
      const before = readings[sensor]?.value;
      readings[sensor] = judge(sensor, sample, `${driver.name} at ${where}`, channel);
      // The edge itself may have been lost, or the contact was open from the start.
      if (opened.onTrip && readings[sensor].value === 0 && before !== 0) tripped(sensor);
    }
  }

  function markBad(error: HeatmineError): void {
    const reason = explain(error);
    for (const { sensor } of sensors) {
      const atMs = readings[sensor]?.atMs ?? context.monoMs();
      readings[sensor] = { value: Number.NaN, atMs, quality: 'bad', reason };
    }
  }

  async function poll(): Promise<HeatmineError | undefined> {
    try {
      const read = async () => {
        const opened = await open();
        return { opened, samples: await opened.poll?.() };
      };
      const { opened, samples } = await limited(read(), CALL_LIMIT_MS[wiring.kind]);
      if (samples) take(opened, samples);
      failures = 0;
      health.ok += 1;
      return undefined;
    } catch (error) {
      const coded = failed(error);
      failures += 1;
      if (failures >= FAILURES_TO_BAD || coded.code === 'BUS_TIMEOUT') markBad(coded);
      // A bus that came back may know nothing of our lines: ask anew. Never for outputs, which would fall to released.
      if (coded.code === 'BUS_CLOSED' && device?.poll) {
        device = undefined;
        opening = undefined;
      }
      return coded;
    }
  }

  async function write(channel: string, value: number): Promise<number> {
    try {
      const limit = CALL_LIMIT_MS[wiring.kind];
      const confirmed = await limited(
        open().then((opened) => opened.write?.(channel, value)),
        limit,
      );
      if (confirmed === undefined) throw new HeatmineError('VALUE_RANGE', `${driver.name} cannot write ${channel}`);
      health.ok += 1;
      return confirmed;
    } catch (error) {
      throw failed(error);
    }
  }

  return {
    name,
    wiring,
    readings,
    health,
    failures: () => failures,
    poll,
    write,
    markBad,
    readable: () => device === undefined || device.poll !== undefined,
    close: async () => device?.close?.(),
  };
}

/** A sample as a reading: finite and plausible for its unit, or bad with the reason. */
function judge(sensor: SensorName, { value, atMs, fault }: Sample, at: string, channel: string): Reading {
  if (fault !== undefined) return { value: Number.NaN, atMs, quality: 'bad', reason: `${at} ${channel}: ${fault}` };
  const unit = unitOf(sensor);
  if (Number.isFinite(value) && (!unit || (value >= unit.min && value <= unit.max)))
    return { value, atMs, quality: 'good' };
  const range = unit ? `, plausible is ${unit.min} to ${unit.max} ${unit.symbol}` : '';
  return { value: Number.NaN, atMs, quality: 'bad', reason: `${at} ${channel}: ${value}${range}; check the sensor` };
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
