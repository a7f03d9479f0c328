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
const NOWHERE: Handlers = { ...ECHO, onOpen: (stream) => stream.close('NO_WAY', 'not here') };
const anyHop = () => [{ key: freshIdentity().id }];

const EXPERT = freshIdentity().id;
const echoed = (ways: Way[], experience = openExperience()) =>
  overSomeWay({ to: EXPERT, ways, experience }, async (connection, { path }) => {
    const stream = connection.open(path);
    await stream.send(HELLO, true);
    return String(await all(stream.frames()));
  });

test('a dead relay and one that finds no way cost a way and no try; each is remembered for it, the good one too', async () => {
  const experience = openExperience();
  const blocked = await testPeers({ handlers: NOWHERE });
  const good = await testPeers();
  const dead = { url: DEAD, key: freshIdentity().id, path: anyHop(), reach: 'owner' as const };
  const wayOf = (peers: typeof good): Way => ({
    url: peers.url,
    key: peers.identity.id,
    path: anyHop(),
    reach: 'owner',
  });
  assert.is(await echoed([dead, wayOf(blocked), wayOf(good)], experience), 'hello');
  const of = (key: string) => experience.of(key).experience;
  assert.ok(of(dead.key) < 0.5 && of(blocked.identity.id) < 0.5 && of(good.identity.id) > 0.5);
  assert.is(await codeOf(echoed([dead, wayOf(blocked)], experience)), 'NO_WAY');
  assert.is(of(EXPERT), 0.5);
  await Promise.all([blocked.end(), good.end()]);
});

/** Whose fault it was, by what the answer failed with. */
const FAULTS = {
  BUSY: { relay: false, expert: false },
  NOT_RUNNING: { relay: false, expert: true },
  SEAL_BROKEN: { relay: true, expert: true },
} as const;

test('what the answer fails with is no reason for another way, and is noted with whoever can have caused it', async () => {
  const good = await testPeers();
  const passes = { url: good.url, key: good.identity.id, path: anyHop(), reach: 'owner' as const };
  for (const code of ['BUSY', 'NOT_RUNNING', 'SEAL_BROKEN'] as const) {
    const experience = openExperience();
    const failing = await testPeers({ handlers: { ...ECHO, onOpen: (stream) => stream.close(code, 'so it is') } });
    const key = failing.identity.id;
    assert.is(
      await codeOf(echoed([{ url: failing.url, key, path: anyHop(), reach: 'owner' as const }, passes], experience)),
      code,
    );
    const blamed = (of: string) => experience.of(of).experience < 0.5;
    assert.equal({ relay: blamed(key), expert: blamed(EXPERT) }, FAULTS[code], code);
    assert.is(experience.of(EXPERT).load > 0, code === 'BUSY');
    await failing.end();
  }
  await good.end();
});

test('a relay that goes away with the question is to blame alone', async () => {
  const experience = openExperience();
  const leaving = await testPeers({ handlers: { ...ECHO, onOpen: (_stream, _path, from) => from.close(1000, 'bye') } });
  const way = { url: leaving.url, key: leaving.identity.id, path: anyHop(), reach: 'owner' as const };
  assert.is(await codeOf(echoed([way], experience)), 'NOT_RUNNING');
  assert.ok(experience.of(way.key).experience < 0.5);
  assert.is(experience.of(EXPERT).experience, 0.5);
  await leaving.end();
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
      for (const url of urls) yield { url, reach: 'owner' as const };
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
