import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PriceFeed, PriceNow } from '../../src/contract/prices.ts';
import { seededRandom, shuffled } from '../../src/core/random.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-01-15T00:00:00+01:00');
const listOf = (stepS: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ time: new Date(START + i * stepS * 1000).toISOString(), value: i / 100 }));
const faultOf = (list: unknown) => PriceFeed.safeParse(list).error?.issues[0]?.message;
const hoursOf = (feed: PriceFeed) =>
  feed.steps.map((s) => [(s.startMs - START) / HOUR_MS, (s.endMs - START) / HOUR_MS]);

test('a list of times and values is the same as the steps, bare or wrapped, and stays as it is when read again', () => {
  for (const stepS of [900, 1800, 3600]) {
    const steps = { startMs: START, stepS, spotEurPerKwh: [0, 0.01, 0.02, 0.03] };
    const feed = PriceFeed.parse(steps);
    assert.equal(PriceFeed.parse(listOf(stepS, 4)), feed);
    assert.equal(PriceFeed.parse({ prices: listOf(stepS, 4) }), feed);
    assert.equal(PriceFeed.parse({ final: true, prices: listOf(stepS, 4) }), { ...feed, final: true });
    assert.equal(PriceFeed.parse(JSON.parse(JSON.stringify(feed))), feed);
    assert.equal([feed.notes, feed.steps.at(-1)!.endMs], [[], START + 4 * stepS * 1000]);
  }
  const own = PriceFeed.parse({ startMs: 0, stepS: 3600, spotEurPerKwh: [0.1, 0.2], exportEurPerKwh: [0.05] });
  assert.equal(
    own.steps.map((s) => s.soldEurPerKwh),
    [0.05, undefined],
  );
});

test('days of 23 and 25 hours, and times of different zones: what counts is the offset of each', () => {
  const day = (date: string, offsets: string[]) =>
    PriceFeed.parse(offsets.map((offset, i) => ({ time: `${date}T${offset}`, value: i / 10 })));
  const spring = day('2026-03-29', ['00:00:00+01:00', '01:00:00+01:00', '03:00:00+02:00', '04:00:00+02:00']);
  const autumn = day('2026-10-25', ['01:00:00+02:00', '02:00:00+02:00', '02:00:00+01:00', '03:00:00+01:00']);
  const zones = day('2026-07-01', ['00:00:00+02:00', '00:00:00+01:00', '00:00:00Z']);
  for (const feed of [spring, autumn, zones]) {
    assert.equal(feed.notes, []);
    for (const [i, s] of feed.steps.entries()) assert.is(s.endMs - feed.steps[0]!.startMs, (i + 1) * HOUR_MS);
  }
});

test('wrong order is sorted, of a time told twice the later entry counts, and both are noted', () => {
  const hours = listOf(3600, 5);
  const feed = PriceFeed.parse(hours.toReversed());
  assert.equal(feed, { ...PriceFeed.parse(hours), notes: ['unsorted'] });
  const twice = PriceFeed.parse([...hours, { ...hours[4]!, value: 0.5 }]);
  assert.equal([twice.notes, twice.steps.length, twice.steps[4]!.eurPerKwh], [['twice'], 5, 0.5]);
});

test('a gap stays a gap: a price holds for the step of its list and no longer; an end of its own goes before that', () => {
  const hours = listOf(3600, 5);
  const feed = PriceFeed.parse(hours.toSpliced(2, 1));
  assert.equal(hoursOf(feed), [
    [0, 1],
    [1, 2],
    [3, 4],
    [4, 5],
  ]);
  assert.equal(feed.notes, ['gaps']);
  const at = (h: number) => new Date(START + h * HOUR_MS).toISOString();
  const nightAndDay = PriceFeed.parse([
    { time: at(0), end: at(6), value: 0.1 },
    { time: at(6), end: at(22), value: 0.2 },
  ]);
  assert.equal(
    [hoursOf(nightAndDay), nightAndDay.notes],
    [
      [
        [0, 6],
        [6, 22],
      ],
      [],
    ],
  );
});

test('where prices overlap each ends where the next begins', () => {
  const at = (h: number) => new Date(START + h * HOUR_MS).toISOString();
  const feed = PriceFeed.parse([
    { time: at(0), end: at(3), value: 0.1 },
    { time: at(2), end: at(4), value: 0.2 },
  ]);
  assert.equal(
    [hoursOf(feed), feed.notes],
    [
      [
        [0, 2],
        [2, 4],
      ],
      ['overlapping'],
    ],
  );
});

test('whatever comes in whatever order: steps are in order, apart from each other, and reading again changes nothing', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 200; round++) {
    const list = Array.from({ length: 1 + Math.floor(random() * 40) }, () => {
      const start = START + Math.floor(random() * 200) * 900_000;
      const end =
        random() < 0.3 ? { end: new Date(start + (1 + Math.floor(random() * 9)) * 900_000).toISOString() } : {};
      return { time: new Date(start).toISOString(), value: Math.round((random() - 0.2) * 500) / 1000, ...end };
    });
    const read = PriceFeed.safeParse(shuffled(list, random));
    // Nothing says how long a price holds where no two are a step apart.
    if (!read.success) assert.match(read.error.issues[0]!.message, /give each an `end`/);
    else {
      const { steps } = read.data;
      for (const [i, s] of steps.entries())
        assert.ok(s.endMs > s.startMs && (i === 0 || steps[i - 1]!.endMs <= s.startMs), JSON.stringify(list));
      assert.equal(PriceFeed.parse(read.data), read.data);
    }
  }
});

test('what cannot be understood is refused with what to mend', () => {
  const hours = listOf(3600, 5);
  assert.match(faultOf(listOf(600, 4))!, /no two prices are 15, 30 or 60 min apart: give each an `end`/);
  assert.ok(faultOf([]));
  assert.match(faultOf(hours.map((h) => ({ ...h, time: h.time.slice(0, 19) })))!, /0: time: .*offset of its zone/);
  assert.match(faultOf(hours.map((h) => ({ ...h, value: 80 })))!, /0: value: .*10/);
  assert.match(faultOf(hours.map((h) => ({ ...h, value: 8.7 })))!, /not in cents or per MWh/);
  assert.match(faultOf({ prices: hours.map((h) => ({ ...h, value: 8.7 })) })!, /not in cents or per MWh/);
  assert.match(faultOf([{ ...hours[1]!, end: hours[0]!.time }])!, /must end after it begins/);
  assert.match(faultOf({ startMs: 0, stepS: 7, spotEurPerKwh: [0] })!, /stepS/);
  assert.ok(faultOf(listOf(900, 401)));
  assert.ok(PriceNow.safeParse({ value: 31 }).error);
});

test.run();
