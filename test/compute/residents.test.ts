/** Models in memory while their users, their files and the plan change under them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine, ModelSpec } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { scanExperts } from '../../src/compute/experts.ts';
import { manualClock } from '../../src/core/clock.ts';
import { addExpert, residentsAlone, roomFor, sleep, tempDir } from './fixture.ts';

/** Echo that remembers what was loaded, and takes a moment to unload. */
function slowToUnload() {
  const [loaded, unloaded] = [[] as ModelSpec[], [] as string[]];
  const echo = createEchoEngine();
  const engine: Engine = {
    ...echo,
    async load(spec) {
      loaded.push(spec);
      const model = await echo.load(spec);
      return {
        ...model,
        async unload() {
          unloaded.push(spec.id);
          await sleep(20);
        },
      };
    },
  };
  return { engine, loaded, unloaded };
}

function rig(ids: readonly string[], bytes: number, change: (id: string) => Record<string, unknown> = () => ({})) {
  const { dir, remove } = tempDir();
  for (const id of ids) addExpert(dir, id, change(id));
  const seen = slowToUnload();
  const residents = residentsAlone(scanExperts([dir]), () => seen.engine, roomFor(bytes), manualClock());
  const close = async () => {
    await residents.close();
    remove();
  };
  return { dir, residents, ...seen, close };
}

test('a model that is asked for while others make room is not unloaded under its asker', async () => {
  const wide = (id: string) => (id === 'wide' ? { contextTokens: 1_000_000 } : {});
  const probe = rig(['s0', 'wide'], 1e12, wide);
  const [small, large] = ['s0', 'wide'].map((id) => probe.residents.facts(id).memoryBytes);
  await probe.close();
  // As many small ones as must all go for the wide one.
  const smalls = Array.from({ length: Math.ceil(large! / small!) }, (_, i) => `s${i}`);
  assert.ok(smalls.length > 1);
  const { residents, unloaded, close } = rig([...smalls, 'wide'], smalls.length * small!, wide);
  try {
    for (const id of smalls) (await residents.use(id)).release();
    const wanted = residents.use('wide');
    await sleep(5);
    assert.is(unloaded.length, 1, 'the first makes room');
    const next = smalls.find((id) => !unloaded.includes(id))!;
    let given = false;
    const asked = residents.use(next).then(({ release }) => {
      given = true;
      release();
    });
    const { release } = await wanted;
    assert.is(given, false, 'it waits for what takes its room');
    release();
    await asked;
  } finally {
    await close();
  }
});

test('weights that were replaced while they answered are not served again, and those that were removed leave', async () => {
  const { dir, residents, loaded, unloaded, close } = rig(['a', 'b'], 1e9);
  try {
    const [a, b] = [await residents.use('a'), await residents.use('b')];
    addExpert(dir, 'a', { contextTokens: 64 });
    rmSync(join(dir, 'b'), { recursive: true });
    residents.update(scanExperts([dir]));
    assert.equal(unloaded, [], 'both are in use');
    const next = residents.use('a');
    a.release();
    b.release();
    (await next).release();
    await sleep(50);
    assert.equal(unloaded.sort(), ['a', 'b']);
    assert.equal(
      loaded.filter(({ id }) => id === 'a').map(({ contextTokens }) => contextTokens),
      [128, 64],
    );
    assert.equal([residents.resident('a'), residents.resident('b')], [true, false]);
  } finally {
    await close();
  }
});

test.run();
