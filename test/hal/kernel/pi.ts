import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { connect, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lineSplitter } from '../../../src/hal/sim/json-lines.ts';

const repo = resolve(import.meta.dirname, '../../..');
/** Filled by scripts/pi-machine.sh. */
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'heatmine-pi');

export const missingPi = (): string | undefined =>
  existsSync(join(cache, 'stamp')) && spawnSync('qemu-system-aarch64', ['-version']).status === 0
    ? undefined
    : 'SKIP kernel-pi: needs the emulated Pi that scripts/pi-machine.sh fetches\n';

/** What control and the guest's own program import; the add-on of i2c-bus is the one for arm64. */
const IMPORTS = ['zod', 'yaml', 'i2c-bus', 'modbus-serial', 'mqtt', 'pino'];

/** These and all that they depend on. Nested ones come along with their owner. */
function packages(): string[] {
  const found = new Set<string>();
  const add = (name: string) => {
    const file = join(repo, 'node_modules', name, 'package.json');
    if (name.startsWith('@types/') || found.has(name) || !existsSync(file)) return;
    found.add(name);
    for (const wanted of Object.keys(JSON.parse(readFileSync(file, 'utf8')).dependencies ?? {})) add(wanted);
  };
  for (const name of IMPORTS) add(name);
  return [...found];
}

/** Taking the types off is most of what a start costs an emulated processor: done here, and Node there told so. */
function withoutTypes(app: string): void {
  for (const name of readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((f) => /(?<!\.d)\.ts$/.test(f)))
    writeFileSync(join(app, name), stripTypeScriptTypes(readFileSync(join(app, name), 'utf8')));
  const hook = `import { registerHooks } from 'node:module';
import { readFileSync } from 'node:fs';
const load = (url, context, next) =>
  url.endsWith('.ts') ? { format: 'module', source: readFileSync(new URL(url), 'utf8'), shortCircuit: true } : next(url, context);
registerHooks({ load });
`;
  writeFileSync(join(app, 'plain.mjs'), hook);
}

