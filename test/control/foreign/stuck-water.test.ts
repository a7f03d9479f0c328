import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSound, run } from './lived.ts';

test('a water sensor that stays at 85 °C without any heat is broken: the house does not freeze for it', () => {
  for (const noiseK of [0, 0.5]) {
    const ran = run(
      3,
      () => 900,
      (line, k) => [JSON.stringify({ ...line, supplyC: 85 + noiseK * (k % 2) })],
    );
    assertSound(ran);
    assert.ok(ran.coldKh < 3, `${ran.coldKh} K h`);
    assert.match(ran.answers.at(-1)!.reasons.join(), 'supplyC has stayed at 85');
  }
});

test('water that is hot and cools down stops the heat for as long as it is hot', () => {
  const ran = run(
    0.5,
    () => 900,
    (line, k) => [JSON.stringify({ ...line, returnC: Math.max(30, 100 - k) })],
  );
  const hot = ran.answers.slice(0, 25);
  assert.ok(hot.every((a) => a.compressor === 0 && a.pump === 1 && /75 °C is the most/.test(a.reasons[0]!)));
  assert.ok(ran.answers.slice(27).some((a) => a.compressor > 0));
});

test.run();
