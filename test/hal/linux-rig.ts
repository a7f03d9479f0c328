import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { PromisifiedBus } from 'i2c-bus';
import { HeatmineError } from '../../src/core/errors.ts';
import { openHostSocket } from '../../src/hal/buses/host-socket.ts';
import { openLinuxCommand } from '../../src/hal/buses/linux-command.ts';
import { openLinuxFiles } from '../../src/hal/buses/linux-files.ts';
import { openCdevGpio, type requestLine } from '../../src/hal/buses/linux-gpio-cdev.ts';
import { openLinuxI2c } from '../../src/hal/buses/linux-i2c.ts';
import { openModbusLine } from '../../src/hal/buses/modbus-line.ts';
import { simLocal } from '../../src/hal/buses/sim-local.ts';
import type { Hardware } from '../../src/hal/sim/hardware.ts';
import { lineSplitter } from '../../src/hal/sim/json-lines.ts';
import { serveModbus } from '../../src/hal/sim/modbus-server.ts';
import { servePlant } from '../../src/hal/sim/server.ts';
import type { BusBackend, FilesBus } from '../../src/hal/types.ts';

const monoMs = () => performance.now();
const dir = mkdtempSync(join(tmpdir(), 'hm-l-'));
let count = 0;

/** The kernel gives up on a held bus after a while, with this error. */
const KERNEL_LIMIT_MS = 900;
const errno = (code: string) => Object.assign(new Error(`${code}, as the kernel says`), { code });

/** The native add-on with emulated chips instead of a kernel behind it: SMBus calls, words little-endian. */
function kernelI2c(hardware: Hardware, bus: string): PromisifiedBus {
  async function transfer(address: number, write: number[], length: number): Promise<Uint8Array> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(errno('ETIMEDOUT')), KERNEL_LIMIT_MS);
    try {
      return await Promise.race([hardware.i2c(bus, address, Uint8Array.from(write), length), promise]);
    } catch (error) {
      throw (error as { code?: string }).code === 'BUS_ABSENT' ? errno('ENXIO') : error;
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    readByte: async (address, command) => (await transfer(address, [command], 1))[0]!,
    async readWord(address, command) {
      const [low = 0, high = 0] = await transfer(address, [command], 2);
      return low | (high << 8);
    },
    async readI2cBlock(address, command, length, buffer) {
      const bytes = await transfer(address, [command], length);
      buffer.set(bytes);
      return { bytesRead: bytes.length };
    },
    sendByte: async (address, byte) => void (await transfer(address, [byte], 0)),
    writeByte: async (address, command, byte) => void (await transfer(address, [command, byte], 0)),
    writeWord: async (address, command, word) => void (await transfer(address, [command, word & 0xff, word >> 8], 0)),
    writeI2cBlock: (address, command, _length, buffer) => transfer(address, [command, ...buffer], 0),
    close: async () => undefined,
  };
}

/** Files of a kernel driver that are emulated chips: what they refuse comes as the kernel's errors, what hangs hangs. */
function kernelFiles(hardware: Hardware, bus: string): FilesBus {
  const files = hardware.files(bus);
  const NUMBERS: Record<string, string> = { BUS_ABSENT: 'ENOENT', BUS_CLOSED: 'EACCES' };
  const asKernel = async <T>(work: Promise<T>): Promise<T> => {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(errno('ETIMEDOUT')), DRIVER_LIMIT_MS);
    try {
      return await Promise.race([work, promise]);
    } catch (error) {
      throw errno(NUMBERS[(error as { code: string }).code] ?? 'EIO');
    } finally {
      clearTimeout(timer);
    }
  };
  const below = (file: string) => relative(FILES_DIR, file);
  return {
    read: (file) => asKernel(files.read(below(file))),
    write: (file, text) => asKernel(files.write(below(file), text)),
    list: (file) => asKernel(files.list(below(file))),
  };
}
const FILES_DIR = '/sys/emulated';
/** Longer than the back end waits: a driver that lets go of a read in the end. */
const DRIVER_LIMIT_MS = 2500;

