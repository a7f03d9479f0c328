import { setTimeout as sleep } from 'node:timers/promises';
import { HeatmineError } from '../../src/core/errors.ts';
import type { BusBackend, GpioEdge } from '../../src/hal/types.ts';

export type Mode = 'absent' | 'stuck' | 'noise' | 'hang';

/** A back end for the reference board that answers like its chips, keeps what was written and breaks on demand. */
export interface FakeBuses extends BusBackend {
  /** By place: `i2c1 72`, `gpio0 17`, `drive 1`, `gpu`, or a whole bus `i2c1`. */
  broken: Map<string, Mode>;
  registers: Map<string, number>;
  levels: Map<number, 0 | 1>;
  /** Every write in order: `gpio0 17=1`, `i2c1 88=02f0ff`, `drive 1 8502=500`, `gpu -pl 300`. */
  writes: string[];
  edge(line: number, level: 0 | 1): void;
  text: string;
}

const CONTACTS = [16, 20, 21];

export function fakeBuses(): FakeBuses {
  const broken = new Map<string, Mode>();
  const registers = new Map<string, number>();
  const levels = new Map<number, 0 | 1>(CONTACTS.map((line) => [line, 1]));
  const watchers = new Map<number, ((edge: GpioEdge) => void)[]>();
  const writes: string[] = [];
  let sequence = 0;
  let closed = false;

  async function check(bus: string, place: string, limitMs: number): Promise<void> {
    if (closed) throw new HeatmineError('BUS_CLOSED', `${bus} is closed`);
    const mode = broken.get(place) ?? broken.get(bus);
    if (mode === 'absent') throw new HeatmineError('BUS_ABSENT', `${place}: no acknowledge`);
    if (mode === 'noise') throw new HeatmineError('BUS_NOISE', `${place}: garbled`);
    if (mode === 'hang') await new Promise(() => undefined);
    if (mode !== 'stuck') return;
    await sleep(limitMs);
    throw new HeatmineError('BUS_TIMEOUT', `${place}: no answer within ${limitMs} ms`);
  }

  function i2cRegister(address: number, register: number): number {
    const stored = registers.get(`i2c1 ${address} ${register}`);
    if (address === 0x18) return register === 6 ? 0x0054 : (stored ?? 0x0154);
    if (address === 0x48 || address === 0x49) {
      if (register === 0x0f) return 0x0117;
      return register === 1 ? (stored ?? 0x0220) | 0x2000 : (stored ?? 0x0f00);
    }
    return register === 0 ? (registers.get(`i2c1 ${address} 0`) ?? 13_200) : (stored ?? 0x8583) | 0x8000;
  }

  const fake: FakeBuses = {
    broken,
    registers,
    levels,
    writes,
    text: '100.00, 350.00, 55, 100.00, 400.00, 40, 6144, 24576\n120.00, 350.00, 60, 100.00, 400.00, 60, 6144, 24576\n',
    edge(line, level) {
      levels.set(line, level);
      sequence += 1;
      for (const watcher of watchers.get(line) ?? []) watcher({ level, atNs: process.hrtime.bigint(), sequence });
    },
    i2c: (bus) => ({
      async transfer(address, write, readLength) {
        await check(bus, `${bus} ${address}`, 100);
        if (![0x18, 0x48, 0x49, 0x4a, 0x4b, 0x58, 0x59].includes(address)) {
          throw new HeatmineError('BUS_ABSENT', `${bus} ${address}: no acknowledge`);
        }
        const [register = 0, high = 0, low = 0] = write;
        if (write.length > 1) {
          registers.set(`${bus} ${address} ${register}`, (high << 8) | low);
          writes.push(`${bus} ${address}=${Buffer.from(write).toString('hex')}`);
        }
        const word = i2cRegister(address, register);
        return readLength === 2 ? Uint8Array.of(word >> 8, word & 0xff) : new Uint8Array(readLength);
      },
    }),
    gpio: (bus) => ({
      async input(line) {
        await check(bus, `${bus} ${line}`, 1);
        return {
          read() {
            if (closed || broken.has(`${bus} ${line}`)) throw new HeatmineError('BUS_CLOSED', `${bus} ${line} is gone`);
            return levels.get(line) ?? 0;
          },
          onEdge: (watcher) => void watchers.set(line, [...(watchers.get(line) ?? []), watcher]),
        };
      },
      async output(line, initial) {
        await check(bus, `${bus} ${line}`, 1);
        levels.set(line, initial);
        return {
          async write(level) {
            await check(bus, `${bus} ${line}`, 1);
            levels.set(line, level);
            writes.push(`${bus} ${line}=${level}`);
          },
          read: async () => levels.get(line) ?? 0,
        };
      },
    }),
    modbus: (bus) => {
      const read = async (unit: number, address: number, count: number) => {
        await check(bus, `${bus} ${unit}`, 200);
        if (!['drive 1', 'meter 11', 'meter 12'].includes(`${bus} ${unit}`)) {
          throw new HeatmineError('BUS_TIMEOUT', `${bus} unit ${unit}: no answer within 200 ms`);
        }
        return Uint16Array.from({ length: count }, (_, i) => registers.get(`${bus} ${unit} ${address + i}`) ?? 0);
      };
      return {
        readInput: read,
        readHolding: read,
        async writeHolding(unit, address, words) {
          await check(bus, `${bus} ${unit}`, 200);
          for (const [i, word] of words.entries()) {
            registers.set(`${bus} ${unit} ${address + i}`, word);
            writes.push(`${bus} ${unit} ${address + i}=${word}`);
            const state = { 6: 0x231, 7: 0x233, 15: 0x237 }[word];
            if (address === 8501 && state) registers.set(`${bus} ${unit} 3201`, state);
          }
        },
      };
    },
    command: (bus) => ({
      async run(args) {
        await check(bus, bus, 1000);
        if (args[0] === '-pl') {
          writes.push(`${bus} ${args.join(' ')}`);
          fake.text = fake.text.replace(/^([\d.]+), [\d.]+/gm, `$1, ${args[1]}.00`);
          return '';
        }
        if (!args[0]?.startsWith('--query-gpu=')) throw new HeatmineError('BUS_NOISE', `${bus}: ended with 2`);
        return fake.text;
      },
    }),
    // The reference board has neither.
    files: (bus) => {
      throw new HeatmineError('BOARD_INVALID', `no files bus ${bus}`);
    },
    host: (bus) => {
      throw new HeatmineError('BOARD_INVALID', `no host bus ${bus}`);
    },
    async close() {
      closed = true;
    },
  };
  return fake;
}
