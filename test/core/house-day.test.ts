import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dayOf, dayStartMs } from '../../src/core/house-day.ts';

const startOf = (time: string, zone: string) => new Date(dayStartMs(Date.parse(time), zone)).toISOString();

test('a day begins at midnight of the house, also on those of 23 and 25 hours, and in zones of odd minutes', () => {
  const berlin = 'Europe/Berlin';
  assert.is(startOf('2025-01-15T12:34:56.789Z', berlin), '2025-01-14T23:00:00.000Z');
  assert.is(startOf('2025-01-14T23:00:00Z', berlin), '2025-01-14T23:00:00.000Z');
  assert.is(startOf('2025-03-30T12:00:00Z', berlin), '2025-03-29T23:00:00.000Z');
  assert.is(startOf('2025-10-26T12:00:00Z', berlin), '2025-10-25T22:00:00.000Z');
  assert.is(startOf('2025-01-15T18:10:00Z', 'Asia/Kathmandu'), '2025-01-14T18:15:00.000Z');
  assert.is(dayOf(Date.parse('2025-01-15T23:30:00Z'), berlin), '2025-01-16');
});

test.run();
