import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PromisifiedBus } from 'i2c-bus';
import { openHostSocket } from '../../src/hal/buses/host-socket.ts';
import { openLinuxCommand } from '../../src/hal/buses/linux-command.ts';
import { openLinuxI2c } from '../../src/hal/buses/linux-i2c.ts';
import { openModbusLine } from '../../src/hal/buses/modbus-line.ts';
import { simLocal } from '../../src/hal/buses/sim-local.ts';
import type { Hardware } from '../../src/hal/sim/hardware.ts';
import { lineSplitter } from '../../src/hal/sim/json-lines.ts';
import { serveModbus } from '../../src/hal/sim/modbus-server.ts';
import { servePlant } from '../../src/hal/sim/server.ts';
import type { BusBackend } from '../../src/hal/types.ts';

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
 * child, a host behind its socket. GPIO and kernel files are proven on real kernels and a real directory instead.
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
