import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModbusTransport } from '../../../hal/buses/modbus-wire.ts';

const PYTHON = '/usr/bin/python3';
const READY_MS = 10_000;
const BAUD = 115_200;

/** Register words by unit and table; what is not given holds the pattern of server.py. */
export type RegisterMap = Record<number, { input?: Record<number, number>; holding?: Record<number, number> }>;
/** Share of answers that go wrong in each way. On TCP nothing but a lost, short or late answer can be told. */
export type PeerFaults = Partial<
  Record<'slow' | 'late' | 'silent' | 'short' | 'crc' | 'swapped' | 'garbage' | 'unit', number>
>;

export interface ModbusPeer {
  transport: ModbusTransport;
  /** Ends it; resolves with how often it answered in each way. */
  stop(): Promise<Record<string, number>>;
}

/** What is missing on this machine to run the foreign peer, by package; undefined when it can run. */
export function peerMissing(): string | undefined {
  const python = spawnSync(PYTHON, ['-c', 'import pymodbus.server'], { stdio: 'ignore' });
  const socat = spawnSync('socat', ['-V'], { stdio: 'ignore' });
  const missing = [
    python.status === 0 ? [] : ['python3-pymodbus', 'python3-serial-asyncio'],
    socat.status === 0 ? [] : ['socat'],
  ].flat();
  return missing.length ? `needs ${missing.join(', ')} (Debian)` : undefined;
}

interface PeerOptions {
  registers?: RegisterMap;
  faults?: PeerFaults;
  seed?: number;
}

/** Debian's pymodbus as a slave: on one end of a pty pair (RTU) or on a free TCP port. */
export async function startPeer(kind: 'rtu' | 'tcp', options: PeerOptions = {}): Promise<ModbusPeer> {
  const common = { registers: options.registers ?? {}, faults: options.faults ?? {}, seed: options.seed ?? 1 };
  if (kind === 'tcp') {
    const port = await freePort();
    const server = await startServer({ ...common, port });
    await connectable(port);
    return { transport: { kind: 'tcp', host: '127.0.0.1', port }, stop: () => server.stop() };
  }
  const pair = await ptyPair();
  const server = await startServer({ ...common, serial: pair.far, baud: BAUD });
  return {
    transport: { kind: 'rtu', path: pair.near, baud: BAUD, parity: 'none' },
    async stop() {
      const counts = await server.stop();
      await pair.close();
      return counts;
    },
  };
}

async function startServer(options: object): Promise<{ stop(): Promise<Record<string, number>> }> {
  const script = join(import.meta.dirname, 'server.py');
  const child = spawn(PYTHON, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let errors = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (errors = `${errors}${text}`.slice(-2000)));
  await until(() => out.includes('ready\n'), `pymodbus did not start: ${errors}`, child);
  return {
    async stop() {
      await end(child);
      return JSON.parse(out.slice(out.indexOf('{')) || '{}') as Record<string, number>;
    },
  };
}

/** Two serial ports back to back. One end of each is held open, so that closing and opening the near one is harmless. */
async function ptyPair(): Promise<{ near: string; far: string; close(): Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'hm-pty-'));
  const [near, far] = [join(dir, 'near'), join(dir, 'far')];
  const child = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' });
  await until(() => existsSync(near) && existsSync(far), 'socat made no pty pair', child);
  // Not as our controlling terminal: its end would be ours too.
  const held = openSync(near, constants.O_RDWR | constants.O_NOCTTY);
  return {
    near,
    far,
    async close() {
      closeSync(held);
      await end(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function until(done: () => boolean, what: string, child: ChildProcess): Promise<void> {
  const fromMs = performance.now();
  while (!done()) {
    if (child.exitCode !== null || performance.now() - fromMs > READY_MS) {
      child.kill('SIGKILL');
      throw new Error(what);
    }
    await sleep(10);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once('close', done));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address ? address.port : 0;
}

async function connectable(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const open = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => done(true)).once('error', () => done(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    await sleep(25);
  }
  throw new Error(`pymodbus does not listen on port ${port}`);
}
