import { HeatmineError } from '../../core/errors.ts';
import type { ModbusBus } from '../types.ts';
import {
  codedModbus,
  connect,
  exceptionOf,
  type ModbusClient,
  type ModbusTransport,
  type Request,
  reconnecting,
  send,
  withLimit,
} from './modbus-wire.ts';

export interface ModbusLine extends ModbusBus {
  close(): Promise<void>;
}

/** A serial line must be silent this long after a fault before the next request: the longest answer at 9600 baud. */
const QUIET_MS = 50;
/** A silent unit is left alone, longer each time, so that it does not hold up its neighbours. */
const REST_MS = { first: 100, most: 4000 };
/** An answer later than this is not expected any more. */
const LATEST_MS = 10_000;

/** What is known of one unit since its last good answer. */
interface Doubt {
  restMs: number;
  untilMs: number;
  /** Shapes of the requests that it still owes an answer. */
  owed: { call: Request['call']; count: number; atMs: number }[];
}

/**
 * One Modbus line, RTU or TCP: one request at a time, 200 ms each, connected when first used and again after a fault, with
 * a growing pause while that fails. A late answer never becomes the next one:
 * after any fault the connection is dropped, and with it what is still under way (the whole cure for TCP); a serial unit
 * moreover has to answer a request of another length than those it still owes, which a late answer cannot pass for (its
 * length and CRC do not fit), because a slave answers in order. Late means up to 10 s.
 * Errors are HeatmineErrors and name the bus: BUS_TIMEOUT, BUS_NOISE (CRC, length), BUS_CLOSED, BUS_ABSENT, VALUE_RANGE.
 */
export function openModbusLine(transport: ModbusTransport, options: { bus: string; monoMs(): number }): ModbusLine {
  return lineOver(() => connect(transport), transport.kind === 'rtu', options);
}

/** The same over any connection of modbus-serial; `inOrderOnly`: the wire carries no transaction number (RTU). */
export function lineOver(
  connecting: () => Promise<ModbusClient>,
  inOrderOnly: boolean,
  { bus, monoMs }: { bus: string; monoMs(): number },
): ModbusLine {
  const connection = reconnecting(connecting, monoMs, inOrderOnly ? QUIET_MS : 0);
  const doubts = new Map<number, Doubt>();
  let tail: Promise<unknown> = Promise.resolve();
  let closed = false;

  async function exchange(request: Request): Promise<Uint16Array> {
    const { unit } = request;
    const where = `${bus} unit ${unit}`;
    if (closed) throw new HeatmineError('BUS_CLOSED', `${where}: line is closed`);
    const doubt = doubts.get(unit);
    if (doubt && monoMs() < doubt.untilMs) {
      throw new HeatmineError('BUS_TIMEOUT', `${where}: silent, next try in ${Math.ceil(doubt.untilMs - monoMs())} ms`);
    }
    try {
      if (doubt && inOrderOnly) await resync(doubt, request);
      const answer = await attempt(request);
      doubts.delete(unit);
      return answer;
    } catch (error) {
      throw codedModbus(error, where);
    }
  }

  /** A request whose answer no late one can pass for. Any exception is an answer too. */
  async function resync(doubt: Doubt, { call, unit, address }: Request): Promise<void> {
    const read = call === 'writeHolding' ? 'readHolding' : call;
    const owed = doubt.owed.filter((o) => monoMs() - o.atMs < LATEST_MS);
    let count = 1;
    while (owed.some((o) => o.call === read && o.count === count)) count++;
    await attempt({ call: read, unit, address, count }).catch((error) => {
      if (exceptionOf(error) === undefined) throw error;
    });
    doubt.owed = [];
  }

  async function attempt(request: Request): Promise<Uint16Array> {
    try {
      return await withLimit(connection.open().then((client) => send(client, request)));
    } catch (error) {
      if (exceptionOf(error) !== undefined) throw error;
      if (connection.isOpen()) miss(request);
      connection.drop();
      throw error;
    }
  }

  function miss({ unit, call, count }: Request): void {
    const before = doubts.get(unit);
    const restMs = Math.min((before?.restMs ?? REST_MS.first / 2) * 2, REST_MS.most);
    const owed = [...(before?.owed ?? []), { call, count, atMs: monoMs() }];
    doubts.set(unit, { restMs, untilMs: monoMs() + restMs, owed });
  }

  function queued(request: Request): Promise<Uint16Array> {
    const result = tail.then(() => exchange(request));
    tail = result.catch(() => undefined);
    return result;
  }

  return {
    readInput: (unit, address, count) => queued({ call: 'readInput', unit, address, count }),
    readHolding: (unit, address, count) => queued({ call: 'readHolding', unit, address, count }),
    async writeHolding(unit, address, words) {
      await queued({ call: 'writeHolding', unit, address, count: words.length, words });
    },
    async close() {
      closed = true;
      await tail;
      await connection.drop();
    },
  };
}
