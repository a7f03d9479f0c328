/** The engine process: what its crash costs, whom it is blamed on, and that compute itself stays up (F23). */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LoadedModel } from '../../src/compute/engine.ts';
import { createBlame, QUARANTINE_CRASHES } from '../../src/compute/engine-child/blame.ts';
import { createEngineHost } from '../../src/compute/engine-child/host.ts';
import type { FromEngine, ToEngine } from '../../src/compute/engine-child/messages.ts';
import { serveEngines } from '../../src/compute/engine-child/serve.ts';
import { startCompute } from '../../src/compute/start.ts';
import { type Clock, manualClock, systemClock } from '../../src/core/clock.ts';
import { Config } from '../../src/core/config.ts';
import { codeOf, collect } from './engine-compliance.ts';
import { addExpert, call, grantOf, memoryLink, silent, sleep, tempDir } from './fixture.ts';

const CRASHING = fileURLToPath(new URL('./crashing-engine.ts', import.meta.url));
const ENGINE = fileURLToPath(new URL('../../src/compute/engine-child/main.ts', import.meta.url));
const MODELS = fileURLToPath(new URL('../../models', import.meta.url));
/** More than a hundred processes start here: they need not strip and compile the same sources each time. */
const compiled = tempDir();
process.env.NODE_COMPILE_CACHE ??= compiled.dir;
test.after(() => compiled.remove());
const spec = (id: string) => ({ id, file: '', contextTokens: 64, width: 4, sizeBytes: 0 });
const never = new AbortController().signal;
/** After any number of crashes an expert may be loaded again. */
const LONGEST_WAIT_MS = 61_000;

function crashing<C extends Clock>(clock: C, silentMs?: number) {
  const host = createEngineHost({ file: CRASHING, args: [], clock, log: silent, ...(silentMs ? { silentMs } : {}) });
  return { host, clock, engine: host.engine('llama') };
}

test('blame: one in flight is sure, several are doubts that an answer clears; 1, 2, 4 … 60 s; five are enough', () => {
  const blame = createBlame();
  const waits: number[] = [];
  for (let i = 0; i < QUARANTINE_CRASHES; i++) {
    blame.crashed(['bad'], 0);
    const verdict = blame.verdict('bad', 0);
    waits.push(verdict.may === 'wait' ? verdict.forS : Number.NaN);
  }
  assert.equal(waits.slice(0, 4), [1, 2, 4, 8]);
  assert.equal(blame.verdict('bad', 1e9), { may: 'never', crashes: 5 });
  for (let i = 0; i < 20; i++) {
    blame.crashed(['worse', 'innocent'], 0);
    blame.proved('innocent');
  }
  assert.is(blame.verdict('innocent', 60_000).may, 'load');
  assert.is(blame.verdict('worse', 1e9).may, 'never');
});

test('a crash in mid-answer: the others load again, the culprit waits, five times and it is kept out', async () => {
  const { host, clock, engine } = crashing(manualClock());
  try {
    let good = await engine.load(spec('good'));
    for (let i = 0; i < QUARANTINE_CRASHES; i++) {
      const bad = await engine.load(spec('bad'));
      assert.is(await codeOf(collect(bad, { prompt: 'one !crash two' })), 'BUSY');
      assert.ok(good.lost && bad.lost);
      good = await engine.load(spec('good'));
      assert.is((await collect(good, { prompt: 'still here' })).text, 'still here');
      if (i < QUARANTINE_CRASHES - 1) assert.is(await codeOf(engine.load(spec('bad'))), 'BUSY', 'it waits');
      clock.advance(60_000);
    }
    assert.is(await codeOf(engine.load(spec('bad'))), 'MODEL_INVALID');
    assert.equal([...host.crashes()], [['bad', 5]]);
    assert.is((await collect(good, { prompt: 'and still' })).text, 'and still');
  } finally {
    await host.close();
  }
});

test('a crash while one loads is blamed on that one, not on those being answered', async () => {
  const { host, engine } = crashing(manualClock());
  try {
    const good = await engine.load(spec('good'));
    const answer = collect(good, { prompt: 'word '.repeat(50), maxTokens: 50 });
    const answered = codeOf(answer);
    assert.is(await codeOf(engine.load(spec('badload'))), 'BUSY');
    assert.is(await answered, 'BUSY');
    assert.equal([...host.crashes()], [['badload', 1]]);
  } finally {
    await host.close();
  }
});

test('a process that hangs is killed, and its model blamed', async () => {
  const { host, engine } = crashing(systemClock, 300);
  try {
    const model = await engine.load(spec('stuck'));
    assert.is(await codeOf(collect(model, { prompt: '!hang' })), 'BUSY');
    assert.equal([...host.crashes()], [['stuck', 1]]);
  } finally {
    await host.close();
  }
});

