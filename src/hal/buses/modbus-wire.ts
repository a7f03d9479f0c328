import { setTimeout as sleep } from 'node:timers/promises';
import type { ModbusRTU as ModbusClient } from 'modbus-serial/ModbusRTU.js';
import { HeatmineError, messageOf } from '../../core/errors.ts';

export type { ModbusClient };

export type ModbusTransport =
  | { kind: 'tcp'; host: string; port: number }
  | { kind: 'rtu'; path: string; baud: number; parity: 'none' | 'even' | 'odd' };

export interface Request {
  call: 'readInput' | 'readHolding' | 'writeHolding';
  unit: number;
  address: number;
  /** Registers to read, or words to write. */
  count: number;
  words?: readonly number[];
}

/** From the moment a request has the line to its answer, connecting included. */
const LIMIT_MS = 200;
const CLOSE_LIMIT_MS = 100;
const RECONNECT_MS = { first: 50, most: 2000 };

/**
 * Opens when needed, once for all who wait; after a failed attempt refuses at once until a growing pause is over. A dropped
 * connection is gone, with all that was still under way on it, before the next one opens.
 */
export function reconnecting(connecting: () => Promise<ModbusClient>, monoMs: () => number, quietMs: number) {
  let client: ModbusClient | undefined;
  let opening: Promise<ModbusClient> | undefined;
  let dropping: Promise<void> = Promise.resolve();
  let pauseMs = RECONNECT_MS.first;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let lastFailure = '';

  async function establish(): Promise<ModbusClient> {
    await dropping;
    try {
      const opened = await connecting();
      // Without a listener the library's `error` event would end the process; the request itself reports.
      opened.on('error', () => undefined);
      pauseMs = RECONNECT_MS.first;
      client = opened;
      return opened;
    } catch (error) {
      notBeforeMs = monoMs() + pauseMs;
      pauseMs = Math.min(pauseMs * 2, RECONNECT_MS.most);
      lastFailure = messageOf(error).replace(/^Error: /, '');
      throw new HeatmineError('BUS_CLOSED', lastFailure, { cause: error });
    }
  }

  return {
    /** Whether a connection was established, even if it has broken since. */
    opened: () => client !== undefined,
    current: () => (client?.isOpen ? client : undefined),
    async open(): Promise<ModbusClient> {
      if (monoMs() < notBeforeMs) throw new HeatmineError('BUS_CLOSED', `not connected: ${lastFailure}`);
      opening ??= establish().finally(() => {
        opening = undefined;
      });
      return opening;
    },
    drop(): Promise<void> {
      const old = client;
      client = undefined;
      if (old) dropping = dropping.then(() => end(old, quietMs));
      return dropping;
    },
  };
}

async function end(client: ModbusClient, quietMs: number): Promise<void> {
  if (quietMs) await sleep(quietMs);
  client.destroy(() => undefined);
  // Serial ports know no destroy: they close. A peer that never answers a close must not hold us up.
  if (client.isOpen)
    await Promise.race([new Promise<void>((done) => client.close(() => done())), sleep(CLOSE_LIMIT_MS)]);
}

export async function connect(transport: ModbusTransport): Promise<ModbusClient> {
  const { default: library } = await import('modbus-serial');
  // The package is CommonJS: what its types call the default's default is the class itself.
  const client = new (library as unknown as new () => ModbusClient)();
  client.setTimeout(LIMIT_MS);
  try {
    if (transport.kind === 'tcp') await client.connectTCP(transport.host, { port: transport.port, timeout: LIMIT_MS });
    else {
      const { path, baud: baudRate, parity } = transport;
      await client.connectRTUBuffered(path, { baudRate, parity, dataBits: 8, stopBits: 1 });
    }
  } catch (error) {
    client.destroy(() => undefined);
    throw error;
  }
  return client;
}

export async function send(client: ModbusClient, { call, unit, address, count, words }: Request): Promise<Uint16Array> {
  client.setID(unit);
  if (!words) {
    const read =
      call === 'readInput' ? client.readInputRegisters(address, count) : client.readHoldingRegisters(address, count);
    const { data } = await read;
    if (data.length !== count)
      throw new HeatmineError('BUS_NOISE', `answered ${data.length} registers instead of ${count}`);
    return Uint16Array.from(data);
  }
  const echo =
    words.length === 1
      ? await client.writeRegister(address, words[0]!)
      : await client.writeRegisters(address, [...words]);
  const confirmed = 'value' in echo ? echo.value === words[0] : echo.length === words.length;
  if (echo.address !== address || !confirmed)
    throw new HeatmineError('BUS_NOISE', 'echo differs from what was written');
  return Uint16Array.of();
}

export function withLimit<T>(work: Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new HeatmineError('BUS_TIMEOUT', `no answer within ${LIMIT_MS} ms`)), LIMIT_MS);
  // What loses may still settle later; nobody is waiting for it.
  work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}

/** Modbus exception code, if that is what the slave answered: the line itself is sound. */
export function exceptionOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'modbusCode' in error ? error.modbusCode : undefined;
  return typeof code === 'number' ? code : undefined;
}

export function codedModbus(error: unknown, where: string): HeatmineError {
  if (error instanceof HeatmineError)
    return new HeatmineError(error.code, `${where}: ${error.message}`, { cause: error });
  const message = messageOf(error);
  const exception = exceptionOf(error);
  if (exception === 2 || exception === 3)
    return new HeatmineError('VALUE_RANGE', `${where}: ${message}`, { cause: error });
  if (exception === 10 || exception === 11)
    return new HeatmineError('BUS_ABSENT', `${where}: ${message}`, { cause: error });
  if (/timed out/i.test(message)) {
    return new HeatmineError('BUS_TIMEOUT', `${where}: no answer within ${LIMIT_MS} ms`, { cause: error });
  }
  if (/port not open|closed|ECONN|EPIPE/i.test(message))
    return new HeatmineError('BUS_CLOSED', `${where}: ${message}`, { cause: error });
  return new HeatmineError('BUS_NOISE', `${where}: ${message}`, { cause: error });
}
