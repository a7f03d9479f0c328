import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { readDescriptor, signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { startNode } from '../../../src/net/swarm/node.ts';
import { dial } from '../../../src/net/swarm/wire/dial.ts';
import { log } from '../helpers.ts';
import { ECHO } from './peers.ts';

const EXPERTS = 24;
const LIMIT = 4;

test('a relay with more experts than one answer holds names each of them now and then', async () => {
  const node = await startNode({
    ...{ port: 0, identity: freshIdentity(), random: seededRandom(5), log },
    config: SwarmConfig.parse({ join: true, relay: true }),
    compute: { answer: () => assert.unreachable() as never },
    discoveries: async () => [],
  });
  const url = `ws://127.0.0.1:${node.port}`;
  const keys = new Set<string>();
  for (let i = 0; i < EXPERTS; i++) {
    const identity = freshIdentity();
    const connection = await dial({ url, reach: 'owner', identity, roles: ['expert'], handlers: ECHO });
    const descriptor = signDescriptor(identity, {
      ...{ issuedS: Math.floor(Date.now() / 1000), urls: [], relays: [], relay: false },
      experts: [{ id: 'faults', topics: ['heating'], languages: ['en'], price: 0 }],
    }).toString('base64url');
    assert.equal(await connection.ask({ type: 'attach', descriptor }), {
      ...{ type: 'attached', accepted: true, why: '' },
      id: 1,
    });
    keys.add(identity.id);
  }
  const asker = await dial({ url, reach: 'owner', identity: freshIdentity(), handlers: ECHO });
  const named = new Set<string>();
  for (let i = 0; i < 60; i++) {
    const answer = await asker.ask({ type: 'find', topic: 'heating', limit: LIMIT });
    assert.ok(answer.type === 'found' && answer.descriptors.length === LIMIT);
    for (const text of answer.descriptors) named.add(readDescriptor(Buffer.from(text, 'base64url'), Date.now())!.key);
  }
  assert.equal([...named].sort(), [...keys].sort());
  await node.close();
});

test.run();
