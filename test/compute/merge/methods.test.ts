/** The methods of merging: properties over random files of every format. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FORMATS } from '../../../src/compute/merge/formats.ts';
import { METHODS } from '../../../src/compute/merge/recipe.ts';
import { findThreshold } from '../../../src/compute/merge/threshold.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { apart, inDir, merge, numbersOf, randomFile, recipe, threeParents } from './random-files.ts';

const TYPES = [0, 1, 2, 6, 8, 30];
const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

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
    const {
      files: [a, b, c],
      wide: [x, y, z],
    } = threeParents(dir, random);
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
    const {
      files: [a, b, c],
      wide: [x, y, z],
    } = threeParents(dir, random);
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
    const {
      files: [a, b, c],
      wide: [x, y, z],
    } = threeParents(dir, random);
    const by = (seed: number) => recipe({ method: 'dare', weights: [0.5, 0.5], density: 0.5, seed });
    const first = sha256(merge(dir, [a, b], by(3), c));
    assert.is(sha256(merge(dir, [a, b], by(3), c)), first);
    const other = merge(dir, [a, b], by(4), c);
    assert.is.not(sha256(other), first);
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

test.run();
