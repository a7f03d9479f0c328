import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { timesOf } from '../../src/app/bench/foreign/run.ts';

test('a week in which nobody heats is a draw, not a figure that is no number', () => {
  assert.is(timesOf(0, 0), 1);
  assert.is(timesOf(3, 2), 1.5);
  assert.is(timesOf(1, 0), Number.POSITIVE_INFINITY);
});

test.run();
