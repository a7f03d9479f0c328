/** Compute as the supervisor runs it: a child process, told to start and to stop over IPC. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../src/core/config.ts';
import { call, tempDir } from './fixture.ts';

const main = fileURLToPath(new URL('../../src/compute/main.ts', import.meta.url));

async function started(): Promise<{ child: ChildProcess; path: string; readyMs: number; remove(): void }> {
  const { dir, remove } = tempDir();
  const path = join(dir, 'c.sock');
  const child = fork(main, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const sockets = { compute: path, broker: join(dir, 'absent.sock'), plant: join(dir, 'absent.sock') };
  const startedMs = performance.now();
  child.send({ type: 'start', start: { config: Config.parse({}), home: dir, sockets, passwords: { compute: 'x' } } });
  const [message] = (await once(child, 'message')) as [{ type: string }];
  assert.is(message.type, 'ready');
  return { child, path, readyMs: performance.now() - startedMs, remove };
}

test('ready without a broker, honest without a grant, gone with code 0 when told', async () => {
  const { child, path, remove } = await started();
  assert.is((await call(path, 'GET', '/v1/models')).status, 200);
  const refused = await call(path, 'POST', '/v1/completions', { model: 'auto', prompt: 'hello' });
  assert.is(refused.status, 503);
  assert.is((refused.json() as Record<string, { code: string }>).error!.code, 'no_power');
  const pssKib = Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/smaps_rollup`, 'utf8'))![1]);
  assert.ok(pssKib < 200 * 1024, `${pssKib} KiB`);
  child.send({ type: 'stop' });
  const [code] = await once(child, 'exit');
  assert.is(code, 0);
  remove();
});

test('ends by itself when the supervisor dies', async () => {
  const { child, remove } = await started();
  child.disconnect();
  await once(child, 'exit');
  remove();
});

test.run();
