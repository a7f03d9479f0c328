import { type ErrorCode, HeatmineError, messageOf } from '../core/errors.ts';
import type { BoardDevice } from './board.ts';
import { BUS_KINDS } from './bus-kinds.ts';
import { whereOf, wiringOf } from './drivers/params.ts';

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
  /** Of a bus: tries beyond the first, and times it was freed. */
  retries?: number;
  recoveries?: number;
  lastError?: string;
  lastErrorAtMs?: number;
}

/** Which counter of a device's health a failed call belongs to; anything else is noise. */
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
/** What people read: "tmp117 at i2c1 0x49: no answer; check power and SDA/SCL wires". At most 300 characters. */
export function explain({ code, message }: HeatmineError, driver: string, params: unknown): string {
  const { kind, bus } = wiringOf(params);
  const own = `${driver} at ${whereOf(params)}: `;
  // Drivers say themselves what to do, and so do buses that cannot be used at all.
  if (message.startsWith(own)) return message.slice(0, 300);
  const prefix = [`${whereOf(params)}: `, `${bus}: `].find((p) => message.startsWith(p)) ?? '';
  const rest = message.slice(prefix.length);
  const what = code === 'BUS_CLOSED' ? rest : `${SYMPTOM[code] ?? rest}; ${BUS_KINDS[kind].check}`;
  return `${own}${what}`.slice(0, 300);
}

/** Counts how the calls of one device end. */
export function createHealth(device: string, { driver, params }: BoardDevice, monoMs: () => number) {
  const none = { ok: 0, absent: 0, stuck: 0, noise: 0, timeout: 0 };
  const report: DeviceHealth = { device, driver, where: whereOf(params), ...none };
  return {
    report,
    succeeded() {
      report.ok += 1;
    },
    /** The error as a coded one, counted and remembered. */
    failed(error: unknown): HeatmineError {
      const coded =
        error instanceof HeatmineError ? error : new HeatmineError('BUS_NOISE', messageOf(error), { cause: error });
      report[COUNTER[coded.code] ?? 'noise'] += 1;
      report.lastError = explain(coded, driver, params);
      report.lastErrorAtMs = monoMs();
      return coded;
    },
  };
}
