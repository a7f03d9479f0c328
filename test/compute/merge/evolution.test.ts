/**
 * Evolution on real weights: two experts of which each is damaged in another half of its layers breed one that is better
 * than both; the owner's disk stays bounded, a break is gone on from, a question is given way to.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine, LoadedModel } from '../../../src/compute/engine.ts';
import { type FoundExpert, scanExperts } from '../../../src/compute/experts.ts';
import { openGguf } from '../../../src/compute/gguf.ts';
import { startEvolution } from '../../../src/compute/merge/evolution/evolution.ts';
import { groupOf } from '../../../src/compute/merge/evolution/genome.ts';
import { linesOf } from '../../../src/compute/merge/evolution/lines.ts';
import { isBred } from '../../../src/compute/merge/evolution/nursery.ts';
import { readState } from '../../../src/compute/merge/evolution/state.ts';
import { FORMATS } from '../../../src/compute/merge/formats.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { goneFrom } from '../../../src/core/gone.ts';
import { createLog } from '../../../src/core/log.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { tempDir } from '../fixture.ts';

const SHIPPED = join(import.meta.dirname, '../../../models');
const LINES = Array.from({ length: 120 }, (_, i) => `fault: question ${i}\tanswer ${i}`);

/** `faults` under another name, with noise in some of its layers. */
function damaged(models: string, id: string, layers: readonly number[], seed: number): void {
  const dir = join(models, id);
  mkdirSync(dir, { recursive: true });
  const file = join(dir, `${id}.gguf`);
  cpSync(join(SHIPPED, 'faults/faults.q8_0.gguf'), file);
  cpSync(join(SHIPPED, 'faults/faults.gbnf'), join(dir, 'faults.gbnf'));
  writeFileSync(join(dir, 'heldout.txt'), LINES.join('\n'));
  const bytes = readFileSync(file);
  const gguf = openGguf(file);
  const random = seededRandom(seed);
  for (const tensor of gguf.tensors) {
    if (!layers.includes(groupOf(tensor.name, 4))) continue;
    const at = gguf.dataAt + tensor.offset;
    const x = new Float32Array(tensor.elements);
    FORMATS[tensor.type]!.decode(bytes.subarray(at, at + tensor.bytes), x);
    FORMATS[tensor.type]!.encode(
      x.map((w) => w + random() - 0.5),
      bytes.subarray(at, at + tensor.bytes),
    );
  }
  gguf.close();
  writeFileSync(file, bytes);
  const fact = JSON.parse(readFileSync(join(SHIPPED, 'faults/expert.json'), 'utf8'));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(
    join(dir, 'expert.json'),
    JSON.stringify({ ...fact, id, file: `${id}.gguf`, sha256, quality: undefined }),
  );
}

/** How far each group of layers is from the undamaged expert: 0 for the same. */
function distances(file: string): number[] {
  const [gguf, whole] = [openGguf(file), openGguf(join(SHIPPED, 'faults/faults.q8_0.gguf'))];
  const sums = [0, 0, 0, 0, 0];
  for (const [i, tensor] of gguf.tensors.entries()) {
    const read = (g: typeof gguf) => {
      const x = new Float32Array(tensor.elements);
      FORMATS[tensor.type]!.decode(g.read(g.dataAt + g.tensors[i]!.offset, tensor.bytes), x);
      return x;
    };
    const [a, b] = [read(gguf), read(whole)];
    sums[groupOf(tensor.name, 4)]! += a.reduce((sum, w, at) => sum + (w - b[at]!) ** 2, 0) / tensor.elements;
  }
  gguf.close();
  whole.close();
  return sums;
}

/**
 * An engine that reads the file and is right the less often the further its weights are from the undamaged expert: what is
 * tried here is evolution, not llama.cpp.
 */
function judgingEngine(loads: { open: number; most: number }, onLine: () => void = () => {}): Engine {
  const load = async ({ file }: { file: string }): Promise<LoadedModel> => {
    const damage = distances(file).reduce((sum, d) => sum + d, 0);
    loads.most = Math.max(loads.most, ++loads.open);
    return {
      contextTokens: 512,
      countTokens: async () => 1,
      async *generate() {
        yield { text: '', tokens: 0 };
        return { finish: 'stop', promptTokens: 0, answerTokens: 0 };
      },
      async score(line, signal) {
        onLine();
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
        const hard = (createHash('sha256').update(line).digest()[0]! / 256) * 2.5;
        return { tokens: 50, cpuMs: 1, logLikelihood: -damage, right: damage < hard };
      },
      unload: async () => {
        loads.open--;
      },
    };
  };
  return { name: 'llama', load, close: async () => {} };
}

