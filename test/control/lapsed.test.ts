import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PriceFeed } from '../../src/contract/grid.ts';
import type { TopicName } from '../../src/contract/topics.ts';
import { listenForLapsing } from '../../src/control/lapsed.ts';

const MIN_MS = 60_000;
const NO_PRICES = { feed: undefined, timeMs: 0, hasMarket: false };

function listening() {
  const heard = new Map<TopicName, (message: never) => void>();
  const clock = { ms: 1_000_000 };
  const on = (name: TopicName, listener: (message: never) => void) => void heard.set(name, listener);
  const lapsing = listenForLapsing({ on } as never, () => clock.ms);
  return {
    clock,
    lapsing,
    tell: (name: TopicName, message: object) => heard.get(name)!(message as never),
    codes: (prices: Parameters<typeof lapsing.reasons>[1] = NO_PRICES) =>
      lapsing.reasons(clock.ms, prices).map((r) => r.code),
  };
}

test('an absence holds for its minutes, its end is told for a day, and the word that somebody is back ends it at once', () => {
  const { clock, lapsing, tell, codes } = listening();
  assert.equal([lapsing.away(clock.ms), codes()], [false, []]);
  tell('presence', { anyoneHome: false, forMin: 60 });
  clock.ms += 60 * MIN_MS - 1;
  assert.equal([lapsing.away(clock.ms), codes()], [true, []]);
  clock.ms += 1;
  assert.equal([lapsing.away(clock.ms), codes()], [false, ['presence-out']]);
  clock.ms += 24 * 60 * MIN_MS;
  assert.equal(codes(), []);
  tell('presence', { anyoneHome: false, forMin: 60 });
  tell('presence', { anyoneHome: true, forMin: 60 });
  assert.equal([lapsing.away(clock.ms), codes()], [false, []]);
});

test('an energy manager holds for its time, and its silence is told', () => {
  const { clock, lapsing, tell, codes } = listening();
  const lease = { value: { gridW: -6000, pvW: 7000 }, ttlMs: 5000, ageMs: 0, bootId: 'a' };
  tell('ems', { ...lease, seq: 1 });
  clock.ms += 4999;
  assert.equal([lapsing.ems(clock.ms)?.gridW, codes()], [-6000, []]);
  clock.ms += 1;
  assert.equal([lapsing.ems(clock.ms), codes()], [undefined, ['ems-silent']]);
  tell('ems', { ...lease, seq: 2 });
  assert.equal([lapsing.ems(clock.ms)?.pvW, codes()], [7000, []]);
});

test('a price list without a price for now is told, with what counts instead', () => {
  const { clock, lapsing, codes } = listening();
  const feed: PriceFeed = { startMs: 10 * MIN_MS, stepS: 900, spotEurPerKwh: [0.1, 0.2] };
  const at = (min: number, hasMarket: boolean) => ({ feed, timeMs: min * MIN_MS, hasMarket });
  assert.equal(codes(at(9, true)), ['prices-out']);
  assert.equal(codes(at(10, true)), []);
  assert.equal(codes(at(39.9, true)), []);
  assert.equal(codes(at(40, true)), ['prices-out']);
  assert.match(lapsing.reasons(clock.ms, at(40, true))[0]!.text, /that of the market is used/);
  assert.match(lapsing.reasons(clock.ms, at(40, false))[0]!.text, /nothing is bought for filler/);
  assert.equal(codes(at(40 + 24 * 60, true)), []);
});

test.run();
