import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seldom } from '../../../src/net/swarm/seldom.ts';
import { until } from '../helpers.ts';

test('a flood of calls is one at once and one later; a stopped one is silent', async () => {
  let done = 0;
  const often = seldom(20, () => done++);
  for (let i = 0; i < 1000; i++) often.call();
  assert.is(done, 1);
  // Its timer does not keep a process alive.
  const awake = setInterval(() => {}, 1000);
  await until('the last call', () => done === 2, 30_000);
  often.call();
  often.call();
  const before = done;
  often.stop();
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.is(done, before);
  clearInterval(awake);
});

test.run();
