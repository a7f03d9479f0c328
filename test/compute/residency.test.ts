import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Request, simulateHost } from '../../src/app/bench/evict/host.ts';
import { heatmine, lru } from '../../src/app/bench/evict/policies.ts';
import { createDemand } from '../../src/compute/scheduler/demand.ts';
import { decideResidency, PATIENCE_S, victimsFor, worthOf } from '../../src/compute/scheduler/residency.ts';
import { seededRandom } from '../../src/core/random.ts';

const HOST = { loadFixedS: 0.5, loadGBps: 1, prefillTokPerS: 1500, decodeTokPerS: 60, slots: 8 };
const costsOf = (sizesGB: readonly number[]) => ({ sizesGB, loadS: sizesGB.map((gb) => 0.5 + gb) });

test('the victims leave room and are worth the least: beside all subsets', () => {
  const model = fc.record({ bytes: fc.integer({ min: 1, max: 60 }), loadS: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.array(model, { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 300 }), (models, need) => {
      const all = models.map((m, i) => ({ id: String(i), ...m, busy: false }));
      const share = (id: string) => (Number(id) + 1) / 10;
      const found = victimsFor(all, need, share);
      const worth = (out: typeof all) => out.reduce((sum, m) => sum + worthOf(share(m.id), m.loadS), 0);
      let best = Number.POSITIVE_INFINITY;
      for (let set = 0; set < 1 << all.length; set++) {
        const out = all.filter((_, i) => set & (1 << i));
        if (out.reduce((sum, m) => sum + m.bytes, 0) < need) continue;
        best = Math.min(best, worth(out));
      }
      if (best === Number.POSITIVE_INFINITY) return assert.is(found, undefined);
      const out = all.filter((m) => found!.ids.includes(m.id));
      assert.ok(out.reduce((sum, m) => sum + m.bytes, 0) >= need);
      assert.ok(worth(out) <= best + 1e-9, `${worth(out)} against ${best}`);
    }),
    { seed: 7, numRuns: 300 },
  );
});

test('any crowd: a busy model is never unloaded, memory is never exceeded, nobody starves', () => {
  const request = fc.record({
    gapS: fc.double({ min: 0, max: 3, noNaN: true }),
    expert: fc.integer({ min: 0, max: 5 }),
    outTokens: fc.integer({ min: 1, max: 600 }),
  });
  const sizesGB = [1, 2, 3, 4, 5, 6];
  fc.assert(
    fc.property(fc.array(request, { minLength: 20, maxLength: 150 }), (gaps) => {
      let atS = 0;
      const requests: Request[] = gaps.map(({ gapS, expert, outTokens }) => {
        atS += gapS;
        return { atS, expert, outTokens, inTokens: 100 };
      });
      // simulateHost throws when a policy cheats or leaves a question unanswered.
      const own = simulateHost(requests, sizesGB, HOST, 7, heatmine(costsOf(sizesGB)));
      assert.is(own.ttftS.length, requests.length);
      // Behind at most every other model's patience, loading and one longest answer.
      const worstS = PATIENCE_S + sizesGB.reduce((sum, gb) => sum + 0.5 + gb + 10.5, 0) * 2;
      assert.ok(own.ttftS.at(-1)! < worstS, `${own.ttftS.at(-1)} s`);
    }),
    { seed: 11, numRuns: 60 },
  );
});

test('a model that is asked without a pause makes room for one that has waited too long', () => {
  const requests: Request[] = [];
  for (let i = 0; i < 400; i++) requests.push({ atS: i * 0.5, expert: 0, outTokens: 120, inTokens: 10 });
  requests.push({ atS: 20.1, expert: 1, outTokens: 10, inTokens: 10 });
  requests.sort((a, b) => a.atS - b.atS);
  let firstOfOther = Number.NaN;
  const policy = heatmine(costsOf([5, 5]));
  const { ttftS } = simulateHost(requests, [5, 5], HOST, 6, {
    ...policy,
    choose(view) {
      const choice = policy.choose(view);
      if ('load' in choice && choice.load === 1) firstOfOther = view.nowS;
      return choice;
    },
  });
  assert.ok(firstOfOther < 20.1 + PATIENCE_S + 5, `loaded at ${firstOfOther} s`);
  assert.is(ttftS.length, 401);
});

test('the forecast follows a jump of demand, and the shares sum to one', () => {
  const demand = createDemand(['a', 'b', 'c', 'd']);
  for (let i = 0; i < 300; i++) demand.asked('abad'[i % 4]!);
  assert.ok(demand.share('a') > 0.4 && demand.share('a') > 1.5 * demand.share('b'), `a ${demand.share('a')}`);
  assert.ok(demand.share('c') < 0.1, `c ${demand.share('c')}`);
  for (let i = 0; i < 60; i++) demand.asked('cacb'[i % 4]!);
  assert.ok(demand.share('c') > 0.3, `c ${demand.share('c')}`);
  demand.asked('d');
  const once = demand.share('d');
  for (let i = 0; i < 500; i++) demand.asked('d');
  assert.is(demand.share('d'), once, 'a run counts once');
  const sum = ['a', 'b', 'c', 'd'].reduce((total, id) => total + demand.share(id), 0);
  assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
  demand.asked('unknown');
  assert.is(demand.share('unknown'), 0);
});

test('on skewed demand fewer load seconds than LRU, whatever the seed', () => {
  const sizesGB = Array.from({ length: 12 }, (_, i) => [0.8, 2, 4.7][i % 3]!);
  for (const seed of [1, 2, 3]) {
    const random = seededRandom(seed);
    let atS = 0;
    const requests: Request[] = Array.from({ length: 3000 }, () => {
      atS += -4 * Math.log(1 - random());
      return { atS, expert: Math.floor(12 * random() ** 2.5), inTokens: 300, outTokens: 100 };
    });
    const own = simulateHost(requests, sizesGB, HOST, 12, heatmine(costsOf(sizesGB)));
    const other = simulateHost(requests, sizesGB, HOST, 12, lru(costsOf(sizesGB)));
    assert.ok(own.loadS < 0.9 * other.loadS, `seed ${seed}: ${own.loadS} against ${other.loadS} s`);
  }
});

test('a reason says who waits and who makes room', () => {
  const fact = { bytes: 10, loadS: 1 };
  const decision = decideResidency({
    freeBytes: 0,
    residents: [
      { id: 'rare', ...fact, busy: false },
      { id: 'often', ...fact, busy: false },
    ],
    waiting: [{ id: 'new', ...fact, waiting: 2, waitedS: 3 }],
    share: (id) => (id === 'often' ? 0.9 : 0.05),
  });
  assert.equal(decision, {
    do: 'load',
    id: 'new',
    unload: ['rare'],
    reason: '2 questions wait for new since 3 s; rare cost least',
  });
});

test.run();
