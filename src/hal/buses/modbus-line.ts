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
 * moreover has to answer a probe that no answer it still owes can pass for, because a slave answers in order. Late means
 * up to 10 s.
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

  /** Probes until an answer proves that every older one has arrived or never will. */
  async function resync(doubt: Doubt, request: Request): Promise<void> {
    const owed = doubt.owed.filter((o) => monoMs() - o.atMs < LATEST_MS);
    for (const probe of owed.length ? probesFor(owed, request) : []) {
      try {
        await attempt(probe);
        doubt.owed = [];
        return;
      } catch (error) {
        if (exceptionOf(error) === undefined) throw error;
        // An exception names its function and nothing else: it proves only what no owed request had.
        if (!owed.some((o) => o.call === probe.call)) {
          doubt.owed = [];
          return;
        }
        doubt.owed.push({ call: probe.call, count: probe.count, atMs: monoMs() });
      }
    }
    if (owed.length) throw new HeatmineError('BUS_NOISE', 'answers only exceptions since it was late');
  }

  async function attempt(request: Request): Promise<Uint16Array> {
    try {
      // An open connection keeps the limit by itself.
      const client = connection.current();
      if (client) return await send(client, request);
      return await withLimit(connection.open().then((opened) => send(opened, request)));
    } catch (error) {
      if (exceptionOf(error) !== undefined) throw error;
      if (connection.opened()) miss(request);
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

/**
 * Requests that no late answer can pass for: another function than all owed ones, or another length (checked by length and
 * CRC). Even lengths first: some meters refuse odd ones.
 */
function probesFor(owed: Doubt['owed'], { call, unit, address, count }: Request): Request[] {
  const other = (['readHolding', 'readInput'] as const).find((read) => !owed.some((o) => o.call === read));
  const read = call === 'writeHolding' ? 'readHolding' : call;
  const lengths = [2, 4, 1, 3, 6].filter((n) => !owed.some((o) => o.call === read && o.count === n));
  return [
    ...(other ? [{ call: other, unit, address, count }] : []),
    ...lengths.slice(0, 3).map((n) => ({ call: read, unit, address, count: n })),
  ];
}
