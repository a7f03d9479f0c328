import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createGate } from '../../src/control/pace.ts';
import { createQuota } from '../../src/control/quota.ts';

test('changes pass at once; one that never ends is slowed, the last word of each counts, and after a pause all is as before', () => {
  let nowMs = 0;
  const refused: string[] = [];
  const done: string[] = [];
  const gate = createGate(
    () => nowMs,
    (why) => refused.push(why),
  );
  for (let i = 0; i < 200; i++) gate.paced('room', () => done.push(`room ${i}`));
  assert.is(done.length, 200);
  assert.is(refused.length, 0);
  gate.paced('room', () => done.push('never said'));
  gate.paced('mode', () => done.push('mode'));
  gate.paced('room', () => done.push('room last'));
  gate.applyDue();
  assert.equal([done.length, refused.length], [200, 1]);
  nowMs = 119_000;
  gate.applyDue();
  assert.is(done.length, 200);
  nowMs = 120_000;
  gate.applyDue();
  assert.equal(done.slice(200), ['mode']);
  nowMs = 240_000;
  gate.applyDue();
  assert.equal(done.slice(200), ['mode', 'room last']);
  nowMs += 86_400_000;
  for (let i = 0; i < 200; i++) gate.paced('room', () => done.push(`again ${i}`));
  assert.is(done.at(-1), 'again 199');
  assert.is(refused.length, 1);
});

test('30 lines of one kind an hour, the last says so; faults always', () => {
  const quota = createQuota();
  const event = (code: string, level: 'info' | 'fault') => ({ timeMs: 0, level, source: 'control', code, text: code });
  const told = Array.from({ length: 100 }, (_, i) => quota(event('set', 'info'), 1000 * i)).filter((e) => e);
  assert.is(told.length, 30);
  assert.match(told.at(-1)!.text, 'the rest is not told');
  assert.is(quota(event('action-off', 'info'), 100_000)?.text, 'action-off');
  for (let i = 0; i < 100; i++) assert.ok(quota(event('safety-S3', 'fault'), 1000 * i));
  assert.is(quota(event('set', 'info'), 3_600_000)?.text, 'set');
});

test.run();
