/** Two experts of which each is damaged in another half of its layers, and an engine that tells how far each file is. */
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Engine, LoadedModel } from '../../../src/compute/engine.ts';
import { type FoundExpert, scanExperts } from '../../../src/compute/experts.ts';
import { openGguf } from '../../../src/compute/gguf.ts';
import { startEvolution } from '../../../src/compute/merge/evolution/evolution.ts';
import { groupOf } from '../../../src/compute/merge/evolution/genome.ts';
import { FORMATS } from '../../../src/compute/merge/formats.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createLog } from '../../../src/core/log.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { tempDir } from '../fixture.ts';

const SHIPPED = join(import.meta.dirname, '../../../models');
export const LINES = Array.from({ length: 120 }, (_, i) => `fault: question ${i}\tanswer ${i}`);

/** `faults` under another name, with noise in some of its layers. */
export function damaged(models: string, id: string, layers: readonly number[], seed: number): void {
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
export function distances(file: string): number[] {
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
export function judgingEngine(loads: { open: number; most: number }, onLine: () => void = () => {}): Engine {
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

export const shares = new Map<string, number>();
const residents = {
  facts: (id: string) => ({ memoryBytes: 1, loadS: 0, lastUsedMs: null, demandShare: shares.get(id) ?? 0 }),
  memory: () => ({
    freeBytes: 1e9,
    loading: false,
    waiting: [],
    residents: () => [],
    absent: () => [],
    share: () => 0,
  }),
};

interface Home {
  models: string;
  experts: FoundExpert[];
  rescan(): void;
}

export async function withTwins(body: (home: Home) => Promise<void>): Promise<void> {
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

export function breeder({ models, experts }: Home, engine: Engine, seed = 4) {
  const parts = { experts, residents, engine, modelsDir: models, generations: 3 };
  return startEvolution({ ...parts, seed, clock: systemClock, log: createLog('test', 'silent') });
}
