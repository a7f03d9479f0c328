import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PriceFeed } from '../../src/contract/grid.ts';

const START = Date.parse('2026-03-29T00:00:00+01:00');
const listOf = (stepS: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ time: new Date(START + i * stepS * 1000).toISOString(), value: i / 100 }));
const faultOf = (list: unknown) => PriceFeed.safeParse(list).error?.issues[0]?.message;

test('a list of times and values is the same as the steps', () => {
  for (const stepS of [900, 1800, 3600]) {
    const steps = { startMs: START, stepS, spotEurPerKwh: [0, 0.01, 0.02, 0.03] };
    assert.equal(PriceFeed.parse(listOf(stepS, 4)), steps);
    assert.equal(PriceFeed.parse(steps), steps, 'as it stands');
  }
});

test('the hour that the clocks jump is no gap: times carry their offset', () => {
  const list = ['T00:00:00+01:00', 'T01:00:00+01:00', 'T03:00:00+02:00', 'T04:00:00+02:00'];
  const feed = PriceFeed.parse(list.map((t, i) => ({ time: `2026-03-29${t}`, value: i / 10 })));
  assert.equal(feed, { startMs: START, stepS: 3600, spotEurPerKwh: [0, 0.1, 0.2, 0.3] });
});

test('gaps, doubles, other steps, wrong order, times without offset and EUR/MWh are refused', () => {
  const hours = listOf(3600, 5);
  assert.match(faultOf(hours.toSpliced(2, 1))!, /the step before 2026-03-29T02:00:00.000Z is none of 15, 30 or 60 min/);
  assert.ok(faultOf([hours[0], hours[0]]));
  assert.ok(faultOf(hours.toReversed()));
  assert.ok(faultOf(listOf(600, 4)));
  assert.ok(faultOf(hours.slice(0, 1)));
  assert.ok(faultOf([]));
  assert.ok(faultOf(hours.map((h) => ({ ...h, time: h.time.slice(0, 19) }))));
  assert.match(faultOf(hours.map((h) => ({ ...h, value: 80 })))!, /0: value: .*10/);
  assert.match(faultOf({ startMs: 0, stepS: 7, spotEurPerKwh: [0] })!, /stepS/);
  assert.ok(faultOf(listOf(900, 401)));
});

test.run();