test('an abort ends a call at once, and what is read no further is given up in the child', async () => {
  const { host, engine } = crashing(systemClock);
  try {
    // So long that it cannot be over before the abort, however slow this machine is.
    const model = await engine.load({ ...spec('good'), contextTokens: 100_000 });
    const aborter = new AbortController();
    const answer = model.generate(
      { prompt: 'word '.repeat(40_000), maxTokens: 40_000, temperature: 0, stop: [] },
      aborter.signal,
    );
    await answer.next();
    const startedMs = performance.now();
    aborter.abort();
    // Words that had come already are still read.
    const ended = (async () => {
      while (!(await answer.next()).done);
    })();
    await ended.then(
      () => assert.unreachable(),
      (error) => assert.is((error as Error).name, 'AbortError'),
    );
    assert.ok(performance.now() - startedMs < 5000);
    assert.is(await model.countTokens('a b c'), 3);
    assert.is((await collect(model, { prompt: 'free again' }, never)).text, 'free again');
  } finally {
    await host.close();
  }
});

test('a load that is given up leaves nothing in the engine’s process, even if the engine cannot stop it', async () => {
  const loading = Promise.withResolvers<LoadedModel>();
  let unloaded = 0;
  const load = () => loading.promise;
  const heard: FromEngine[] = [];
  let say: (message: ToEngine) => void = () => {};
  const channel = {
    send: (message: FromEngine) => void heard.push(message),
    on: (_: 'message', listener: (message: ToEngine) => void) => {
      say = listener;
    },
  };
  serveEngines({ llama: { name: 'llama', load, close: async () => {} } }, channel);
  say({ call: 1, task: { op: 'load', engine: 'llama', model: 7, spec: spec('slow') } });
  say({ abort: 1 });
  const model = { contextTokens: 64, unload: async () => void unloaded++ };
  loading.resolve(model as unknown as LoadedModel);
  while (heard.length === 0) await sleep(1);
  assert.ok('failure' in heard[0]!);
  assert.is(unloaded, 1);
});

test('llama: a load is given up at any moment, and the engine goes on', async () => {
  const host = createEngineHost({ file: ENGINE, args: [], clock: systemClock, log: silent });
  const engine = host.engine('llama');
  const file = join(MODELS, 'faults/faults.q8_0.gguf');
  const faults = { ...spec('faults'), file, contextTokens: 256 };
  try {
    await (await engine.load(faults)).unload();
    for (const afterMs of [0, 1, 3, 10, 30]) {
      const way = new AbortController();
      const load = engine.load(faults, way.signal).then(
        (model) => model.unload(),
        (error) => assert.is(error, way.signal.reason),
      );
      await sleep(afterMs);
      way.abort(new Error('a question came'));
      await load;
    }
    await engine.load(faults, AbortSignal.abort()).then(
      () => assert.unreachable(),
      () => {},
    );
    const model = await engine.load(faults, never);
    assert.ok((await model.score!('fault: no hot water', never)).tokens > 0);
  } finally {
    await host.close();
  }
  assert.equal([...host.crashes()], []);
});

test('compute stays up through a hundred crashes; who was not to blame is answered', async () => {
  const { dir, remove } = tempDir();
  const path = join(dir, 'c.sock');
  const link = memoryLink();
  const ids = Array.from({ length: 20 }, (_, i) => `bad${i}`);
  for (const id of ['good', ...ids]) addExpert(join(dir, 'models'), id, { contextTokens: 128 });
  // Real time but for leaps over what a crash has to wait for: a clock that ran faster would make deadlines of a busy machine's pauses.
  let leaptMs = 0;
  const clock = { ...systemClock, monoMs: () => systemClock.monoMs() + leaptMs };
  const compute = await startCompute({
    // As if they shipped: none is tried first.
    ...{ config: Config.parse({}), shippedDir: join(dir, 'models'), installedDir: join(dir, 'none'), listen: { path } },
    ...{ link, clock, log: silent, engineFile: CRASHING },
  });
  link.deliver('grant', grantOf(4900, 0, 'test', 1e9));
  const ask = (model: string, content: string) =>
    call(path, 'POST', '/v1/chat/completions', { model, messages: [{ role: 'user', content }] });
  try {
    let crashes = 0;
    const good = async () => {
      const reply = await ask('good', 'hello there');
      assert.is(reply.status, 200, reply.text);
    };
    // Each of twenty experts crashes until it is kept out.
    for (let round = 0; round < QUARANTINE_CRASHES; round++) {
      leaptMs += LONGEST_WAIT_MS;
      // A grant is taken for an hour at most, and this is a new one.
      link.deliver('grant', grantOf(4900, 0, 'test', 1e9));
      for (const [i, id] of ids.entries()) {
        const reply = await ask(id, 'x !crash y');
        crashes += reply.status === 503 && /busy/.test(reply.text) ? 1 : 0;
        if (i % 4 === 0) await good();
      }
    }
    await good();
    leaptMs += LONGEST_WAIT_MS;
    for (const id of ids) assert.match((await ask(id, 'x !crash y')).text, /model_invalid/);
    const figures = (await call(path, 'GET', '/metrics')).text;
    const counted = [...figures.matchAll(/heatmine_engine_crashes_total\{expert="(\w+)"\} (\d+)/g)];
    assert.is(
      counted.reduce((n, m) => n + Number(m[2]), 0),
      100,
    );
    assert.ok(counted.every((m) => m[1] !== 'good'));
    assert.is(crashes, 100);
  } finally {
    await compute.stop();
    remove();
  }
});

test.run();
