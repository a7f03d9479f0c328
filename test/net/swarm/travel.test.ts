import { createServer } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openExperience } from '../../../src/net/swarm/ask/experience.ts';
import { gather } from '../../../src/net/swarm/ask/gather.ts';
import { overSomeWay } from '../../../src/net/swarm/ask/travel.ts';
import type { Way } from '../../../src/net/swarm/ask/way.ts';
import { signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import type { Handlers } from '../../../src/net/swarm/wire/connection.ts';
import { all, codeOf, ECHO, testPeers } from './peers.ts';

const DEAD = 'ws://127.0.0.1:9';
const HELLO = Buffer.from('hello');
const refusing = (code: 'NO_WAY' | 'BUSY'): Handlers => ({
  ...ECHO,
  onOpen: (stream) => stream.close(code, 'not here'),
});
const anyHop = () => [{ key: freshIdentity().id }];

const echoed = (ways: Way[], experience = openExperience()) =>
  overSomeWay(ways, experience, undefined, async (stream) => {
    await stream.send(HELLO, true);
    return String(await all(stream.frames()));
  });

test('a dead relay and one that finds no way cost a way and no try; each is remembered for it, the good one too', async () => {
  const experience = openExperience();
  const blocked = await testPeers({ handlers: refusing('NO_WAY') });
  const good = await testPeers();
  const dead = { url: DEAD, key: freshIdentity().id, path: anyHop() };
  const wayOf = (peers: typeof good): Way => ({ url: peers.url, key: peers.identity.id, path: anyHop() });
  assert.is(await echoed([dead, wayOf(blocked), wayOf(good)], experience), 'hello');
  const of = (key: string) => experience.of(key).experience;
  assert.ok(of(dead.key) < 0.5 && of(blocked.identity.id) < 0.5 && of(good.identity.id) > 0.5);
  assert.is(await codeOf(echoed([dead, wayOf(blocked)], experience)), 'NO_WAY');
  await Promise.all([blocked.end(), good.end()]);
});

test('what the expert refuses is no reason for another way', async () => {
  const experience = openExperience();
  const busy = await testPeers({ handlers: refusing('BUSY') });
  const good = await testPeers();
  const ways = [busy, good].map(({ url, identity }) => ({ url, key: identity.id, path: anyHop() }));
  assert.is(await codeOf(echoed(ways, experience)), 'BUSY');
  assert.is(experience.of(busy.identity.id).experience, 0.5);
  await Promise.all([busy.end(), good.end()]);
});

test('addresses that take a connection and say nothing do not keep a look-up waiting', async () => {
  const sockets: { destroy(): void }[] = [];
  const mute = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as { port: number };
  const identity = freshIdentity();
  const descriptor = signDescriptor(identity, {
    ...{ issuedS: Math.floor(Date.now() / 1000), urls: [], relays: [], relay: false },
    experts: [{ id: 'faults', topics: ['heating'], languages: ['en'], price: 0 }],
  }).toString('base64url');
  const good = await testPeers({
    handlers: { ...ECHO, onAsk: ({ id }) => ({ type: 'found', id, descriptors: [descriptor] }) },
  });
  // Twice as many as are dialled at once, all before the good one; the hello may take 5 s, and here it never comes.
  const urls = [...Array.from({ length: 16 }, (_, i) => `ws://127.0.0.${i + 1}:${port}`), good.url];
  const discovery = {
    ...{ name: 'listed', announce: async () => {}, close: async () => {} },
    async *find() {
      for (const url of urls) yield { url };
    },
  };
  const found = await gather({ discoveries: [discovery], topics: ['heating'], wanted: 1, limitMs: 4500 });
  assert.equal(
    found.map(({ descriptor: { key } }) => key),
    [identity.id],
  );
  for (const socket of sockets) socket.destroy();
  mute.close();
  await good.end();
});

test.run();
