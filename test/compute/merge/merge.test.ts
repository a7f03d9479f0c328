/** Merging: properties over random files of every format and method, refusals, and that a break leaves nothing. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openGguf } from '../../../src/compute/gguf.ts';
import { FORMATS } from '../../../src/compute/merge/formats.ts';
import { mergeSteps } from '../../../src/compute/merge/merge.ts';
import { planMerge } from '../../../src/compute/merge/plan.ts';
import { METHODS, type Recipe } from '../../../src/compute/merge/recipe.ts';
import { findThreshold } from '../../../src/compute/merge/threshold.ts';
import { HeatmineError } from '../../../src/core/errors.ts';
import { type Random, seededRandom } from '../../../src/core/random.ts';
import { tempDir } from '../fixture.ts';
import { type GgufSpec, smallSpec, writeGguf } from '../gguf-writer.ts';

const TYPES = [0, 1, 2, 6, 8, 30];
/** More than a piece, so that pieces meet inside a tensor. */
const WIDE = 32 * 2100;

const bytesFor = (type: number, elements: number) =>
  (elements / FORMATS[type]!.blockElements) * FORMATS[type]!.blockBytes;

/** A sound file with random numbers in the given formats. */
function randomFile(dir: string, name: string, types: readonly number[], random: Random): string {
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
function numbersOf(file: string): Float32Array[] {
  const gguf = openGguf(file);
  const all = gguf.tensors.map(({ type, elements, bytes, offset }) => {
    const x = new Float32Array(elements);
    FORMATS[type]!.decode(gguf.read(gguf.dataAt + offset, bytes), x);
    return x;
  });
  gguf.close();
  return all;
}

const recipe = (over: Partial<Recipe> & { weights: number[] }): Recipe => ({
  ...{ method: 'linear', density: 1, lambda: 1, seed: 3, weightsOf: () => over.weights },
  ...over,
});

function merge(dir: string, parents: string[], how: Recipe, ancestor?: string, name = 'out'): string {
  const plan = planMerge(parents, ancestor);
  const out = join(dir, name);
  const steps = mergeSteps({ plan, recipe: how, lineage: { name, parents, recipe: '{}' }, out });
  for (let step = steps.next(); !step.done; step = steps.next());
  plan.close();
  return out;
}

/** The greatest difference. */
const apart = (a: Float32Array, b: (i: number) => number): number =>
  a.reduce((most, n, i) => Math.max(most, Math.abs(n - b(i))), 0);
const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
const refusal = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    assert.instance(error, HeatmineError);
    return (error as HeatmineError).message;
  }
  return 'not refused';
};

function inDir(body: (dir: string, random: Random) => void, seed = 1): () => void {
  return () => {
    const { dir, remove } = tempDir();
    try {
      body(dir, seededRandom(seed));
    } finally {
      remove();
    }
  };
}

test('x with x is x, by every method and in every format', () => {
  for (const [i, type] of TYPES.entries())
    inDir((dir, random) => {
      const x = randomFile(dir, 'x', [type, type, 0], random);
      const ancestor = randomFile(dir, 'ancestor', [type, type, 0], random);
      for (const method of METHODS) {
        const merged = numbersOf(merge(dir, [x, x], recipe({ method, weights: [0.3, 0.7] }), ancestor));
        for (const [t, numbers] of numbersOf(x).entries())
          assert.ok(apart(merged[t]!, (i) => numbers[i]!) <= 1e-6, `${method} ${FORMATS[type]!.name}, tensor ${t}`);
      }
    }, i)();
});

test(
  'linear: the weights sum to 1, the order of two does not matter, all of one is that one',
  inDir((dir, random) => {
    const [a, b] = ['a', 'b'].map((name) => randomFile(dir, name, [8, 0, 0], random)) as [string, string];
    const [xs, ys] = [numbersOf(a), numbersOf(b)];
    const merged = numbersOf(merge(dir, [a, b], recipe({ weights: [6, 2] })));
    // The wide tensor is F32: no rounding hides a wrong sum.
    assert.ok(apart(merged[1]!, (i) => 0.75 * xs[1]![i]! + 0.25 * ys[1]![i]!) < 1e-6);
    const turned = numbersOf(merge(dir, [b, a], recipe({ weights: [2, 6] })));
    assert.equal(turned, merged);
    assert.equal(numbersOf(merge(dir, [a, b], recipe({ weights: [5, 0] }))), xs);
  }),
);

