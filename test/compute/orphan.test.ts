/** Compute was killed while native code hung: the engine process goes with it, and heats no processor for nobody. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tempDir } from './fixture.ts';

const ENGINE = fileURLToPath(new URL('../../src/compute/engine-child/main.ts', import.meta.url));
const LIMIT_MS = 30_000;

test('an engine process whose parent is gone ends, though a thread of it never comes back', async () => {
  const { dir, remove } = tempDir();
  const pipe = join(dir, 'nobody-writes');
  execFileSync('mkfifo', [pipe]);
  // As a load does that hangs: it holds a thread of the pool, which an exit waits for.
  const hang = `import { open } from 'node:fs'; open(${JSON.stringify(pipe)}, 'r', () => {});`;
  const execArgv = [
    '--disable-warning=ExperimentalWarning',
    '--import',
    `data:text/javascript,${encodeURIComponent(hang)}`,
  ];
  const child = fork(ENGINE, [], { execArgv });
  child.send({ ping: true });
  await once(child, 'message');
  const gone = once(child, 'exit');
  const stuck = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  const fromMs = performance.now();
  child.disconnect();
  await gone;
  clearTimeout(stuck);
  remove();
  assert.ok(performance.now() - fromMs < LIMIT_MS / 2, 'it had to be killed');
});

test.run();
