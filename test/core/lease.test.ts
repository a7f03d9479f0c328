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

test('a new boot with each message fills no memory and hides no newer value', () => {
  const held = holdLease(0);
  for (let i = 0; i < 10_000; i++) {
    assert.is(held.offer({ value: i, ttlMs: 1000, ageMs: 0, bootId: `b${i}`, seq: 1 }, i), true);
    assert.is(held.get(i), i);
  }
  assert.is(held.offer({ value: 1, ttlMs: 1000, ageMs: 0, bootId: 'b9990', seq: 9 }, 1e5), false, 'an earlier boot');
  assert.is(held.offer({ value: 1, ttlMs: 1000, ageMs: 0, bootId: 'b7', seq: 9 }, 1e5), true, 'forgotten');
});

test.run();