test(
  'task: ancestor plus weighted differences; slerp keeps the length of the arc',
  inDir((dir, random) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => randomFile(dir, name, [0, 0, 0], random)) as [
      string,
      string,
      string,
    ];
    const [x, y, z] = [a, b, c].map((file) => numbersOf(file)[1]!) as [Float32Array, Float32Array, Float32Array];
    const task = numbersOf(merge(dir, [a, b], recipe({ method: 'task', weights: [0.4, 0.9] }), c))[1]!;
    assert.ok(apart(task, (i) => z[i]! + 0.4 * (x[i]! - z[i]!) + 0.9 * (y[i]! - z[i]!)) < 1e-5);
    const length = (v: Float32Array) => Math.sqrt(v.reduce((sum, n) => sum + n * n, 0));
    const arc = numbersOf(merge(dir, [a, b], recipe({ method: 'slerp', weights: [1, 1] })))[1]!;
    const mean = (length(x) + length(y)) / 2;
    assert.ok(Math.abs(length(arc) / mean - 1) < 0.02, `${length(arc)} of ${mean}`);
  }),
);

test(
  'ties keeps the greatest differences, elects a sign and averages who agrees',
  inDir((dir, random) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => randomFile(dir, name, [0, 0, 0], random)) as [
      string,
      string,
      string,
    ];
    const [x, y, z] = [a, b, c].map((file) => numbersOf(file)[1]!) as [Float32Array, Float32Array, Float32Array];
    const density = 0.3;
    const kept = (v: Float32Array) => {
      const difference = v.map((n, i) => n - z[i]!);
      const least = [...difference].map(Math.abs).sort((p, q) => q - p)[Math.round(density * v.length) - 1]!;
      return difference.map((d) => (Math.abs(d) >= least ? d : 0));
    };
    const [dx, dy] = [kept(x), kept(y)];
    const merged = numbersOf(merge(dir, [a, b], recipe({ method: 'ties', weights: [1, 1], density }), c))[1]!;
    for (let i = 0; i < merged.length; i++) {
      const elected = Math.sign(dx[i]! + dy[i]!);
      const agree = [dx[i]!, dy[i]!].filter((d) => d !== 0 && Math.sign(d) === elected);
      const want = z[i]! + (agree.length ? agree.reduce((p, q) => p + q, 0) / agree.length : 0);
      assert.ok(Math.abs(merged[i]! - want) < 1e-5, `number ${i}: ${merged[i]}, not ${want}`);
    }
  }),
);

test('the threshold is the k-th greatest size, exactly', () => {
  const random = seededRandom(5);
  for (let round = 0; round < 60; round++) {
    const numbers = Float32Array.from({ length: 1 + Math.floor(random() * 400) }, () =>
      random() < 0.3 ? Math.round(random() * 4) : (random() - 0.5) * 10 ** (random() * 20 - 10),
    );
    const k = 1 + Math.floor(random() * numbers.length);
    const finder = findThreshold(k);
    finder.count(numbers);
    finder.turn();
    finder.count(numbers);
    const want = [...numbers].map(Math.abs).sort((a, b) => b - a)[k - 1]!;
    assert.is(finder.threshold(), want, `${k} of ${numbers.length}`);
  }
});

test(
  'dare: the same seed gives the same bytes, another one others; the mean stays',
  inDir((dir, random) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => randomFile(dir, name, [0, 0, 0], random)) as [
      string,
      string,
      string,
    ];
    const by = (seed: number) => recipe({ method: 'dare', weights: [0.5, 0.5], density: 0.5, seed });
    const first = sha256(merge(dir, [a, b], by(3), c));
    assert.is(sha256(merge(dir, [a, b], by(3), c)), first);
    const other = merge(dir, [a, b], by(4), c);
    assert.is.not(sha256(other), first);
    const [x, y, z] = [a, b, c].map((file) => numbersOf(file)[1]!) as [Float32Array, Float32Array, Float32Array];
    const drawn = numbersOf(other)[1]!;
    let dropped = 0;
    let off = 0;
    for (let i = 0; i < drawn.length; i++) {
      if (drawn[i] === z[i]) dropped++;
      off += drawn[i]! - (x[i]! + y[i]!) / 2;
    }
    assert.ok(Math.abs(dropped / drawn.length - 0.25) < 0.02, `both dropped: ${dropped} of ${drawn.length}`);
    assert.ok(Math.abs(off / drawn.length) < 0.02, `mean off by ${off / drawn.length}`);
  }),
);

