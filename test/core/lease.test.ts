import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { holdLease, leaseStamp } from '../../src/core/lease.ts';

test('a lease lapses to the safe default on the receiver’s own clock', () => {
  const held = holdLease(0);
  const stamp = leaseStamp<number>('a', 1000);
  assert.is(held.offer(stamp(500, 200), 0), true);
  assert.is(held.get(799), 500);
  assert.is(held.get(800), 0);
});

test('older, replayed and earlier-boot renewals are refused', () => {
  const held = holdLease(0);
  const first = leaseStamp<number>('a', 1000);
  const one = first(1);
  const two = first(2);
  assert.is(held.offer(two, 0), true);
  assert.is(held.offer(one, 0), false);
  assert.is(held.offer(two, 0), false);
  assert.is(held.offer(leaseStamp<number>('b', 1000)(3), 0), true);
  assert.is(held.offer(first(4), 0), false);
  assert.is(held.offer(leaseStamp<number>('c', 1000)(5, 1000), 0), false, 'already lapsed when sent');
});

test.run();
