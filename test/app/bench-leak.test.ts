import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { slopeOf } from '../../src/app/bench/leak/slope.ts';
import { seededRandom } from '../../src/core/random.ts';

test('a slope is found to its interval: 19 of 20 times the truth lies within, and a line without noise has none', () => {
  const exact = slopeOf([0, 1, 2, 5].map((x) => [x, 3 + 2 * x]));
  assert.ok(Math.abs(exact.perX - 2) < 1e-12 && exact.halfWidth < 1e-6);
  const random = seededRandom(9);
  let within = 0;
  for (let round = 0; round < 400; round++) {
    const noise = () => random() + random() + random() - 1.5;
    const { perX, halfWidth } = slopeOf(Array.from({ length: 12 }, (_, x) => [x, 0.3 * x + noise()]));
    if (Math.abs(perX - 0.3) <= halfWidth) within++;
  }
  assert.ok(within > 368 && within < 392, `${within} of 400`);
  assert.throws(
    () =>
      slopeOf([
        [0, 1],
        [1, 2],
      ]),
    /three points/,
  );
});

test.run();
