import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** Runs as root beside heatmine.service. Memory is taken within that service's own limit, as a model that is loaded does. */
const GROUP = '/sys/fs/cgroup/system.slice/heatmine.service';
const BOOT_MS = 90_000;
/** A process of this kernel has no room for more than 256 MB; nobody has marked these to go first. */
const HOG = `perl -e '$x = "x" x (100 << 20); sleep 300'`;
const MOST_HOGS = 8;
const HOG_MS = 3000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const pidOf = (part: string): number | undefined =>
  readFileSync(`${GROUP}/cgroup.procs`, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(Number)
    .find((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`/${part}/main.ts`);
      } catch {
        return false;
      }
    });
const adjOf = (pid: number) => Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
const oomKills = () => Number(/^oom_kill (\d+)/m.exec(readFileSync(`${GROUP}/memory.events`, 'utf8'))![1]);
const shown = (name: string) =>
  execFileSync('systemctl', ['show', 'heatmine', '-p', name, '--value'], { encoding: 'utf8' }).trim();

interface Health {
  control?: { tick: number } | null;
  compute?: unknown;
}
async function state(): Promise<Health> {
  try {
    return (await (await fetch('http://127.0.0.1:8700/api/state')).json()) as Health;
  } catch {
    return {};
  }
}
async function until(fact: (s: Health) => boolean, limitMs: number): Promise<Health> {
  for (const startedMs = performance.now(); performance.now() - startedMs < limitMs; await sleep(500)) {
    const now = await state();
    if (fact(now)) return now;
  }
  throw new Error(`not within ${limitMs} ms: ${fact}`);
}

test('the service starts without root, control at -900, compute at 800, with a limit for all of it', async () => {
  await until((s) => Boolean(s.control && s.compute), BOOT_MS);
  assert.is(shown('ActiveState'), 'active');
  assert.is(adjOf(pidOf('control')!), -900);
  assert.is(adjOf(pidOf('compute')!), 800);
  assert.ok(Number(shown('MemoryMax')) > 0, 'a limit');
});

test('out of memory: compute is ended, control ticks on as the process that it was, and compute comes back', async () => {
  const [control, compute, main] = [pidOf('control'), pidOf('compute'), shown('MainPID')];
  const before = (await state()).control!.tick;
  const hogs: ChildProcess[] = [];
  try {
    while (hogs.length < MOST_HOGS && oomKills() < 2) {
      hogs.push(spawn('/bin/sh', ['-c', `echo $$ > ${GROUP}/cgroup.procs; exec ${HOG}`], { stdio: 'ignore' }));
      await sleep(HOG_MS);
    }
  } finally {
    for (const hog of hogs) hog.kill('SIGKILL');
  }
  assert.ok(oomKills() >= 2, `${hogs.length} times 100 MB, and the kernel ended ${oomKills()}`);
  assert.is(pidOf('control'), control, 'control is who it was');
  assert.is(shown('MainPID'), main, 'and so is its supervisor');
  assert.is(shown('NRestarts'), '0');
  const after = await until((s) => Boolean(s.compute) && pidOf('compute') !== compute, BOOT_MS);
  assert.ok(after.control!.tick > before, `${before} ${after.control!.tick}`);
});

test.run();
