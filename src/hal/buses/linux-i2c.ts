import { closeSync, openSync } from 'node:fs';
import type { PromisifiedBus } from 'i2c-bus';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { DeviceHealth } from '../health.ts';
import type { I2cBus } from '../types.ts';
import { native } from './linux-ioctl.ts';
import { smbus } from './smbus.ts';

const LIMIT_MS = 100;
/** The adapter's own patience, so that the kernel gives the thread back before we have given up. */
const KERNEL_LIMIT_10MS = 8;
/** https://github.com/torvalds/linux/blob/v6.1/include/uapi/linux/i2c-dev.h */
const I2C_RETRIES = 0x0701;
const I2C_TIMEOUT = 0x0702;
/** Further tries of one transfer, all within its limit: a garbled byte is worth more of them than a missing acknowledge. */
const RETRIES = { BUS_NOISE: 2, BUS_ABSENT: 1 } as const;
/** Transfers in a row that found the bus held, before it is recovered; then this long until the next attempt, doubling. */
const STUCK_TO_RECOVER = 3;
const RECOVER_MS = { first: 2000, most: 60_000 };

export interface I2cOptions {
  path: string;
  /** Id on the board; begins every message. */
  bus: string;
  monoMs(): number;
  /** Frees a bus that a chip holds; called with the device file closed. Rejects with what is missing. */
  recover(): Promise<void>;
  open?(path: string): Promise<PromisifiedBus>;
}

/**
 * /dev/i2c-N through i2c-bus, opened when first used. Transfers are SMBus calls, which every adapter has: a register and
 * one, two or more bytes either way; one at a time. Where the kernel sits on a stuck bus for longer than 100 ms, the caller
 * gets BUS_STUCK, and so does everybody else, without another thread being spent, until the kernel lets go.
 */
export function openLinuxI2c(options: I2cOptions): I2cBus & { close(): Promise<void>; health(): DeviceHealth } {
  const { path, bus, monoMs } = options;
  const counters = createCounters(bus, path, monoMs);
  let opening: Promise<PromisifiedBus> | undefined;
  let tail: Promise<unknown> = Promise.resolve();
  let hung = false;
  let closed = false;
  const recovery = createRecovery(options, counters, async () => {
    const held = opening;
    opening = undefined;
    await (await held)?.close();
  });

  function open(): Promise<PromisifiedBus> {
    opening ??= (options.open ?? load)(path).catch((error) => {
      opening = undefined;
      throw error;
    });
    return opening;
  }

  /** One try, given up when the limit of the whole transfer is over. */
  async function attempt(leftMs: number, call: (i2c: PromisifiedBus) => Promise<Uint8Array>) {
    if (hung) throw new HeatmineError('BUS_STUCK', 'the kernel still waits for the bus');
    if (recovery.busy()) throw new HeatmineError('BUS_STUCK', 'the bus is being freed');
    const work = call(await open());
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      hung = true;
      reject(new HeatmineError('BUS_STUCK', `no answer within ${LIMIT_MS} ms`));
    }, leftMs);
    const settled = () => {
      hung = false;
    };
    work.then(settled, settled);
    return Promise.race([work, promise]).finally(() => clearTimeout(timer));
  }

  async function run(address: number, write: Uint8Array, readLength: number): Promise<Uint8Array> {
    const where = `${bus} 0x${address.toString(16).toUpperCase().padStart(2, '0')}`;
    if (closed) throw new HeatmineError('BUS_CLOSED', `${where}: the bus is closed`);
    const untilMs = monoMs() + LIMIT_MS;
    for (let tries = 0; ; tries++) {
      try {
        const answer = await attempt(untilMs - monoMs(), (i2c) => smbus(i2c, address, write, readLength));
        counters.ok();
        recovery.saw(undefined, hung);
        return answer;
      } catch (thrown) {
        const error = coded(thrown, where);
        const most = error.code === 'BUS_NOISE' || error.code === 'BUS_ABSENT' ? RETRIES[error.code] : 0;
        if (tries < most && monoMs() < untilMs) {
          counters.retried();
          continue;
        }
        counters.failed(error);
        recovery.saw(error, hung);
        throw error;
      }
    }
  }

  return {
    transfer(address, write, readLength) {
      const result = tail.then(() => run(address, write, readLength));
      tail = result.catch(() => undefined);
      return result;
    },
    health: counters.report,
    async close() {
      closed = true;
      await tail;
      await recovery.ended();
      if (!hung) await (await opening)?.close();
    },
  };
}

type Counters = ReturnType<typeof createCounters>;

