/** The pure parts of evolution: sets that never mix, the verdict, litters that repeat and go on. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bred, firstGenomes, type Genome, groupOf, recipeOf } from '../../../src/compute/merge/evolution/genome.ts';
import { judge, type LineScore, type Weighed } from '../../../src/compute/merge/evolution/judge.ts';
import { linesOf, SETS, setOf } from '../../../src/compute/merge/evolution/lines.ts';
import { begun, demandOf, drawnBy, type Litter, scored } from '../../../src/compute/merge/evolution/litter.ts';
import { nameOf } from '../../../src/compute/merge/evolution/nursery.ts';
import { allowed, chanceOf } from '../../../src/compute/merge/evolution/significance.ts';
import { needsAncestor } from '../../../src/compute/merge/recipe.ts';
import { seededRandom } from '../../../src/core/random.ts';

test('search, gate and report share no question, whatever the answers, and are about 2 : 1 : 1', () => {
  const lines = Array.from({ length: 4000 }, (_, i) => `question ${i % 2000}\nanswer ${i}`);
  const sets = SETS.map((set) => linesOf(lines, set));
  assert.is(
    sets.reduce((sum, set) => sum + set.length, 0),
    lines.length,
  );
  const questions = sets.map((set) => new Set(set.map((line) => line.split('\n')[0])));
  for (const [i, a] of questions.entries())
    for (const b of questions.slice(i + 1)) for (const question of a) assert.not.ok(b.has(question), question);
  assert.ok(Math.abs(sets[0]!.length / lines.length - 0.5) < 0.04);
  assert.ok(Math.abs(sets[1]!.length / lines.length - 0.25) < 0.04);
  assert.is(setOf('a\nb'), setOf('a\nc'));
});

test('the verdict is wrong no more often than it may, and sees what is there', () => {
  const random = seededRandom(3);
  let wrong = 0;
  for (let round = 0; round < 1000; round++) {
    const noise = Array.from(
      { length: 60 },
      (_, i) => (random() < 0.5 ? 1 : -1) * (random() < 0.4 ? 1 : 0) * (i % 3 ? 1 : 2),
    );
    if (chanceOf(noise) < 0.05) wrong++;
  }
  assert.ok(wrong <= 75 && wrong >= 15, `${wrong} of 1000 at 5 %`);
  // The sign test: 6 of 6 is 1 in 64; 5 or more of 6 is 7 in 64.
  assert.ok(Math.abs(chanceOf([1, 1, 1, 0, 1, 1, 1]) - 1 / 64) < 1e-12);
  assert.ok(Math.abs(chanceOf([1, 1, -1, 1, 1, 1]) - 7 / 64) < 1e-12);
  assert.ok(Math.abs(chanceOf([0.5, 0.2]) - 1 / 4) < 1e-12);
  assert.ok(Math.abs(chanceOf([0, 0, 0]) - 1) < 1e-12);
  let spent = 0;
  for (let look = 1; look <= 10_000; look++) spent += allowed(look);
  assert.ok(spent <= 0.05, 'all looks together');
});

/** Right on the first so many lines of each parent. */
const scoresOf = (lines: readonly Weighed[], right: readonly [number, number]): LineScore[] => {
  const seen = [0, 0];
  return lines.map(({ of }) => ({ nats: -1, right: seen[of]!++ < right[of] }));
};

test('a child stays if it is right more often than either parent would be for both; likelihood alone is nothing', () => {
  const lines: Weighed[] = [
    ...Array.from({ length: 60 }, (_, i) => ({ text: `a${i}`, weight: 0.5 / 60, of: 0 as const })),
    ...Array.from({ length: 30 }, (_, i) => ({ text: `b${i}`, weight: 0.5 / 30, of: 1 as const })),
  ];
  const parents = [scoresOf(lines, [50, 0]), scoresOf(lines, [0, 30])] as const;
  const verdict = (right: [number, number], nats = -1) =>
    judge(lines, { child: scoresOf(lines, right).map((s) => ({ ...s, nats })), parents }, 1);
  const both = verdict([45, 27]);
  assert.ok(both.keep, 'both skills');
  assert.not.ok(both.beatsLead, 'less than the lead at its own');
  assert.not.ok(verdict([0, 0], -0.1).keep, 'likelier, and never right');
  assert.not.ok(verdict([50, 0]).keep, 'the lead again');
  assert.not.ok(verdict([25, 15]).keep, 'half of each is no more than one of them');
  const better = judge(lines, { child: scoresOf(lines, [60, 20]), parents }, 1);
  assert.ok(better.keep && better.beatsLead);
  const late = judge(lines, { child: scoresOf(lines, [34, 20]), parents }, 200);
  assert.ok(late.allowed < 1e-5 && !late.keep, 'the two hundredth look may spend next to nothing');
});

