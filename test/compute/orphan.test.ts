/** Compute was killed while native code hung: the engine process goes with it, and heats no processor for nobody. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ToEngine } from '../../src/compute/engine-child/messages.ts';
import { sleep, tempDir } from './fixture.ts';

const ENGINE = fileURLToPath(new URL('../../src/compute/engine-child/main.ts', import.meta.url));
const LIMIT_MS = 10_000;

test('an engine process whose parent is gone ends, though a load never comes back', async () => {
  const { dir, remove } = tempDir();
  const file = join(dir, 'hangs.gguf');
  execFileSync('mkfifo', [file]);
  const child = fork(ENGINE, [], { execArgv: ['--disable-warning=ExperimentalWarning'] });
  const spec = { id: 'hangs', file, contextTokens: 64, width: 1, sizeBytes: 1 };
  const order = (what: ToEngine) => child.send(what);
  order({ ping: true });
  await once(child, 'message');
  order({ call: 1, task: { op: 'load', engine: 'llama', model: 1, spec } });
  // Until the file is being opened: nobody writes to it, ever.
  await sleep(2000);
  assert.is(child.exitCode, null);
  const gone = once(child, 'exit');
  const stuck = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const fromMs = performance.now();
  child.disconnect();
  await gone;
  clearTimeout(stuck);
  remove();
  assert.ok(performance.now() - fromMs < LIMIT_MS - 1000, 'it had to be killed');
});

test.run();
