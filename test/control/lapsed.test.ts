import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TopicName } from '../../src/contract/topics.ts';
import { listenForLapsing } from '../../src/control/lapsed.ts';

const MIN_MS = 60_000;

function listening() {
  const heard = new Map<TopicName, (message: never) => void>();
  const clock = { ms: 1_000_000 };
  const on = (name: TopicName, listener: (message: never) => void) => void heard.set(name, listener);
  const lapsing = listenForLapsing({ on } as never, () => clock.ms);
  return {
    clock,
    lapsing,
    tell: (name: TopicName, message: object) => heard.get(name)!(message as never),
    codes: () => lapsing.reasons(clock.ms).map((r) => r.code),
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

test.run();
