/** One engine process per GPU: where experts go, whose models a crash ends, and what becomes of a GPU that does not work. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Seen } from '../../src/compute/engine.ts';
import { type Device, findDevices, textOf } from '../../src/compute/engine-child/devices.ts';
import { createEngineHost, type EngineHost } from '../../src/compute/engine-child/host.ts';
import { type EnginePool, openPool } from '../../src/compute/engine-child/pool.ts';
import { roomOf } from '../../src/compute/expert-memory.ts';
import { manualClock } from '../../src/core/clock.ts';
import { codeOf, collect } from './engine-compliance.ts';
import { silent, tempDir } from './fixture.ts';

const CRASHING = fileURLToPath(new URL('./crashing-engine.ts', import.meta.url));
const GIB = 2 ** 30;
const spec = (id: string, sizeBytes = 0) => ({ id, file: '', contextTokens: 64, width: 4, sizeBytes });

const device = (name: string, freeBytes: number, env: NodeJS.ProcessEnv = {}): Device => ({
  ...{ gpu: 'vulkan', name, totalBytes: freeBytes, freeBytes, isShared: false },
  env: { FAKE_GPU: String(freeBytes), ...env },
});

type Body = (pool: EnginePool, envs: NodeJS.ProcessEnv[], clock: ReturnType<typeof manualClock>) => Promise<void>;

async function withPool(devices: Device[], body: Body) {
  const envs: NodeJS.ProcessEnv[] = [];
  const clock = manualClock();
  const pool = openPool({
    open(env, blame) {
      envs.push(env);
      return createEngineHost({ file: CRASHING, args: [], env, blame, clock, log: silent });
    },
    proof: async () => ({ spec: spec('faults'), line: 'a line' }),
    find: async () => ({ devices }),
    log: silent,
  });
  try {
    await pool.ready();
    await body(pool, envs, clock);
  } finally {
    await pool.close();
  }
}

test('an expert goes where most memory is free; a crash ends the models of its process alone and is blamed once', async () => {
  await withPool([device('A', 100), device('B', 70)], async (pool) => {
    const engine = pool.engine('llama');
    // A 100, B 70; then A 40, B 70; then A 40, B 10.
    const first = await engine.load(spec('first', 60));
    const second = await engine.load(spec('second', 60));
    const third = await engine.load(spec('third', 10));
    assert.is(await codeOf(collect(second, { prompt: 'x !crash y' })), 'BUSY');
    assert.equal([first.lost, second.lost, third.lost], [false, true, false]);
    assert.is((await collect(third, { prompt: 'still here' })).text, 'still here');
    assert.equal([...pool.crashes()], [['second', 1]]);
    assert.is(await codeOf(engine.load(spec('second', 60))), 'BUSY', 'it waits, wherever it would go');
    assert.is(pool.told.text, 'Vulkan: A, 0.0 GiB; B, 0.0 GiB');
  });
});

for (const is of ['dying', 'wrong'])
  test(`a GPU that is ${is} is left out, its fault is told, and the CPU answers`, async () => {
    await withPool([device('A', 100, { FAKE_IS: is })], async (pool, envs) => {
      assert.is(pool.told.text, 'CPU: no GPU has come through its proof');
      const fault = is === 'dying' ? /A, 0\.0 GiB: the engine ended/ : /A, 0\.0 GiB: it computes wrong: .* -6\.00 nats/;
      assert.match(pool.told.fault!, fault);
      const model = await pool.engine('llama').load(spec('good'));
      assert.is((await collect(model, { prompt: 'here' })).text, 'here');
      assert.equal(envs.at(-1), {}, 'bound to nothing');
    });
  });

test('an expert whose load ends the process on a GPU is loaded on the CPU from then on, also where it is tried alone', async () => {
  await withPool([device('A', 100)], async (pool, envs, clock) => {
    const engine = pool.engine('llama');
    assert.is(await codeOf(engine.load(spec('cpuonly'))), 'BUSY');
    clock.advance(1000);
    const onCpu = await engine.load(spec('cpuonly'));
    assert.is((await collect(onCpu, { prompt: 'here' })).text, 'here');
    assert.equal(envs.at(-1), {});
    await engine.load(spec('good'));
    assert.is(pool.told.text, 'Vulkan: A, 0.0 GiB', 'the others stay on the GPU');
  });
  await withPool([device('A', 100)], async (pool) => {
    const trial = pool.openTrial();
    try {
      const model = await trial.engine('llama').load(spec('cpuonly'));
      assert.is((await collect(model, { prompt: 'here' })).text, 'here');
    } finally {
      await trial.close();
    }
    assert.is((await pool.engine('llama').load(spec('cpuonly'))).lost, false);
    assert.equal([...pool.crashes()], []);
  });
});

test('a sound GPU beside a broken one is used', async () => {
  await withPool([device('A', 100, { FAKE_IS: 'dying' }), device('B', 50)], async (pool) => {
    assert.is(pool.told.text, 'Vulkan: B, 0.0 GiB');
    assert.match(pool.told.fault!, /^Vulkan: A/);
  });
});

test('a GPU whose driver goes away is left out at the next start of its process; experts may take less from then on', async () => {
  const { dir, remove } = tempDir();
  const gone = join(dir, 'gone');
  try {
    await withPool([device('A', 100, { FAKE_GONE: gone })], async (pool) => {
      const engine = pool.engine('llama');
      const bad = await engine.load(spec('bad'));
      writeFileSync(gone, '');
      assert.is(roomOf(pool.devices, 2 * GIB, undefined).budgetBytes, 100);
      assert.is(await codeOf(collect(bad, { prompt: '!crash' })), 'BUSY');
      const good = await engine.load(spec('good'));
      assert.is((await collect(good, { prompt: 'here' })).text, 'here');
      assert.match(pool.told.fault!, /the driver is gone/);
      assert.is(roomOf(pool.devices, 2 * GIB, undefined).budgetBytes, GIB);
    });
  } finally {
    remove();
  }
});

/** Processes as the machine of `raw` would show them: by default without what is no GPU. */
function machine(raw: readonly string[], gpu: 'cuda' | 'vulkan' = 'vulkan') {
  const opened: string[] = [];
  const seenBy = (env: NodeJS.ProcessEnv): Seen => {
    const numbers = (env.GGML_VK_VISIBLE_DEVICES ?? env.CUDA_VISIBLE_DEVICES)?.split(',').map(Number);
    const names = numbers ? numbers.map((n) => raw[n]) : raw.filter((name) => name.startsWith('card'));
    if (names.length === 0 || names.includes(undefined)) return { gpu: false, why: 'none' };
    const isShared = names[0] === 'card of the processor';
    return { gpu, names: names as string[], totalBytes: GIB, freeBytes: GIB, isShared };
  };
  const open = (env: NodeJS.ProcessEnv): EngineHost => {
    opened.push(JSON.stringify(env));
    const engine = () => ({ see: async () => seenBy({ ...given, ...env }) });
    return { engine, close: async () => {} } as unknown as EngineHost;
  };
  let given: NodeJS.ProcessEnv = {};
  const find = (env: NodeJS.ProcessEnv) => {
    given = env;
    return findDevices(open, env, () => undefined);
  };
  return { find, opened };
}