/** Lines of a GPIO chip that are emulated wires; asking for one fails while `gone` says so, as do those already held. */
export function kernelLine(hardware: Hardware, bus: string, gone: () => boolean = () => false): typeof requestLine {
  return (_label, line, use, where) => {
    const check = () => {
      if (gone()) throw new HeatmineError('BUS_CLOSED', `${where}: ENODEV; the GPIO chip went away`);
    };
    check();
    if (use.direction === 'out') hardware.gpio.write(bus, line, use.initial);
    let stop = () => {};
    return {
      get() {
        check();
        return hardware.gpio.read(bus, line);
      },
      set(level) {
        check();
        hardware.gpio.write(bus, line, level);
      },
      watch(listener) {
        stop = hardware.gpio.watch(bus, line, (edge) => gone() || listener(edge));
      },
      close: () => stop(),
    };
  };
}

/** A vendor's tool: a program of its own that asks the emulated cards over the plant's socket. */
function toolOn(socket: string, bus: string): string {
  const file = join(dir, `tool${count++}`);
  const script = `#!${process.execPath}
const { connect } = require('node:net');
const s = connect(${JSON.stringify(socket)});
let text = '';
s.write(JSON.stringify({ id: 1, op: 'command', bus: ${JSON.stringify(bus)}, args: process.argv.slice(2) }) + '\\n');
s.on('data', (d) => {
  text += d;
  if (!text.includes('\\n')) return;
  const answer = JSON.parse(text);
  if (answer.error) { console.error(answer.error.message); process.exit(1); }
  process.stdout.write(answer.stdout, () => process.exit(0));
});
`;
  writeFileSync(file, script);
  chmodSync(file, 0o755);
  return file;
}

/** The accelerator's own host on a real socket; what is noise there is no JSON. */
async function hostOn(hardware: Hardware, bus: string, path: string): Promise<{ close(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const onLine = (line: string) => {
      const { id, ...request } = JSON.parse(line);
      hardware
        .host(bus)
        .ask(request)
        .then(
          (answer) => socket.write(`${JSON.stringify({ ...answer, id })}\n`),
          () => socket.write('\u0000?!\n'),
        );
    };
    socket.on(
      'data',
      lineSplitter(10_000, onLine, () => undefined),
    );
  });
  await new Promise<void>((done) => server.listen(path, done));
  return { close: () => void server.close() };
}

/**
 * The back ends of Linux with emulated chips where the kernel would be: I2C by the add-on's calls, Modbus TCP, a tool as a
 * child, a host behind its socket, kernel files by the kernel's own errors, GPIO lines by the character device's back end.
 */
export async function linuxRig(hardware: Hardware, hosts: readonly string[] = []) {
  const mine = count++;
  const socket = join(dir, `p${mine}.sock`);
  const prefix = join(dir, `h${mine}-`);
  const plant = await servePlant(hardware, socket);
  const modbus = await serveModbus(hardware, 0);
  const served = await Promise.all(hosts.map((bus) => hostOn(hardware, bus, `${prefix}${bus}.sock`)));
  const sim = simLocal(hardware);
  const opened = new Map<string, { close?(): Promise<void> }>();
  let closed = false;
  function once<B extends object>(key: string, make: () => B): B {
    const found = (opened.get(key) as B | undefined) ?? make();
    opened.set(key, found);
    if (closed) void (found as { close?(): Promise<void> }).close?.();
    return found;
  }
  const buses: BusBackend = {
    ...sim,
    i2c: (bus) =>
      once(`i2c ${bus}`, () => {
        const open = async () => kernelI2c(hardware, bus);
        return openLinuxI2c({ path: '/dev/i2c-9', bus, monoMs, recover: async () => undefined, open });
      }),
    modbus: (bus) =>
      once(`modbus ${bus}`, () =>
        openModbusLine({ kind: 'tcp', host: '127.0.0.1', port: modbus.port }, { bus, monoMs }),
      ),
    gpio: (bus) => once(`gpio ${bus}`, () => openCdevGpio('emulated', bus, kernelLine(hardware, bus))),
    files: (bus) => once(`files ${bus}`, () => openLinuxFiles(FILES_DIR, bus, kernelFiles(hardware, bus))),
    command: (bus) => once(`command ${bus}`, () => openLinuxCommand(toolOn(socket, bus), bus)),
    host: (bus) => once(`host ${bus}`, () => openHostSocket({ path: `${prefix}${bus}.sock` }, { bus, monoMs })),
    async close() {
      closed = true;
      await Promise.all([sim.close(), ...[...opened.values()].map((one) => one.close?.())]);
    },
  };
  return {
    buses,
    async stop() {
      for (const one of served) one.close();
      await plant.close();
      await modbus.close();
    },
  };
}
