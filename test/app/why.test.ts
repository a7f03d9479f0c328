import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { timeOfAt } from '../../src/app/commands/why.ts';

const now = Date.parse('2025-01-15T13:00:30Z');
const iso = (text: string, simulated = true) => new Date(timeOfAt(text, now, simulated)).toISOString();

test('a time of day is the last one that has begun', () => {
  assert.is(iso('12:05'), '2025-01-15T12:05:59.999Z');
  assert.is(iso('13:00'), '2025-01-15T13:00:59.999Z');
  assert.is(iso('14:05'), '2025-01-14T14:05:59.999Z');
});

test('a date stands as it is, in UTC for the simulated house', () => {
  assert.is(iso('2025-01-02T03:04'), '2025-01-02T03:04:00.000Z');
  assert.is(iso('2025-01-02T03:04+01:00', false), '2025-01-02T02:04:00.000Z');
  for (const bad of ['noon', '25:00', '12:60', '']) assert.throws(() => iso(bad), /--at takes/);
});

test.run();
