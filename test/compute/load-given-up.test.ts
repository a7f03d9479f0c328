/** A load that takes long is let go of at once when its reason is gone, whatever the engine's process still does. */
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createEngineHost } from '../../src/compute/engine-child/host.ts';
import { startFiller } from '../../src/compute/filler.ts';
import type { Evolution } from '../../src/compute/merge/evolution/evolution.ts';
import { createWork } from '../../src/compute/work.ts';
import { CARDS } from '../../src/contract/cards.ts';
import { systemClock } from '../../src/core/clock.ts';
import { codeOf, collect } from './engine-compliance.ts';
import { silent, sleep } from './fixture.ts';

const FILE = fileURLToPath(new URL('./crashing-engine.ts', import.meta.url));
/** 200 ms are promised: five times as long on a busy machine. */
const LIMIT_MS = 1000;
const spec = (id: string) => ({ id, file: '', contextTokens: 64, width: 4, sizeBytes: 0 });
const hostOf = (silentMs?: number) =>
  createEngineHost({ file: FILE, args: [], clock: systemClock, log: silent, ...(silentMs ? { silentMs } : {}) });

/** Milliseconds from the abort until the load lets go. */
async function letGoMs(load: (signal: AbortSignal) => Promise<unknown>): Promise<number> {
  const way = new AbortController();
  const loading = load(way.signal).then(
    () => assert.unreachable(),
    (error) => assert.is(error, way.signal.reason),
  );
  await sleep(50);
  const askedMs = performance.now();
  way.abort(new Error('a question came'));
  await loading;
  return performance.now() - askedMs;
}

test('a slow load is let go of; the others go on, and the same expert is loaded after it has ended', async () => {
  const host = hostOf();
  const engine = host.engine('llama');
  try {
    const good = await engine.load(spec('good'));
    const slow = (signal: AbortSignal) => engine.load(spec('slowload'), signal);
    assert.ok((await letGoMs(slow)) < LIMIT_MS);
    assert.is((await collect(good, { prompt: 'still here' })).text, 'still here');
    // Who waits for the end of the first may give up, too.
    assert.ok((await letGoMs(slow)) < LIMIT_MS);
    const model = await engine.load(spec('slowload'));
    assert.is((await collect(model, { prompt: 'and here' })).text, 'and here');
    assert.equal([good.lost, ...host.crashes()], [false]);
  } finally {
    await host.close();
  }
});

test('one that never ends is ended with the process, and blamed', async () => {
  const host = hostOf(300);
  const engine = host.engine('llama');
  try {
    assert.ok((await letGoMs((signal) => engine.load(spec('endless'), signal))) < LIMIT_MS);
    for (let n = 0; host.crashes().size === 0 && n < 2000; n++) await sleep(10);
    assert.equal([...host.crashes()], [['endless', 1]]);
    assert.is(await codeOf(engine.load(spec('endless'))), 'BUSY', 'it waits');
    assert.is((await collect(await engine.load(spec('good')), { prompt: 'here' })).text, 'here');
  } finally {
    await host.close();
  }
});

test('watts that are gone end the slice of filler that is worked on, and none is begun without them', async () => {
  const ends: number[] = [];
  let begun = 0;
  const step: Evolution['step'] = async (signal) => {
    begun++;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    ends.push(performance.now());
    return { tokens: 0, cpuMs: 0 };
  };
  const card = CARDS['rtx3090-8b-q4']!;
  const residents = { resident: () => false, fault: () => undefined } as never;
  const filler = startFiller({
    ...{ experts: [], residents, work: createWork(card, systemClock) },
    ...{ cpuShare: 1, clock: systemClock, log: silent },
    evolution: { step, doing: () => undefined, close: async () => {} },
  });
  const ticking = setInterval(filler.tick, 20);
  try {
    filler.allow({ tokensPerS: 100, watts: 500, limit: 'watts' });
    for (let n = 0; begun === 0 && n < 2000; n++) await sleep(10);
    assert.is(begun, 1);
    const goneMs = performance.now();
    filler.allow({ tokensPerS: 0, watts: 0, limit: 'unpaid' });
    for (let n = 0; ends.length === 0 && n < 2000; n++) await sleep(5);
    assert.ok(ends[0]! - goneMs < LIMIT_MS, `${ends[0]! - goneMs} ms`);
    await sleep(600);
    assert.is(begun, 1, 'nothing is begun on power that is bought');
  } finally {
    clearInterval(ticking);
    await filler.stop();
  }
});

test.run();
