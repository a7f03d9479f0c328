import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { timeOfAt } from '../../src/app/commands/why.ts';
import { houseMinute } from '../../src/app/house-clock.ts';

const now = Date.parse('2025-01-15T13:00:30Z');
const iso = (text: string, timeZone = 'UTC', nowMs = now) => new Date(timeOfAt(text, nowMs, timeZone)).toISOString();

test('a time of day is the last one that has begun', () => {
  assert.is(iso('12:05'), '2025-01-15T12:05:59.999Z');
  assert.is(iso('13:00'), '2025-01-15T13:00:59.999Z');
  assert.is(iso('14:05'), '2025-01-14T14:05:59.999Z');
});

test('times are those of the zone of the house, whatever zone the machine has', () => {
  assert.is(iso('14:00', 'Europe/Berlin'), '2025-01-15T13:00:59.999Z');
  assert.is(iso('14:01', 'Europe/Berlin'), '2025-01-14T13:01:59.999Z');
  assert.is(iso('2025-07-02T03:04', 'Europe/Berlin'), '2025-07-02T01:04:00.000Z');
  assert.is(iso('2025-07-02T23:30', 'America/New_York'), '2025-07-03T03:30:00.000Z');
  assert.is(houseMinute(now, 'Asia/Kolkata'), '2025-01-15 18:30 GMT+5:30');
  const afterChange = Date.parse('2025-03-30T06:00:00Z');
  assert.is(iso('01:30', 'Europe/Berlin', afterChange), '2025-03-30T00:30:59.999Z', 'before the clock went forward');
  assert.is(iso('22:15', 'Europe/Berlin', afterChange), '2025-03-29T21:15:59.999Z');
  assert.is(iso('2025-03-30T01:30', 'Europe/Berlin'), '2025-03-30T00:30:00.000Z');
  assert.is(iso('2025-03-30T03:30', 'Europe/Berlin'), '2025-03-30T01:30:00.000Z');
});

test('a date with a zone stands as it is', () => {
  assert.is(iso('2025-01-02T03:04'), '2025-01-02T03:04:00.000Z');
  assert.is(iso('2025-01-02T03:04+01:00', 'Asia/Tokyo'), '2025-01-02T02:04:00.000Z');
  for (const bad of ['noon', '25:00', '12:60', '']) assert.throws(() => iso(bad), /--at takes/);
});

test.run();
