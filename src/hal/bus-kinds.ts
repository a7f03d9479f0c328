import { asTyped } from '../core/words.ts';
import type { BusBackend } from './types.ts';

/** Every kind of bus, and what the HAL does alike for all devices on one. */
interface BusKind {
  /** Each device is read at this pace, beside the tick: a failure of a wire is seen twice within 500 ms. */
  pollMs: number;
  /** Every output goes out again after this long at the latest: a chip may have restarted. */
  rewriteMs: number;
  /** Longest a driver may take for one call, beyond the limits of the bus itself. */
  callLimitMs: number;
  /** What a person looks at when a device there does not answer. */
  check: string;
  /** The parameter that no two devices of one bus may share. */
  place?: string;
}

export const BUS_KINDS = {
  i2c: {
    pollMs: 150,
    rewriteMs: 1000,
    callLimitMs: 300,
    check: 'check power and SDA/SCL wires',
    place: 'address',
  },
  gpio: {
    pollMs: 50,
    rewriteMs: 1000,
    callLimitMs: 300,
    check: 'check its wire and that no other program holds the line',
    place: 'line',
  },
  modbus: {
    pollMs: 200,
    rewriteMs: 1000,
    callLimitMs: 1200,
    check: 'check power, A/B wires and unit id',
    place: 'unit',
  },
  command: { pollMs: 600, rewriteMs: 30_000, callLimitMs: 2400, check: 'run the tool by hand' },
  files: {
    pollMs: 600,
    rewriteMs: 30_000,
    callLimitMs: 2400,
    check: 'look for it in the directory of the bus',
    place: 'node',
  },
  host: {
    pollMs: 600,
    rewriteMs: 30_000,
    callLimitMs: 2400,
    check: `check that ${asTyped('accel-host')} runs there`,
  },
} as const satisfies Record<Exclude<keyof BusBackend, 'close' | 'health'>, BusKind>;