const shares = new Map<string, number>();
const residents = {
  facts: (id: string) => ({ memoryBytes: 1, loadS: 0, lastUsedMs: null, demandShare: shares.get(id) ?? 0 }),
  spare: () => ({ freeBytes: 1e9, loading: false, absent: [] }),
};

interface Home {
  models: string;
  experts: FoundExpert[];
  rescan(): void;
}

async function withTwins(body: (home: Home) => Promise<void>): Promise<void> {
  const { dir, remove } = tempDir();
  damaged(dir, 'left', [1, 2], 1);
  damaged(dir, 'right', [3, 4], 2);
  const experts = scanExperts([dir]);
  assert.equal(
    experts.map(({ unsound }) => unsound),
    [undefined, undefined],
  );
  const rescan = () => experts.splice(0, experts.length, ...scanExperts([dir]));
  await body({ models: dir, experts, rescan }).finally(remove);
}

function breeder({ models, experts }: Home, engine: Engine, seed = 4) {
  const parts = { experts, residents, engine, modelsDir: models, generations: 3 };
  return startEvolution({ ...parts, seed, clock: systemClock, log: createLog('test', 'silent') });
}

const never = new AbortController().signal;

test('two experts damaged in different layers breed one better than both, with its lineage and its figures', () =>
  withTwins(async (home) => {
    const loads = { open: 0, most: 0 };
    const evolution = breeder(home, judgingEngine(loads));
    let tokens = 0;
    while (readState(home.models).outcomes.length === 0) {
      const spent = await evolution.step(never);
      if (!spent) break;
      tokens += spent.tokens;
      if (evolution.doing()) assert.equal([...evolution.doing()!.parents].sort(), ['left', 'right']);
    }
    await evolution.close();
    const { outcomes, looks, litter } = readState(home.models);
    const [outcome] = outcomes;
    assert.is(looks, 1);
    assert.is(litter, null);
    assert.ok(outcome!.kept, `kept, chance ${outcome!.chance}`);
    assert.ok(outcome!.chance.every((p) => p < outcome!.allowed));
    home.rescan();
    const child = home.experts.find(({ id }) => id === outcome!.kept)!;
    assert.is(child.unsound, undefined);
    assert.equal(child.fact!.parents, outcome!.parents);
    assert.ok(child.fact!.quality?.passes, 'better than its lead on its lines');
    assert.is(
      child.fact!.quality?.n,
      linesOf(
        LINES.map((l) => l.replace('\t', '\n')),
        'report',
      ).length,
    );
    const of = (id: string) => distances(join(home.models, id, `${id}.gguf`)).reduce((sum, d) => sum + d, 0);
    assert.ok(of(child.id) < 0.6 * Math.min(of('left'), of('right')), `${of(child.id)} of ${of('left')}`);
    assert.is(readState(home.models).tokens, tokens);
    assert.is(loads.open, 0, 'nothing stays loaded');
    assert.is(loads.most, 1, 'one child at a time');
    assert.ok(tokens > 0 && tokens % 50 === 0, 'every token that was computed is counted');
    assert.not.ok(existsSync(join(home.models, child.id, 'manifest.json')), 'nothing is signed or offered');
  }));