test('each GPU is bound by its own number, whatever else the machine has', async () => {
  const bound = async (raw: string[], env: NodeJS.ProcessEnv = {}, gpu?: 'cuda') =>
    (await machine(raw, gpu).find(env)).devices.map(
      (d) => `${d.name} ${d.env.GGML_VK_VISIBLE_DEVICES ?? d.env.CUDA_VISIBLE_DEVICES}`,
    );
  assert.equal(await bound(['integrated', 'card', 'card', 'processor']), ['card 1', 'card 2']);
  assert.equal(await bound(['card b', 'processor', 'card a']), ['card b 0', 'card a 2']);
  assert.equal(await bound(['card', 'processor', 'card'], { GGML_VK_VISIBLE_DEVICES: '1,2' }), [
    'processor 1',
    'card 2',
  ]);
  assert.equal(await bound(['card', 'card'], {}, 'cuda'), ['card 0', 'card 1']);
  assert.equal(await bound(['card', 'processor']), ['card undefined'], 'the only one needs no number');
  assert.equal(await machine(['processor']).find({}), { devices: [], why: 'none' });
  assert.equal(await bound(['card of the processor']), [], 'without memory of its own only when it is named');
  assert.equal(await bound(['card of the processor'], { GGML_VK_VISIBLE_DEVICES: '0' }), [
    'card of the processor undefined',
  ]);
});

test('a machine without a GPU, or whose owner hides it, starts no process to look', async () => {
  const opened: NodeJS.ProcessEnv[] = [];
  const open = (env: NodeJS.ProcessEnv) => {
    opened.push(env);
    throw new Error('no process');
  };
  const hidden = await findDevices(open, { GGML_VK_VISIBLE_DEVICES: '', CUDA_VISIBLE_DEVICES: '' });
  assert.equal(hidden.devices, []);
  assert.equal(opened, []);
});

test('memory of experts: the GPUs together, each for itself, or half of the processor’s; the owner’s word holds', () => {
  const free = (freeBytes: number, isShared = false) => ({ freeBytes, isShared });
  assert.equal(roomOf([], 8 * GIB, undefined), { budgetBytes: 4 * GIB, deviceBytes: 4 * GIB });
  assert.equal(roomOf([], 0, undefined), { budgetBytes: GIB / 4, deviceBytes: GIB / 4 });
  assert.equal(roomOf([free(22 * GIB), free(10 * GIB)], 8 * GIB, undefined), {
    ...{ budgetBytes: 32 * GIB, deviceBytes: 22 * GIB },
  });
  assert.equal(roomOf([free(6 * GIB, true)], 8 * GIB, undefined), { budgetBytes: 4 * GIB, deviceBytes: 4 * GIB });
  assert.equal(roomOf([free(22 * GIB)], 8 * GIB, 3 * GIB), { budgetBytes: 3 * GIB, deviceBytes: 3 * GIB });
  assert.is(textOf([device('X', 24 * GIB), device('X', 24 * GIB)], ''), 'Vulkan: 2 × X, 24.0 GiB');
  assert.is(textOf([], 'no GPU is here'), 'CPU: no GPU is here');
});

test.run();
