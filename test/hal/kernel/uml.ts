import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repo = resolve(import.meta.dirname, '../../..');

/** Debian's user-mode Linux, with its modules (package user-mode-linux). */
export const DEBIAN_KERNEL = '/usr/bin/linux.uml';
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'heatmine-uml');
/** The one of scripts/uml-kernel.sh: with simulated GPIO chips and a watchdog. */
export const OWN_KERNEL = join(cache, 'linux');

/** User-mode Linux 6.1 knows no processor with AMX; xstate.c says what is preloaded there. */
const amx = () => /\bamx_tile\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));
const compiler = () => spawnSync('cc', ['--version']).status === 0;

function preload(dir: string): { LD_PRELOAD?: string } {
  if (!amx()) return {};
  const out = join(dir, 'xstate.so');
  const source = join(import.meta.dirname, 'xstate.c');
  const { status, stderr } = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', out, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cc ${source}: ${stderr}`);
  return { LD_PRELOAD: out };
}

/** native/ioctl.c, where the install has not built it: the guests' root is read-only. */
function buildNative(): void {
  const { status, stdout } = spawnSync(process.execPath, [join(repo, 'scripts/native.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
}

/** The line for the test runner when the kernel for a suite is not there. */
export const missing = (suite: string): string | undefined => {
  if (amx() && !compiler()) return `SKIP ${suite}: needs a C compiler on a processor with AMX\n`;
  if (suite === 'kernel-i2c') {
    const there = existsSync(DEBIAN_KERNEL) && existsSync('/sbin/insmod');
    return there ? undefined : `SKIP ${suite}: needs Debian's user-mode-linux and kmod\n`;
  }
  return existsSync(OWN_KERNEL) ? undefined : `SKIP ${suite}: needs the kernel that scripts/uml-kernel.sh builds\n`;
};

export interface Guest {
  output: string;
  /** Exit code of the last command of `body`; undefined when the guest never said so (it hung, died or rebooted). */
  code: number | undefined;
  /** The kernel's watchdog began to start the machine anew, which is where the guest was ended. */
  rebooted: boolean;
}

/**
 * Boots a real kernel as a process, its root this machine's file system, read-only, and runs `body` (shell) in it as
 * PID 1. The guest's exit status does not come out by itself, hence the marked line.
 */
export async function inGuest(kernel: string, body: string, limitS: number): Promise<Guest> {
  if (!existsSync(join(repo, `native/build/ioctl-${process.arch}.node`))) buildNative();
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-uml-'));
  const init = join(dir, 'init.sh');
  const script = `#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev 2>/dev/null; mount -t tmpfs tmp /run
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/run
ip link set lo up 2>/dev/null
cd ${repo}
main() {
${body}
}
main
echo "guest-code=$?"
echo o > /proc/sysrq-trigger
sleep 10
`;
  writeFileSync(init, script, { mode: 0o755 });
  const args = [
    'mem=768M',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    `init=${init}`,
    'con=null',
    'con0=fd:0,fd:1',
    'quiet',
  ];
  const child = spawn(kernel, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { ...process.env, ...preload(dir) },
  });
  function end(): void {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  }
  let output = '';
  const rebooted = () => output.includes('softdog: Initiating system reboot');
  child.stdout.on('data', (d) => {
    output += d;
    // What comes next is this kernel's own: it does not survive the start that it makes.
    if (rebooted()) end();
  });
  child.stderr.on('data', (d) => (output += d));
  const timer = setTimeout(end, limitS * 1000);
  await new Promise((done) => child.once('close', done));
  clearTimeout(timer);
  end();
  rmSync(dir, { recursive: true, force: true });
  const code = /^guest-code=(\d+)/m.exec(output)?.[1];
  return { output, code: code === undefined ? undefined : Number(code), rebooted: rebooted() };
}

/** A suite of this folder, run in the guest by the Node of this process. */
export const suiteInGuest = (file: string, limitS: number): string =>
  `timeout ${limitS} ${process.execPath} --disable-warning=ExperimentalWarning test/hal/kernel/${file}`;

/** Modules in this order; \`i2c-stub\` with the addresses at which chips shall answer. */
export const i2cStub = (addresses: readonly number[]): string => {
  const chips = addresses.map((a) => `0x${a.toString(16)}`).join(',');
  return `m=$(echo /usr/lib/uml/modules/*/kernel/drivers/i2c); insmod $m/i2c-core.ko && insmod $m/i2c-dev.ko && insmod $m/i2c-stub.ko chip_addr=${chips}`;
};
