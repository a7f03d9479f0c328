import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openHostSocket } from '../../src/hal/buses/host-socket.ts';

const monoMs = () => performance.now();
const cli = resolve(import.meta.dirname, '../../scripts/heatmine.mjs');
const dir = mkdtempSync(join(tmpdir(), 'hm-host-'));
const limits = join(dir, 'limits');

/** A tool that answers as nvidia-smi does for one card and writes down every limit it is given. */
function fakeTool(): NodeJS.ProcessEnv {
  writeFileSync(limits, '350\n');
  const file = join(dir, 'nvidia-smi');
  writeFileSync(
    file,
    `#!/bin/sh
if [ "$1" = "-pl" ]; then echo "$2" >> ${limits}; exit 0; fi
echo "287.31, $(tail -n 1 ${limits}).00, 64, 100.00, 400.00, 97, 6144, 24576"
`,
  );
  chmodSync(file, 0o755);
  return { ...process.env, PATH: `${dir}:${process.env.PATH}` };
}
const given = () => readFileSync(limits, 'utf8').trim().split('\n').map(Number);

async function until(what: string, limitMs: number, done: () => boolean): Promise<void> {
  for (const fromMs = monoMs(); !done(); await sleep(20))
    if (monoMs() - fromMs > limitMs) assert.unreachable(`${what}: not within ${limitMs} ms, limits ${given()}`);
}

test('heatmine accel-host: caps real tools, and drops the cap by itself when the controller dies', async () => {
  const path = join(dir, 'accel.sock');
  const args = [cli, 'accel-host', 'nvidia-smi', '--listen', path];
  const child = spawn(process.execPath, args, { env: fakeTool(), stdio: ['ignore', 'ignore', 'pipe'] });
  try {
    await until('serving', 15_000, () => existsSync(path));
    await until('dropped before the first word', 3000, () => given().at(-1) === 100);
    const controller = openHostSocket({ path }, { bus: 'rack', monoMs });
    assert.is((await controller.ask({ op: 'cap', capW: 300, ttlMs: 1500 })).capW, 300);
    assert.is(given().at(-1), 300);
    const { samples } = await controller.ask({ op: 'read' });
    assert.is((samples as { powerW: { value: number } }).powerW.value, 287.31);
    const renewedMs = monoMs();
    await controller.close();
    await until('dropped', 4000, () => given().at(-1) === 100);
    assert.ok(monoMs() - renewedMs > 1000, 'not before its time');
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    assert.is(await ended, 0);
  } finally {
    child.kill('SIGKILL');
  }
});

test('heatmine accel-host: nobody else on the network may cap the cards; what is wrong is said', () => {
  const run = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [cli, 'accel-host', ...args], { encoding: 'utf8' });
    return { status, stderr };
  };
  const open = run('nvidia-smi', '--listen', 'tcp://0.0.0.0:9410');
  assert.is(open.status, 2);
  assert.match(open.stderr, /--token-file/);
  assert.match(run('nvidia-smi', '--listen', 'ftp://x').stderr, /tcp:\/\/host:port/);
  assert.match(run('abacus', '--listen', join(dir, 'x.sock')).stderr, /nvidia-smi or amdgpu/);
  assert.match(run('amdgpu', '--listen', join(dir, 'x.sock')).stderr, /--cards/);
});

test.run();
