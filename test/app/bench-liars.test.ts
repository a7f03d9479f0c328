/** What honest audits allow to say of false alarms. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { alarmBound, interval } from '../../src/app/bench/liars/shares.ts';
import { seededRandom } from '../../src/core/random.ts';

const AUDITS = 20;
const BY_DESIGN = 1 / 200;
const honest = (count: number, of: (audit: number) => number[]) =>
  Array.from({ length: count }, (_, audit) => of(audit));

test('false alarms at most: those of the design where enough calm audits were seen, more where too few were, or one way errs', () => {
  assert.is(
    alarmBound(
      honest(1800, () => [0.7, 0.5]),
      AUDITS,
    ).alarms,
    BY_DESIGN,
  );
  assert.ok(
    alarmBound(
      honest(200, () => [0.7, 0.5]),
      AUDITS,
    ).alarms > BY_DESIGN,
    'a factor of 50 may have been missed',
  );
  const errs = honest(1800, (audit) => [audit % 100 ? 0.7 : 50, 0.5]);
  assert.ok(alarmBound(errs, AUDITS).alarms > 4 * BY_DESIGN, 'one audit of a hundred, by one way');
  assert.ok(
    alarmBound(
      honest(1800, () => [0.7, 0.99]),
      AUDITS,
    ).alarms > BY_DESIGN,
    'a way that hardly stakes anything',
  );
});

test('the mean that is told lies above the true one in 19 of 20 runs at least', () => {
  const random = seededRandom(4);
  let above = 0;
  for (let run = 0; run < 200; run++) {
    const audits = honest(400, () => [random() < 0.01 ? 50 : 0.4]);
    if (alarmBound(audits, AUDITS).mean >= 0.01 * 50 + 0.99 * 0.4) above++;
  }
  assert.ok(above >= 190, `${above} of 200`);
});

test('an interval holds the share, and what was never seen is not impossible', () => {
  const [low, high] = interval(30, 40);
  assert.ok(low < 0.75 && high > 0.75 && low > 0.58 && high < 0.87);
  assert.ok(interval(0, 40)[1] > 0.05 && Math.abs(interval(0, 40)[0]) < 1e-9);
});

test.run();
