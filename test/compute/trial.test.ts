/** Weights from elsewhere are tried in a process of their own: what ends it costs nobody else a word. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../../src/compute/engine.ts';
import { createEngineHost } from '../../src/compute/engine-child/host.ts';
import { triedFirst } from '../../src/compute/engine-child/trial.ts';
import { systemClock } from '../../src/core/clock.ts';
import { codeOf, collect } from './engine-compliance.ts';
import { silent, tempDir } from './fixture.ts';

const FILE = fileURLToPath(new URL('./crashing-engine.ts', import.meta.url));
const spec = (id: string, sha256?: string) => ({
  ...{ id, file: '', contextTokens: 64, width: 4, sizeBytes: 0 },
  ...(sha256 === undefined ? {} : { sha256 }),
});
/** A busy machine starts processes slowly. */
const LIMIT_MS = 60_000;
const open = () => createEngineHost({ file: FILE, args: [], clock: systemClock, log: silent });

async function withTrial(
  body: (engine: Engine, dir: string, opened: () => number) => Promise<void>,
  limitMs = LIMIT_MS,
): Promise<void> {
  const { dir, remove } = tempDir();
  const host = open();
  let trials = 0;
  const openHost = () => {
    trials++;
    return open();
  };
  try {
    await body(
      triedFirst({ engine: host.engine('llama'), openHost, trusted: new Set(['ours']), dir, limitMs }),
      dir,
      () => trials,
    );
    assert.equal([...host.crashes()], [], 'the engine of all others has never ended');
  } finally {
    await host.close();
    remove();
  }
}

test('what ends the process at its load, or at its first words, is refused; an answer beside it goes on', async () => {
  await withTrial(async (engine) => {
    const good = await engine.load(spec('good', 'ours'));
    const answer = collect(good, { prompt: 'word '.repeat(50), maxTokens: 50 });
    assert.is(await codeOf(engine.load(spec('badload', 'a'))), 'MODEL_INVALID');
    assert.is(await codeOf(engine.load(spec('badwords', 'b'))), 'MODEL_INVALID');
    assert.ok((await answer).text.startsWith('word word'));
    assert.is(good.lost, false);
  });
});

test('what came through is remembered by its hash; what ships or is made here needs no trial', async () => {
  await withTrial(async (engine, dir, trials) => {
    for (const sha256 of ['ours', undefined]) await engine.load(spec('good', sha256));
    assert.is(trials(), 0);
    assert.not.ok(existsSync(join(dir, '.tried.json')));
    for (let n = 0; n < 2; n++) await engine.load(spec('good', 'theirs'));
    assert.is(trials(), 1);
    assert.equal(JSON.parse(readFileSync(join(dir, '.tried.json'), 'utf8')), ['theirs 64']);
    const after = triedFirst({
      engine,
      openHost: () => assert.unreachable() as never,
      trusted: new Set(),
      dir,
      limitMs: LIMIT_MS,
    });
    assert.is((await collect(await after.load(spec('good', 'theirs')), { prompt: 'here' })).text, 'here');
  });
});

test('what comes to no end may have met a busy board once; then it is kept out', async () => {
  await withTrial(async (engine) => {
    const codes: string[] = [];
    for (let n = 0; n < 2; n++) codes.push(await codeOf(engine.load(spec('endless', 'd'))));
    assert.equal(codes, ['BUSY', 'MODEL_INVALID']);
  }, 300);
});

test('who gives the load up ends its trial', async () => {
  await withTrial(async (engine) => {
    const way = new AbortController();
    const load = engine.load(spec('endless', 'c'), way.signal);
    way.abort(new Error('a question came'));
    await load.then(
      () => assert.unreachable(),
      (error) => assert.is(error, way.signal.reason),
    );
  });
});

test.run();
