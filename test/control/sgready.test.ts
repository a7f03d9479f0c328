import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { raised, SG_START, type SgReadyState, sgReadyOf, sgReadyStep } from '../../src/control/grid/sgready.ts';
import { seededRandom } from '../../src/core/random.ts';

test('SG-Ready by contacts: 1 locks for 2 h at the most and three times a day, 3 and 4 raise set-points', () => {
  const est = (a: number, b: number) =>
    ({
      sgReadyAOn: { value: a, quality: 'good', ageMs: 0 },
      sgReadyBOn: { value: b, quality: 'good', ageMs: 0 },
    }) as never;
  const states = [
    [1, 0, 1],
    [0, 0, 2],
    [0, 1, 3],
    [1, 1, 4],
  ] as const;
  for (const [a, b, state] of states) assert.is(sgReadyOf(sgReadyStep(SG_START, est(a, b), undefined, 1)), state);
  let state: SgReadyState = SG_START;
  const hold = (a: number, b: number, hours: number) => {
    for (let t = 0; t < hours * 60; t++) state = sgReadyStep(state, est(a, b), undefined, 60);
  };
  hold(1, 0, 1.9);
  assert.is(sgReadyOf(state), 1);
  hold(1, 0, 0.2);
  assert.is(sgReadyOf(state), 2, 'after 2 h it runs again');
  hold(0, 0, 1);
  for (let i = 0; i < 2; i++) {
    hold(1, 0, 0.5);
    assert.is(sgReadyOf(state), 1);
    hold(0, 0, 0.5);
  }
  hold(1, 0, 0.1);
  assert.is(sgReadyOf(state), 2, 'a fourth lock within a day');
  const three = sgReadyStep(SG_START, est(0, 1), undefined, 1);
  assert.ok(raised(DEFAULT_SETPOINTS, three, 'heating').roomSetC > DEFAULT_SETPOINTS.roomSetC);
  assert.is(raised({ ...DEFAULT_SETPOINTS, mode: 'off' }, three, 'off').roomSetC, DEFAULT_SETPOINTS.roomSetC);
});

test('SG-Ready contacts that bounce lock nothing, one that stays does within 2 s, an energy manager at once', () => {
  const random = seededRandom(11);
  const est = (a: number) =>
    ({
      sgReadyAOn: { value: a, quality: 'good', ageMs: 0 },
      sgReadyBOn: { value: 0, quality: 'good', ageMs: 0 },
    }) as never;
  let state: SgReadyState = SG_START;
  for (let i = 0; i < 5000; i++) {
    const closed = 1 + Math.floor(8 * random());
    for (let t = 0; t < closed; t++) state = sgReadyStep(state, est(1), undefined, 0.1);
    assert.is(sgReadyOf(state), 2, `bounce ${i}, closed for ${closed / 10} s`);
    state = sgReadyStep(state, est(0), undefined, 0.1);
  }
  for (let t = 0; t < 20; t++) state = sgReadyStep(state, est(1), undefined, 0.1);
  assert.is(sgReadyOf(state), 1);
  assert.is(sgReadyOf(sgReadyStep(SG_START, est(0), { sgReady: 1 } as never, 0.1)), 1);
});

test.run();
