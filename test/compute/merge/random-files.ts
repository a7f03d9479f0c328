/** Small sound files with random numbers to merge, and what came of them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openGguf } from '../../../src/compute/gguf.ts';
import { FORMATS } from '../../../src/compute/merge/formats.ts';
import { mergeSteps } from '../../../src/compute/merge/merge.ts';
import { planMerge } from '../../../src/compute/merge/plan.ts';
import type { Recipe } from '../../../src/compute/merge/recipe.ts';
import { type Random, seededRandom } from '../../../src/core/random.ts';
import { tempDir } from '../fixture.ts';
import { smallSpec, writeGguf } from '../gguf-writer.ts';

/** More than a piece, so that pieces meet inside a tensor. */
export const WIDE = 32 * 2100;

const bytesFor = (type: number, elements: number) =>
  (elements / FORMATS[type]!.blockElements) * FORMATS[type]!.blockBytes;

/** A sound file with random numbers in the given formats. */
export function randomFile(dir: string, name: string, types: readonly number[], random: Random): string {
  const [a, b, c] = types as [number, number, number];
  const tensors = [
    { name: 'token_embd.weight', dims: [32, 4], type: a, bytes: bytesFor(a, 128) },
    { name: 'blk.0.ffn_up.weight', dims: [32, 2100], type: b, bytes: bytesFor(b, WIDE) },
    { name: 'output_norm.weight', dims: [32], type: c, bytes: bytesFor(c, 32) },
  ];
  const file = join(dir, name);
  const whole = writeGguf({ ...smallSpec(), tensors });
  writeFileSync(file, whole);
  const gguf = openGguf(file);
  for (const { type, elements, bytes, offset } of gguf.tensors) {
    const x = Float32Array.from({ length: elements }, () => (random() < 0.1 ? 0 : (random() - 0.5) * 4));
    const encoded = new Uint8Array(bytes);
    FORMATS[type]!.encode(x, encoded);
    whole.set(encoded, gguf.dataAt + offset);
  }
  gguf.close();
  writeFileSync(file, whole);
  return file;
}

/** All numbers of a file, tensor by tensor. */
export function numbersOf(file: string): Float32Array[] {
  const gguf = openGguf(file);
  const all = gguf.tensors.map(({ type, elements, bytes, offset }) => {
    const x = new Float32Array(elements);
    FORMATS[type]!.decode(gguf.read(gguf.dataAt + offset, bytes), x);
    return x;
  });
  gguf.close();
  return all;
}

export const recipe = (over: Partial<Recipe> & { weights: number[] }): Recipe => ({
  ...{ method: 'linear', density: 1, lambda: 1, seed: 3, weightsOf: () => over.weights },
  ...over,
});

export function merge(dir: string, parents: string[], how: Recipe, ancestor?: string, name = 'out'): string {
  const plan = planMerge(parents, ancestor);
  const out = join(dir, name);
  const steps = mergeSteps({ plan, recipe: how, lineage: { name, parents, recipe: '{}' }, out });
  for (let step = steps.next(); !step.done; step = steps.next());
  plan.close();
  return out;
}

/** The greatest difference. */
export const apart = (a: Float32Array, b: (i: number) => number): number =>
  a.reduce((most, n, i) => Math.max(most, Math.abs(n - b(i))), 0);
export function inDir(body: (dir: string, random: Random) => void, seed = 1): () => void {
  return () => {
    const { dir, remove } = tempDir();
    try {
      body(dir, seededRandom(seed));
    } finally {
      remove();
    }
  };
}

/** Two parents and an ancestor in F32, so that no rounding hides a wrong sum, with the numbers of their wide tensors. */
export function threeParents(dir: string, random: Random) {
  const files = ['a', 'b', 'c'].map((name) => randomFile(dir, name, [0, 0, 0], random)) as [string, string, string];
  const wide = files.map((file) => numbersOf(file)[1]!) as [Float32Array, Float32Array, Float32Array];
  return { files, wide };
}
