import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  noSunshine,
  POOL_S,
  PREFIX_PART,
  RELAY_PART,
  sunshine,
  takeSunshine,
} from '../../../src/net/ledger/sunshine.ts';

const from = { via: { relay: 'r', prefix: '192.0.2' }, joules: 100 };

test('no free watts: refused, with the time of the next where it is known', () => {
  const at = { nowMs: 0, freeW: 0, nextFreeMs: Date.UTC(2026, 5, 1, 11, 30) };
  const no = takeSunshine(noSunshine(0), at, from);
  assert.ok(!no.ok && no.reason.includes('next 2026-06-01 11:30 UTC'));
  const unknown = takeSunshine(noSunshine(0), { nowMs: 0, freeW: 0 }, from);
  assert.ok(!unknown.ok && unknown.reason.includes('not known'));
});

test('what was saved up in the sun is gone when the sun is', () => {
  const sunny = sunshine(noSunshine(0), { nowMs: POOL_S * 1000, freeW: 500 });
  assert.is(sunny.poolJ, 500 * POOL_S);
  assert.not.ok(takeSunshine(sunny, { nowMs: POOL_S * 1000 + 1, freeW: 0 }, from).ok);
});

test('used up: it says when there is enough again', () => {
  const no = takeSunshine(noSunshine(0), { nowMs: 0, freeW: 10 }, { ...from, joules: 600 });
  assert.ok(!no.ok && no.reason.includes('next 1970-01-01 00:01 UTC'), no.ok ? '' : no.reason);
});

test('never more energy than was free, and no relay or prefix more than its part at once', () => {
  const step = fc.record({
    waitS: fc.nat(120),
    freeW: fc.nat(2000),
    relay: fc.nat(3),
    prefix: fc.nat(9),
    joules: fc.nat(20_000),
  });
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    let state = noSunshine(0);
    let nowMs = 0;
    let freeJ = 0;
    let givenJ = 0;
    for (const { waitS, freeW, relay, prefix, joules } of steps) {
      nowMs += waitS * 1000;
      freeJ += freeW * waitS;
      const now = { nowMs, freeW };
      const taken = takeSunshine(state, now, { via: { relay: `r${relay}`, prefix: `p${prefix}` }, joules });
      state = taken.state;
      if (!taken.ok) continue;
      givenJ += joules;
      assert.ok((state.givenJ[`relay r${relay}`] ?? 0) <= freeW * POOL_S * RELAY_PART);
      assert.ok((state.givenJ[`prefix p${prefix}`] ?? 0) <= freeW * POOL_S * PREFIX_PART);
    }
    assert.ok(givenJ <= freeJ + 1e-6);
    assert.ok(state.poolJ >= 0);
  });
  fc.assert(property, { seed: 21, numRuns: 200 });
});

test.run();
