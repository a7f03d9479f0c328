import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { echoCompute } from '../../../src/app/bench/swarm/echo-compute.ts';
import { tradeOf } from '../../../src/app/bench/swarm/sunny.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { askSwarm } from '../../../src/net/swarm/ask/asker.ts';
import { openExperience } from '../../../src/net/swarm/ask/experience.ts';
import type { Discovery } from '../../../src/net/swarm/discovery/discovery.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { startNode } from '../../../src/net/swarm/node.ts';
import { openUnsealer, sealTo } from '../../../src/net/swarm/seal/ends.ts';
import { log, scratch, sleep } from '../helpers.ts';
import { SERVE } from './swarm.ts';

/** A node in this process that finds nobody by itself. */
async function lonely(host: string, settings: object) {
  const compute = await echoCompute();
  const home = scratch();
  const trade = await tradeOf(home.dir);
  const unsealer = await openUnsealer(systemClock);
  const config = SwarmConfig.parse({ join: true, host, ...settings });
  const node = await startNode({
    ...{ config, port: 0, identity: freshIdentity(), compute, unsealer, trade, log, random: seededRandom(1) },
    discoveries: async () => [],
  });
  const close = async () => {
    await node.close();
    home.remove();
  };
  return { url: `ws://${host}:${node.port}`, close };
}

test('where the first relays that come are all too near the expert, the asker waits for others', async () => {
  const expert = await lonely('127.0.5.1', { serve: SERVE });
  const near = await lonely('127.0.5.2', { relay: true });
  const apart = await lonely('127.0.6.1', { relay: true });
  let looks = 0;
  const discovery: Discovery = {
    ...{ name: 'slow', announce: async () => {}, close: async () => {} },
    async *find(topic, signal) {
      if (topic !== 'relay') return yield { url: expert.url, reach: 'owner' };
      looks++;
      yield { url: near.url, reach: 'owner' };
      // Longer than the others have after the first one.
      await sleep(700);
      if (!signal.aborted) yield { url: apart.url, reach: 'owner' };
    },
  };
  let said = '';
  const { tries } = await askSwarm(
    {
      ...{ discoveries: [discovery], experience: openExperience(), random: seededRandom(2) },
      sealed: { seal: sealTo(systemClock), privateMayBeNear: false },
    },
    {
      messages: [{ role: 'user', content: 'by a late relay' }],
      topics: ['heating'],
      onChunk: (text) => (said += text),
    },
  );
  assert.equal([said, tries], ['by a late relay', 1]);
  assert.ok(looks >= 2, 'the first look ended before the relay apart came');
  await Promise.all([expert, near, apart].map((node) => node.close()));
});

test.run();
