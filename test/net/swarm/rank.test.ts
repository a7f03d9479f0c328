import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { drawOrder, scoreOf, type Worth } from '../../../src/net/swarm/ask/rank.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });
const amount = fc.double({ min: 0, max: 1e9, noNaN: true });
const worth = fc.record({ fit: share, experience: share, price: amount, latencyMs: amount, load: share });

test('whatever a node is: from 0 to 1, and never less for fitting better, being better known, cheaper, quicker or less busy', () => {
  const better: [keyof Worth, 1 | -1][] = [
    ['fit', 1],
    ['experience', 1],
    ['price', -1],
    ['latencyMs', -1],
    ['load', -1],
  ];
  const property = fc.property(worth, worth, amount, (one, other, maxPrice) => {
    const score = scoreOf(one, maxPrice);
    assert.ok(score >= 0 && score <= 1 + 1e-9, `${score}`);
    for (const [name, sign] of better) {
      const changed = scoreOf({ ...one, [name]: other[name] }, maxPrice);
      assert.ok(Math.sign(other[name] - one[name]) * sign * (changed - score) >= -1e-9, name);
    }
  });
  fc.assert(property, { seed: 6, numRuns: 300 });
});

test('each of the five moves it', () => {
  const plain = { fit: 0.5, experience: 0.5, price: 500, latencyMs: 1000, load: 0.5 };
  const change = { fit: 1, experience: 1, price: 100, latencyMs: 10, load: 0 };
  for (const [name, value] of Object.entries(change))
    assert.ok(scoreOf({ ...plain, [name]: value }, 1000) > scoreOf(plain, 1000) + 0.01, name);
});

test('the best comes first mostly, every other one now and then, and each once in any order', () => {
  const random = seededRandom(4);
  const scores = [0.9, 0.7, 0.5, 0.3];
  const firsts = scores.map(() => 0);
  for (let i = 0; i < 2000; i++) {
    const order = drawOrder([0, 1, 2, 3], (at) => scores[at]!, random);
    assert.equal(order.toSorted(), [0, 1, 2, 3]);
    firsts[order[0]!]!++;
  }
  // Softmax at 0.15: shares of 0.72, 0.19, 0.05 and 0.01.
  const weights = scores.map((score) => Math.exp(score / 0.15));
  const all = weights.reduce((a, b) => a + b, 0);
  for (const [at, first] of firsts.entries())
    assert.ok(Math.abs(first / 2000 - weights[at]! / all) < 0.03 && first > 0, `${firsts}`);
});

test.run();
