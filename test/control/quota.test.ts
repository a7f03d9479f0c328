import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createQuota } from '../../src/control/quota.ts';

const EVENT = { timeMs: 0, level: 'info', source: 'control', code: 'set', text: '' } as const;

test('of one kind 29 lines within an hour are told, then that the rest is not; faults always, and the next hour anew', () => {
  const quota = createQuota();
  const said = Array.from({ length: 40 }, (_, i) => quota({ ...EVENT, text: `${i}` }, 1000 * i)?.text);
  assert.equal(
    said.slice(0, 29),
    Array.from({ length: 29 }, (_, i) => `${i}`),
  );
  assert.match(said[29]!, /^more of this within an hour/);
  assert.ok(said.slice(30).every((text) => text === undefined));
  assert.is(quota({ ...EVENT, level: 'fault', text: 'gas' }, 40_000)?.text, 'gas');
  assert.is(quota({ ...EVENT, text: 'later' }, 3_600_000)?.text, 'later');
});

test.run();
