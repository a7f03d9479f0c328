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

test('two questions in a row go to another expert and enter by another relay, where others serve as well', async () => {
  const experts = await Promise.all(['127.0.5.1', '127.0.7.1'].map((host) => lonely(host, { serve: SERVE })));
  const relays = await Promise.all(
    ['127.0.6.1', '127.0.8.1', '127.0.9.1'].map((host) => lonely(host, { relay: true })),
  );
  const discovery: Discovery = {
    ...{ name: 'all', announce: async () => {}, close: async () => {} },
    async *find(topic) {
      for (const { url } of topic === 'relay' ? relays : experts) yield { url, reach: 'owner' };
    },
  };
  const options = {
    ...{ discoveries: [discovery], experience: openExperience(), random: seededRandom(4) },
    sealed: { seal: sealTo(systemClock), privateMayBeNear: false },
  };
  try {
    const nodes: string[] = [];
    const entries: string[] = [];
    for (let i = 0; i < 8; i++) {
      const { node, way } = await askSwarm(options, {
        ...{ messages: [{ role: 'user', content: `${i}` }], topics: ['heating'], onChunk: () => {} },
      });
      nodes.push(node!);
      entries.push(way!.entry!);
    }
    const inARow = (keys: string[]) => keys.filter((key, i) => key === keys[i - 1]).length;
    assert.equal([nodes.length, entries.length], [8, 8]);
    assert.equal([inARow(nodes), inARow(entries)], [0, 0]);
  } finally {
    await Promise.all([...experts, ...relays].map((node) => node.close()));
  }
});

test.run();