/** The whole file system of the guest: Node, our sources, what they import, and an init that runs one program. */
function initramfs(dir: string, program: string): string {
  const root = join(dir, 'root');
  const app = join(root, 'app');
  for (const d of ['proc', 'sys', 'dev', 'tmp', 'app/native/build']) mkdirSync(join(root, d), { recursive: true });
  for (const part of ['bin', 'lib', 'modules']) cpSync(join(cache, part), join(root, part), { recursive: true });
  for (const part of ['src', 'boards', 'test/hal/kernel', 'package.json'])
    cpSync(join(repo, part), join(app, part), { recursive: true });
  withoutTypes(app);
  for (const name of packages())
    cpSync(join(repo, 'node_modules', name), join(app, 'node_modules', name), { recursive: true, dereference: true });
  cpSync(join(cache, 'addons/ioctl-arm64.node'), join(app, 'native/build/ioctl-arm64.node'));
  cpSync(join(cache, 'addons/i2c.node'), join(app, 'node_modules/i2c-bus/build/Release/i2c.node'));
  symlinkSync('busybox', join(root, 'bin/sh'));
  const init = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc; /bin/busybox mount -t sysfs sysfs /sys; /bin/busybox mount -t devtmpfs dev /dev
exec </dev/console >/dev/console 2>&1
/bin/busybox ip link set lo up; /bin/busybox insmod /modules/i2c-dev.ko; /bin/busybox insmod /modules/i2c-bcm2835.ko
cd /app; HOME=/tmp PATH=/bin NODE_OPTIONS='--import /app/plain.mjs' /bin/node --disable-warning=ExperimentalWarning ${program}
echo "guest-code=$?"
/bin/busybox sleep 1; /bin/busybox reboot -f
`;
  writeFileSync(join(root, 'init'), init, { mode: 0o755 });
  const image = join(dir, 'initrd');
  const packed = spawnSync('sh', ['-c', 'find . | cpio -o -H newc --quiet >"$0"', image], {
    cwd: root,
    encoding: 'utf8',
  });
  if (packed.status !== 0) throw new Error(`cpio: ${packed.stderr}`);
  rmSync(root, { recursive: true });
  return image;
}

export interface Pi {
  /** All that both serial ports have said. */
  output(): string;
  /** Sets an emulated TMP105, °C. */
  setC(address: number, celsius: number): Promise<void>;
  /** Levels of GPIO lines 0 to 31 as the pin controller's own register shows them. */
  levels(): Promise<number>;
  ended(): boolean;
  stop(): Promise<void>;
}

/** GPLEV0 of the BCM2837. https://datasheets.raspberrypi.com/bcm2835/bcm2835-peripherals.pdf (6.1, moved to 0x3F000000) */
const GPLEV0 = '0x3f200034';

/** A Raspberry Pi 3 with a TMP105 at each of these addresses of its I2C bus 1, running one program of this repository. */
export async function bootPi(program: string, addresses: readonly number[]): Promise<Pi> {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-pi-'));
  const image = initramfs(dir, program);
  const serial = ['s0', 's1'].map((name) => join(dir, name));
  const qmp = join(dir, 'qmp');
  const args = [
    ...['-M', 'raspi3b', '-kernel', join(cache, 'kernel'), '-dtb', join(cache, 'pi.dtb'), '-initrd', image],
    ...['-append', 'console=ttyAMA0,115200 console=ttyS1,115200 rdinit=/init panic=-1 quiet'],
    ...addresses.flatMap((a) => ['-device', `tmp105,id=t${a},bus=i2c-bus.1,address=${a}`]),
    ...['-display', 'none', '-serial', `file:${serial[0]}`, '-serial', `file:${serial[1]}`, '-no-reboot'],
    // Time in the guest goes by instructions: a busy host makes it slow, not late.
    ...['-qmp', `unix:${qmp},server=on,wait=off`, '-accel', 'tcg,thread=single', '-icount', 'shift=3'],
  ];
  const child = spawn('qemu-system-aarch64', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (d) => (complaint += d));
  let over = false;
  const exited = new Promise<void>((done) =>
    child.once('exit', () => {
      over = true;
      done();
    }),
  );
  const monitor = await openMonitor(qmp, () => over).catch((error) => {
    child.kill('SIGKILL');
    throw new Error(`${error.message}: ${complaint}`);
  });
  return {
    output: () => complaint + serial.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join('\n'),
    setC: async (address, celsius) => {
      const temperature = Math.round(celsius * 1000);
      await monitor.ask('qom-set', {
        path: `/machine/peripheral/t${address}`,
        property: 'temperature',
        value: temperature,
      });
    },
    async levels() {
      const text = String(await monitor.ask('human-monitor-command', { 'command-line': `xp /1wx ${GPLEV0}` }));
      return Number(/: (0x[0-9a-f]+)/.exec(text)?.[1]);
    },
    ended: () => over,
    async stop() {
      monitor.close();
      if (!over) child.kill('SIGKILL');
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** QEMU's machine protocol: one JSON object a line, answers in order. */
async function openMonitor(path: string, over: () => boolean) {
  let socket: Socket | undefined;
  for (let tries = 0; tries < 100 && !socket && !over(); tries++) {
    socket = await new Promise<Socket | undefined>((done) => {
      const s = connect(path, () => done(s));
      s.once('error', () => done(undefined));
    });
    if (!socket) await sleep(100);
  }
  if (!socket) throw new Error('QEMU offers no monitor');
  const waiting: ((answer: { return?: unknown; error?: { desc: string } }) => void)[] = [];
  const onLine = (line: string) => {
    const answer = JSON.parse(line);
    if ('return' in answer || 'error' in answer) waiting.shift()?.(answer);
  };
  socket.on(
    'data',
    lineSplitter(1 << 20, onLine, () => socket.destroy()),
  );
  socket.on('error', () => undefined);
  const ask = async (execute: string, args: object = {}): Promise<unknown> => {
    const answer = await new Promise<{ return?: unknown; error?: { desc: string } }>((done) => {
      waiting.push(done);
      socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    });
    if (answer.error) throw new Error(`${execute}: ${answer.error.desc}`);
    return answer.return;
  };
  await ask('qmp_capabilities');
  return { ask, close: () => socket.destroy() };
}