test(
  'what comes out is a sound GGUF with its lineage; other formats and orders of tensors are read',
  inDir((dir, random) => {
    const a = randomFile(dir, 'a', [8, 2, 0], random);
    const b = randomFile(dir, 'b', [1, 30, 0], random);
    const gguf = openGguf(merge(dir, [a, b], recipe({ weights: [1, 1] }), undefined, 'child'));
    assert.is(gguf.info.name, 'child');
    assert.is(gguf.metadata.get('general.base_model.count')?.value, 2);
    assert.is(gguf.metadata.get('general.base_model.1.name')?.value, b);
    assert.is(gguf.metadata.get('llama.context_length')?.value, 128);
    assert.equal(
      gguf.tensors.map(({ type }) => type),
      [8, 2, 0],
      'in the formats of the first',
    );
    gguf.close();
    const twice = openGguf(merge(dir, [join(dir, 'child'), a], recipe({ weights: [1, 1] }), undefined, 'grandchild'));
    assert.is(twice.info.name, 'grandchild');
    twice.close();
  }),
);

test(
  'what cannot be merged is refused with the reason, and leaves nothing',
  inDir((dir, random) => {
    const a = randomFile(dir, 'a', [8, 0, 0], random);
    const written = (name: string, change: (spec: GgufSpec) => void) => {
      const spec = smallSpec();
      spec.tensors.splice(1, 0, { name: 'blk.0.ffn_up.weight', dims: [32, 2100], type: 0, bytes: WIDE * 4 });
      change(spec);
      const file = join(dir, name);
      writeFileSync(file, writeGguf(spec));
      return file;
    };
    const cases: [string, (spec: GgufSpec) => void, RegExp][] = [
      [
        'tokens',
        (s) => (s.metadata[5] = ['tokenizer.ggml.tokens', { texts: ['<unk>', '<s>', '</s>', 'b'] }]),
        /another tokenizer .*tokens/,
      ],
      ['rope', (s) => (s.metadata[2] = ['llama.rope.freq_base', { f32: 5000 }]), /other sizes .*rope/],
      ['arch', (s) => (s.metadata[0] = ['general.architecture', { text: 'qwen2' }]), /architecture qwen2/],
      ['fewer', (s) => s.tensors.pop(), /2 tensors/],
      ['named', (s) => (s.tensors[2]!.name = 'other.weight'), /no tensor output_norm/],
      ['shape', (s) => Object.assign(s.tensors[1]!, { dims: [64, 1050] }), /64 x 1050/],
      [
        'quants',
        (s) => Object.assign(s.tensors[1]!, { dims: [32, 2100], type: 7, bytes: (WIDE / 32) * 24 }),
        /Q5_1; only F32.*take the F16/,
      ],
    ];
    for (const [name, change, want] of cases) {
      const text = refusal(() => planMerge([a, written(name, change)]));
      assert.match(text, want);
      assert.match(text, name, 'it names the file');
    }
    const cut = join(dir, 'cut');
    writeFileSync(cut, readFileSync(a).subarray(0, 5000));
    assert.match(
      refusal(() => planMerge([a, cut])),
      /more bytes than the file has/,
    );
    const before = readdirSync(dir).length;
    const infinite = readFileSync(a);
    infinite.writeFloatLE(Number.POSITIVE_INFINITY, infinite.length - 64);
    writeFileSync(join(dir, 'infinite'), infinite);
    assert.match(
      refusal(() => merge(dir, [a, join(dir, 'infinite')], recipe({ weights: [1, 1] }))),
      /is Infinity/,
    );
    assert.match(
      refusal(() => merge(dir, [a, a], recipe({ method: 'task', weights: [1, 1] }))),
      /ancestor/,
    );
    const far = recipe({ method: 'task', weights: [1e38, 1e38] });
    const ancestor = randomFile(dir, 'z', [8, 0, 0], random);
    assert.match(
      refusal(() => merge(dir, [a, a], far, ancestor)),
      /does not fit/,
    );
    assert.is(readdirSync(dir).length, before + 2, 'the two files made here, and nothing of a merge');
  }),
);

test(
  'left in the middle, nothing is left over',
  inDir((dir, random) => {
    const [a, b] = ['a', 'b'].map((name) => randomFile(dir, name, [8, 0, 0], random)) as [string, string];
    const plan = planMerge([a, b]);
    const job = { plan, recipe: recipe({ weights: [1, 2] }), lineage: { name: 'c', parents: [a, b], recipe: '{}' } };
    const steps = mergeSteps({ ...job, out: join(dir, 'left') });
    const { value } = steps.next();
    assert.ok('done' in value && value.done > 0 && value.done < value.total);
    assert.ok(existsSync(join(dir, 'left.part')));
    steps.return(undefined as never);
    assert.equal(readdirSync(dir).sort(), ['a', 'b']);
    plan.close();
  }),
);

test.run();