function createCounters(bus: string, path: string, monoMs: () => number) {
  const count = { ok: 0, absent: 0, stuck: 0, noise: 0, timeout: 0, retries: 0, recoveries: 0 };
  let last: Pick<DeviceHealth, 'lastError' | 'lastErrorAtMs'> = {};
  const remember = (text: string) => {
    last = { lastError: text.slice(0, 300), lastErrorAtMs: monoMs() };
  };
  return {
    ok() {
      count.ok += 1;
    },
    retried() {
      count.retries += 1;
    },
    recovered() {
      count.recoveries += 1;
    },
    remember,
    failed({ code, message }: HeatmineError) {
      count[code === 'BUS_STUCK' ? 'stuck' : code === 'BUS_NOISE' ? 'noise' : 'absent'] += 1;
      remember(message);
    },
    report: (): DeviceHealth => ({ device: bus, driver: 'i2c-dev', where: path, ...count, ...last }),
  };
}

/** Frees a bus that was found held again and again: beside the queue, so that nobody waits for it, and ever less often. */
function createRecovery({ bus, monoMs, recover }: I2cOptions, counters: Counters, letGo: () => Promise<void>) {
  let stuckInRow = 0;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let pauseMs = RECOVER_MS.first;
  let under: Promise<void> | undefined;

  async function start(): Promise<void> {
    notBeforeMs = monoMs() + pauseMs;
    pauseMs = Math.min(pauseMs * 2, RECOVER_MS.most);
    try {
      // The kernel would wait for whoever has the device file open.
      await letGo();
      await recover();
      counters.recovered();
    } catch (error) {
      counters.remember(`${bus}: cannot be freed: ${messageOf(error)}`);
    } finally {
      under = undefined;
    }
  }
  return {
    busy: () => under !== undefined,
    ended: async () => under,
    saw(error: HeatmineError | undefined, hung: boolean) {
      stuckInRow = error?.code === 'BUS_STUCK' ? stuckInRow + 1 : 0;
      if (!error) pauseMs = RECOVER_MS.first;
      if (stuckInRow >= STUCK_TO_RECOVER && !hung && !under && monoMs() >= notBeforeMs) under = start();
    },
  };
}

/** Loads the add-on and opens the device file. */
async function load(path: string): Promise<PromisifiedBus> {
  const module = await import('i2c-bus').catch((error) => {
    const text = `${path}: i2c-bus is not built; install a C++ compiler and run \`npm rebuild i2c-bus\``;
    throw new HeatmineError('BUS_CLOSED', text, { cause: error });
  });
  const opened = await module.openPromisified(Number(path.slice(path.lastIndexOf('-') + 1)));
  limitKernel(path);
  return opened;
}

/** Both settings are the adapter's, whoever has it open. Without our add-on it keeps its own, often a second. */
function limitKernel(path: string): void {
  try {
    const fd = openSync(path, 'r+');
    native().ioctl(fd, I2C_TIMEOUT, KERNEL_LIMIT_10MS);
    native().ioctl(fd, I2C_RETRIES, 0);
    closeSync(fd);
  } catch {
    // Our own limit holds all the same.
  }
}

/** What the Raspberry Pi's adapter says for a missing acknowledge. The add-on has no name for it, only the number. */
const EREMOTEIO = 121;
/** Kernel error numbers: https://docs.kernel.org/i2c/fault-codes.html */
const CODE_OF: Record<string, 'BUS_ABSENT' | 'BUS_STUCK' | 'BUS_CLOSED'> = {
  ENXIO: 'BUS_ABSENT',
  ENODEV: 'BUS_ABSENT',
  ETIMEDOUT: 'BUS_STUCK',
  EBUSY: 'BUS_STUCK',
  ENOENT: 'BUS_CLOSED',
  EACCES: 'BUS_CLOSED',
};

function coded(error: unknown, where: string): HeatmineError {
  if (error instanceof HeatmineError)
    return error.message.startsWith('/dev/') || error.code === 'VALUE_RANGE'
      ? error
      : new HeatmineError(error.code, `${where}: ${error.message}`, { cause: error });
  const { code: name = '', errno = 0 } = error as { code?: string; errno?: number };
  const code = errno === EREMOTEIO ? 'BUS_ABSENT' : (CODE_OF[name] ?? 'BUS_NOISE');
  const hint =
    code === 'BUS_CLOSED' ? '; switch I2C on (on a Raspberry Pi dtparam=i2c_arm=on) and join the group i2c' : '';
  return new HeatmineError(code, `${where}: ${messageOf(error)}${hint}`, { cause: error });
}