const founding = (over: Partial<Litter> = {}) => ({
  ...{ parents: ['a', 'b'] as [string, string], weights: ['1', '2', '3'], ancestor: 'c' },
  ...{ demand: demandOf([0.6, 0.2]), layers: 4, groups: 5, seed: 11, ...over },
});

/** Nearer to a hidden optimum is fitter. */
const fitnessOf = ({ weights }: Genome) =>
  -weights.flat().reduce((sum, w, i) => sum + (w - (i % 2 ? 0.35 : 0.75 + i / 50)) ** 2, 0);

function lived(litter: Litter, upTo = Number.POSITIVE_INFINITY): Litter {
  let now = litter;
  for (let n = 0; now.waiting.length > 0 && n < upTo; n++) now = scored(now, fitnessOf(now.waiting[0]!));
  return now;
}

test('a litter repeats by its seed, goes on from any point as if nothing had been, and gets better', () => {
  const whole = lived(begun(founding()));
  assert.equal(lived(begun(founding())), whole);
  for (const cut of [1, 9, 17, 40]) {
    const stored = JSON.parse(JSON.stringify(lived(begun(founding()), cut)));
    assert.equal(lived(stored), whole, `cut after ${cut}`);
  }
  assert.not.equal(lived(begun(founding({ seed: 12 }))), whole);
  const first = Math.max(...firstGenomes(5, true).map(fitnessOf));
  assert.ok(whole.scored[0]!.fitness > first / 2, `${whole.scored[0]!.fitness} from ${first}`);
  assert.ok(JSON.stringify(whole).length < 20_000, 'small');
});

test('genomes stay within what the methods take, over any number of generations', () => {
  const random = seededRandom(5);
  for (const hasAncestor of [true, false]) {
    let all = firstGenomes(5, hasAncestor);
    for (let round = 0; round < 400; round++) {
      const [mother, father] = [0, 1].map(() => all[Math.floor(random() * all.length)]!) as [Genome, Genome];
      const child = bred(mother, father, hasAncestor, random);
      assert.ok(hasAncestor || !needsAncestor(child.method));
      assert.ok(child.density > 0 && child.density <= 1);
      const { method, weightsOf } = recipeOf(child, 4);
      for (const tensor of ['token_embd.weight', 'blk.0.ffn_up.weight', 'blk.3.attn_q.weight']) {
        const weights = weightsOf(tensor);
        assert.is(weights.length, 2);
        if (method !== 'task' && method !== 'dare') assert.ok(weights.every((w) => w > 0));
      }
      all = [...all.slice(1), child];
    }
  }
  assert.equal(
    ['output.weight', 'blk.0.x', 'blk.31.x', 'blk.15.x', 'blk.99.x'].map((name) => groupOf(name, 32)),
    [0, 1, 4, 2, 4],
  );
  assert.is(groupOf('blk.1.x', 2), 2);
});

test('parents are drawn by demand, and the unasked a little', () => {
  const random = seededRandom(9);
  const drawn = Array.from({ length: 2000 }, () =>
    drawnBy(['a', 'b', 'c'], (x) => ({ a: 0.9, b: 0.1, c: 0 })[x]!, random),
  );
  const share = (x: string) => drawn.filter((d) => d === x).length / drawn.length;
  assert.ok(share('a') > 0.75 && share('b') > 0.08 && share('c') > 0.02 && share('c') < 0.08);
  assert.is(
    drawnBy([], () => 1, random),
    undefined,
  );
  assert.match(nameOf(['a'.repeat(48), 'faults-status-3'], 1_000_000), /^[a-z0-9][a-z0-9-]{0,47}$/);
});

test.run();
