import { HeatmineError } from '../../core/errors.ts';
import type { BusBackend, FilesBus, GpioBus, GpioEdge } from '../types.ts';
import { type ModbusLine, openModbusLine } from './modbus-line.ts';
import { openPlantClient, type PlantClient } from './plant-client.ts';

const I2C_LIMIT_MS = 100;
const GPIO_LIMIT_MS = 100;
/** Opening a line happens once, while the plant may still be warming up; not in any tick. */
const OPEN_LIMIT_MS = 1000;
/** Of a command, a file and a host alike. */
const SLOW_LIMIT_MS = 1000;

export interface SimSocketOptions {
  /** Unix socket of the plant process. */
  path: string;
  /** Its Modbus TCP port on 127.0.0.1. */
  modbusPort: number;
  monoMs(): number;
}

/** The plant process as hardware: what control on the simulated board talks to instead of /dev. */
export function simSocket({ path, modbusPort, monoMs }: SimSocketOptions): BusBackend {
  const plant = openPlantClient(path);
  const lines = new Map<string, ModbusLine>();
  let closed = false;
  return {
    i2c: (bus) => ({
      async transfer(address, write, readLength) {
        const place = `${bus} 0x${address.toString(16).toUpperCase().padStart(2, '0')}`;
        const call = { op: 'i2c' as const, bus, address, write: [...write], read: readLength };
        const answer = await plant.ask(call, I2C_LIMIT_MS, place);
        const data = 'data' in answer ? (answer.data ?? []) : [];
        if (data.length !== readLength) {
          throw new HeatmineError('BUS_NOISE', `${place}: ${data.length} bytes instead of ${readLength}`);
        }
        return Uint8Array.from(data);
      },
    }),
    gpio: (bus) => gpioOf(plant, bus),
    modbus(bus) {
      const line =
        lines.get(bus) ?? openModbusLine({ kind: 'tcp', host: '127.0.0.1', port: modbusPort }, { bus, monoMs });
      lines.set(bus, line);
      if (closed) void line.close();
      return line;
    },
    command: (bus) => ({
      async run(args) {
        const answer = await plant.ask({ op: 'command', bus, args: [...args] }, SLOW_LIMIT_MS, bus);
        return 'stdout' in answer ? (answer.stdout ?? '') : '';
      },
    }),
    files: (bus) => filesOf(plant, bus),
    host: (bus) => ({
      async ask(request) {
        const answer = await plant.ask({ op: 'host', bus, request }, SLOW_LIMIT_MS, bus);
        return 'host' in answer ? (answer.host ?? {}) : {};
      },
    }),
    async close() {
      closed = true;
      await Promise.all([plant.close(), ...[...lines.values()].map((line) => line.close())]);
    },
  };
}

function filesOf(plant: PlantClient, bus: string): FilesBus {
  const ask = async (action: 'read' | 'write' | 'list', path: string, text = '') => {
    const answer = await plant.ask({ op: 'files', bus, action, path, text }, SLOW_LIMIT_MS, `${bus} ${path}`);
    return { stdout: '', names: [] as string[], ...answer };
  };
  return {
    read: async (path) => (await ask('read', path)).stdout,
    write: async (path, text) => void (await ask('write', path, text)),
    list: async (path) => (await ask('list', path)).names,
  };
}

function gpioOf(plant: PlantClient, bus: string): GpioBus {
  const levelOf = async (line: number): Promise<0 | 1> => {
    const answer = await plant.ask({ op: 'gpio.read', bus, line }, GPIO_LIMIT_MS, `${bus} line ${line}`);
    return 'level' in answer ? (answer.level ?? 0) : 0;
  };
  return {
    async input(line) {
      const listeners: ((edge: GpioEdge) => void)[] = [];
      let level: 0 | 1 = 0;
      level = await plant.watch(bus, line, (edge) => {
        level = edge.level;
        for (const listener of listeners) listener(edge);
      });
      return {
        read() {
          if (!plant.connected()) throw new HeatmineError('BUS_CLOSED', `${bus} line ${line}: no plant`);
          return level;
        },
        onEdge: (listener) => void listeners.push(listener),
      };
    },
    async output(line, initial) {
      const write = async (level: 0 | 1, limitMs = GPIO_LIMIT_MS) => {
        await plant.ask({ op: 'gpio.write', bus, line, level }, limitMs, `${bus} line ${line}`);
      };
      await write(initial, OPEN_LIMIT_MS);
      return { write: (level) => write(level), read: () => levelOf(line) };
    },
  };
}
