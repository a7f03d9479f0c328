import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { describe } from '../../../src/net/swarm/offer.ts';

test('a flood of questions who is there costs a signature a second, and what changes is told at once', () => {
  const own = freshIdentity();
  let signed = 0;
  const sign: typeof own.sign = (...args) => {
    signed++;
    return own.sign(...args);
  };
  const self = { identity: { ...own, sign }, config: SwarmConfig.parse({}), urls: [], experts: [], till: undefined };
  const startMs = performance.now();
  for (let i = 0; i < 2000; i++) describe(self, []);
  const seconds = Math.ceil((performance.now() - startMs) / 1000) + 1;
  assert.ok(signed <= seconds, `${signed} in ${seconds} s`);
  const before = describe(self, []);
  assert.not.equal(describe({ ...self, urls: ['ws://203.0.113.5:8703'] }, []), before);
});

test.run();
