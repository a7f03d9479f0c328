import { HeatmineError, messageOf } from '../../core/errors.ts';
import { ModbusException } from '../sim/chips/chip.ts';
import type { Hardware } from '../sim/hardware.ts';
import type { BusBackend, FilesBus, ModbusBus } from '../types.ts';

const I2C_LIMIT_MS = 100;
const MODBUS_LIMIT_MS = 200;
/** Of a command, a file and a host alike. */
const SLOW_LIMIT_MS = 1000;

/** The emulated hardware in this process, for tests and fast simulation: no socket, the same time limits and errors. */
export function simLocal(hardware: Hardware): BusBackend {
  let closed = false;
  const open = () => {
    if (closed) throw new HeatmineError('BUS_CLOSED', 'the simulated bus was closed');
  };
  return {
    i2c: (bus) => ({
      async transfer(address, write, readLength) {
        open();
        const place = `${bus} 0x${address.toString(16).toUpperCase().padStart(2, '0')}`;
        return within(hardware.i2c(bus, address, write, readLength), I2C_LIMIT_MS, place);
      },
    }),
    gpio: (bus) => ({
      async input(line) {
        open();
        return {
          read: () => hardware.gpio.read(bus, line),
          onEdge: (listener) => void hardware.gpio.watch(bus, line, (edge) => !closed && listener(edge)),
        };
      },
      async output(line, initial) {
        open();
        hardware.gpio.write(bus, line, initial);
        return {
          async write(level) {
            open();
            hardware.gpio.write(bus, line, level);
          },
          read: async () => hardware.gpio.read(bus, line),
        };
      },
    }),
    modbus: (bus) => modbusOf(hardware, bus, open),
    command: (bus) => ({
      async run(args) {
        open();
        return within(hardware.command(bus, args), SLOW_LIMIT_MS, bus);
      },
    }),
    files(bus) {
      const slow = async <T>(path: string, ask: (files: FilesBus) => Promise<T>) => {
        open();
        return within(ask(hardware.files(bus)), SLOW_LIMIT_MS, `${bus} ${path}`);
      };
      return {
        read: (path) => slow(path, (files) => files.read(path)),
        write: (path, text) => slow(path, (files) => files.write(path, text)),
        list: (path) => slow(path, (files) => files.list(path)),
      };
    },
    host: (bus) => ({
      async ask(request) {
        open();
        return within(hardware.host(bus).ask(request), SLOW_LIMIT_MS, bus);
      },
    }),
    async close() {
      closed = true;
    },
  };
}

function modbusOf(hardware: Hardware, bus: string, open: () => void): ModbusBus {
  let last: Promise<unknown> = Promise.resolve();
  /** One request at a time per line, like the wire. */
  function queued<T>(unit: number, ask: () => Promise<T>): Promise<T> {
    const place = `${bus} unit ${unit}`;
    const mine = last.then(async () => {
      open();
      try {
        return await within(ask(), MODBUS_LIMIT_MS, place);
      } catch (error) {
        if (!(error instanceof ModbusException)) throw error;
        throw new HeatmineError('VALUE_RANGE', `${place}: ${messageOf(error)}`, { cause: error });
      }
    });
    last = mine.catch(() => {});
    return mine;
  }
  const read = (kind: 'input' | 'holding') => (unit: number, address: number, count: number) =>
    queued(unit, () =>
      hardware.modbus(unit, (chip) => Uint16Array.from({ length: count }, (_, i) => chip[kind](address + i)), bus),
    );
  return {
    readInput: read('input'),
    readHolding: read('holding'),
    writeHolding: (unit, address, words) =>
      queued(unit, () =>
        hardware.modbus(unit, (chip) => words.forEach((word, i) => void chip.setHolding(address + i, word)), bus),
      ),
  };
}

function within<T>(work: Promise<T>, limitMs: number, place: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new HeatmineError('BUS_TIMEOUT', `${place}: no answer within ${limitMs} ms`)),
      limitMs,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
