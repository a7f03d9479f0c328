import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSound, run } from './lived.ts';

const plain = (line: object) => [JSON.stringify(line)];

for (const gapH of [2, 7])
  test(`a connection lost for ${gapH} h twice a day: the house is learnt across the gaps, and planned`, () => {
    const ran = run(6, (k) => (k % 30 === 29 ? gapH * 3600 : 900), plain);
    assertSound(ran);
    const { fit } = ran.state.learned;
    assert.ok(fit.count > 2 && fit.rmseK > 0 && fit.rmseK < 0.5, JSON.stringify(fit));
    const late = ran.answers.slice(-60).map((a) => a.reasons[0]!);
    const planned = late.filter((reason) => reason.startsWith('plan:'));
    assert.ok(planned.length > 40, `${planned.length} of 60: ${late.find((r) => !r.startsWith('plan:'))}`);
  });

test('steps of an hour: house and pump are learnt in the time that they take at shorter steps', () => {
  const ran = run(4, () => 3600, plain);
  assertSound(ran);
  const { fit, map } = ran.state.learned;
  assert.ok(fit.count > 2 && fit.rmseK < 0.5, JSON.stringify(fit));
  assert.ok(map.fullS > 3600 && map.partS > 1800, `${map.fullS} s at full speed, ${map.partS} s below`);
});

test('a gap of days is not bridged: nobody knows what the heating did', () => {
  const ran = run(3, (k) => (k === 100 ? 86_400 : 900), plain);
  const steps = ran.state.learned.samples.map(({ atS }, k, all) => atS - (all[k - 1]?.atS ?? atS));
  assert.ok(Math.max(...steps) > 80_000);
});

test.run();