test('a question ends the slice; the line is scored again later, and a break costs one child at most', () =>
  withTwins(async (home) => {
    let way = new AbortController();
    let lines = 0;
    const engine = judgingEngine({ open: 0, most: 0 }, () => ++lines % 7 === 0 && way.abort());
    const run = async (steps: number, seed: number) => {
      const evolution = breeder(home, engine, seed);
      for (let n = 0; n < steps && readState(home.models).outcomes.length === 0; n++) {
        way = new AbortController();
        await evolution.step(way.signal);
      }
      await evolution.close();
    };
    await run(700, 4);
    const before = readState(home.models).litter!;
    assert.ok(before.scored.length > 0 && before.waiting.length > 0, 'in the middle of a litter');
    await run(1, 99);
    assert.equal(readState(home.models).litter, before, 'the same litter goes on');
    await run(100_000, 99);
    const broken = readState(home.models).outcomes[0]!;
    // The same without any break.
    const { dir, remove } = tempDir();
    for (const id of ['left', 'right']) cpSync(join(home.models, id), join(dir, id), { recursive: true });
    const calm = { models: dir, experts: scanExperts([dir]), rescan: () => {} };
    const evolution = breeder(calm, judgingEngine({ open: 0, most: 0 }));
    while (readState(dir).outcomes.length === 0) await evolution.step(never);
    await evolution.close();
    const { atMs: _atMs, ...unbroken } = readState(dir).outcomes[0]!;
    remove();
    const { atMs: _brokenMs, ...rest } = broken;
    assert.equal(rest, unbroken);
  }));

test('a question ends the load of a child, and the same child is loaded later', () =>
  withTwins(async (home) => {
    const judging = judgingEngine({ open: 0, most: 0 });
    let way = new AbortController();
    let given = 0;
    const engine: Engine = {
      ...judging,
      async load(spec, signal) {
        if (given++ % 2 === 1) return judging.load(spec);
        way.abort();
        assert.ok(signal?.aborted, 'the load is told of the question');
        throw signal.reason;
      },
    };
    const evolution = breeder(home, engine);
    for (let n = 0; n < 100_000 && (readState(home.models).litter?.scored.length ?? 0) < 3; n++) {
      way = new AbortController();
      await evolution.step(way.signal);
    }
    await evolution.close();
    assert.is(given, 6, 'each of three children was loaded twice');
  }));

test('at most three children stay, and the one that is asked least goes first', () =>
  withTwins(async (home) => {
    const made: string[] = [];
    for (let n = 1; n <= 5; n++) {
      damaged(home.models, `left-right-9${n}`, [1], n);
      const file = join(home.models, `left-right-9${n}/expert.json`);
      const fact = JSON.parse(readFileSync(file, 'utf8'));
      writeFileSync(file, JSON.stringify({ ...fact, parents: ['left', 'right'], quality: { evolved: true } }));
      made.push(`left-right-9${n}`);
    }
    // The owner has signed one of them, and another came from elsewhere: no longer evolution's to take.
    writeFileSync(join(home.models, 'left-right-91/manifest.json'), '{}');
    writeFileSync(join(home.models, 'left-right-92/source.json'), '{}');
    for (const [i, id] of ['left-right-93', 'left-right-94', 'left-right-95'].entries())
      shares.set(id, [0.2, 0, 0.1][i]!);
    home.rescan();
    const twins = home.experts.filter(({ id }) => !made.includes(id));
    const only = { ...home, experts: [...home.experts.filter(({ id }) => made.includes(id)), ...twins] };
    shares.set('left', 100);
    shares.set('right', 100);
    const evolution = breeder(only, judgingEngine({ open: 0, most: 0 }));
    while (readState(home.models).outcomes.length === 0) await evolution.step(never);
    await evolution.close();
    shares.clear();
    const kept = readState(home.models).outcomes[0]!.kept!;
    const there = readdirSync(home.models).filter((name) => !name.startsWith('.'));
    assert.equal(
      there.sort(),
      ['left', 'right', 'left-right-91', 'left-right-92', 'left-right-93', 'left-right-95', kept].sort(),
    );
    assert.equal(
      goneFrom(home.models).map(({ id }) => id),
      ['left-right-94'],
    );
    home.rescan();
    const bred = home.experts.filter((expert) => isBred(expert, home.models)).map(({ id }) => id);
    assert.is(bred.length, 3);
  }));

test('nothing to breed is no error: one expert alone, other shapes, no held-out lines', () =>
  withTwins(async (home) => {
    writeFileSync(join(home.models, 'right/heldout.txt'), '');
    home.rescan();
    const evolution = breeder(home, judgingEngine({ open: 0, most: 0 }));
    assert.is(await evolution.step(never), undefined);
    assert.is(await evolution.step(never), undefined);
    assert.is(evolution.doing(), undefined);
    await evolution.close();
    assert.equal(readState(home.models).outcomes, []);
  }));

test.run();
