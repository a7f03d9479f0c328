/** Who got an answer before passes the door of a node while ever new prefixes storm it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endRaws } from '../../../src/app/bench/hostile/raw.ts';
import { echoCompute } from '../../../src/app/bench/swarm/echo-compute.ts';
import { tradeOf } from '../../../src/app/bench/swarm/sunny.ts';
import { candidateAt } from '../../../src/app/bench/wire/wire.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { openExperience } from '../../../src/net/swarm/ask/experience.ts';
import { askOne } from '../../../src/net/swarm/ask/one.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { startNode } from '../../../src/net/swarm/node.ts';
import { newQuestionId } from '../../../src/net/swarm/pay/purse.ts';
import { log, scratch } from '../helpers.ts';
import { stormDoor } from './storm.ts';
import { SERVE } from './swarm.ts';

/** Would take 20 s by turns alone, and is sent away after 5. */
const STORM = 200;

async function smallDoor(settings: object) {
  const [identity, home] = [freshIdentity(), scratch()];
  const node = await startNode({
    ...{ port: 0, identity, log, random: seededRandom(1), compute: await echoCompute() },
    config: SwarmConfig.parse({ join: true, ...settings }),
    trade: await tradeOf(home.dir),
    limits: { hellos: { perS: 20, burst: 8 } },
    discoveries: async () => [],
  });
  const close = async () => {
    await node.close();
    home.remove();
  };
  return { port: node.port, url: `ws://127.0.0.1:${node.port}`, key: identity.id, close };
}

for (const by of ['the expert', 'a relay'] as const)
  test(`while ever new prefixes storm the door of ${by}, whoever was answered there before is answered again`, async () => {
    const expert = await smallDoor({ serve: SERVE });
    const relay = await smallDoor({ relay: true });
    const candidate = await candidateAt(expert.url);
    const { url, key } = expert;
    const entry = by === 'a relay' ? relay : expert;
    const way = {
      url: entry.url,
      key: entry.key,
      path: entry === relay ? [{ key, url }] : [],
      reach: 'owner' as const,
    };
    const ask = async () => {
      let said = '';
      const messages = [{ role: 'user' as const, content: 'warm?' }];
      const question = { messages, topics: ['heating'], onChunk: (text: string) => (said += text) };
      const options = { discoveries: [], experience: openExperience(), random: () => 0 };
      await askOne(candidate, [way], options, question, newQuestionId());
      return said;
    };
    assert.is(await ask(), 'warm?');
    const upgraded = await stormDoor(
      entry.port,
      Array.from({ length: STORM }, (_, i) => `127.2.${i}.1`),
    );
    assert.is(await ask(), 'warm?');
    assert.ok(upgraded() < STORM / 2, `${upgraded()} of ${STORM} went before`);
    endRaws();
    await Promise.all([expert.close(), relay.close()]);
  });

test.run();
