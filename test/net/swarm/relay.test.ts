import { createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { createRelay, type Sender } from '../../../src/net/swarm/relay.ts';
import { createBacklog } from '../../../src/net/swarm/wire/backlog.ts';
import type { Handlers } from '../../../src/net/swarm/wire/connection.ts';
import { WINDOW_BYTES } from '../../../src/net/swarm/wire/frames.ts';
import { leadsHome } from '../../../src/net/swarm/wire/reach.ts';
import type { Stream } from '../../../src/net/swarm/wire/stream.ts';
import { until } from '../helpers.ts';
import { codeOf, ECHO, testPeers } from './peers.ts';

const LIMIT_MS = 60_000;

test('strangers make a relay dial so many at once and no more, and room comes back', async () => {
  const relay = createRelay({ reachFor: () => 'machine', dials: 3, now: Date.now });
  const peers = await testPeers({
    handlers: { ...ECHO, onOpen: (stream, path, from) => void relay.forward(stream, path, from) },
  });
  // It takes connections and says nothing.
  const taken: Socket[] = [];
  const mute = createServer((socket) => taken.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const { port } = mute.address() as { port: number };
  const connection = await peers.dial();
  const ask = (url: string) => codeOf(connection.open([{ key: freshIdentity().id, url }]).take());
  const three = [1, 2, 3].map(() => ask(`ws://127.0.0.1:${port}`));
  assert.is(await ask(`ws://127.0.0.1:${port}`), 'NO_WAY');
  await until('three dialled', () => taken.length === 3, LIMIT_MS);
  for (const socket of taken) socket.destroy();
  assert.equal(await Promise.all(three), Array(3).fill('NO_WAY'));
  // A relay of another key than the one that was asked for.
  const other = await testPeers();
  assert.is(await ask(other.url), 'NO_WAY');
  assert.is(taken.length, 3);
  relay.close();
  mute.close();
  await Promise.all([peers.end(), other.end()]);
});

test('an asker that reads nothing loses its own streams, and not the connection to the next relay that others use', async () => {
  const onOpen: Handlers['onOpen'] = async (stream) => {
    try {
      const asked = (await stream.take())!;
      if (String(asked.payload) === 'much') for (;;) await stream.send(Buffer.alloc(WINDOW_BYTES / 8));
      await stream.send(asked.payload);
      await stream.send((await stream.take())!.payload, true);
    } catch {
      // The relay has closed the stream.
    }
  };
  const far = await testPeers({ handlers: { ...ECHO, onOpen } });
  const relay = createRelay({ reachFor: () => 'machine', backlog: createBacklog(2 * WINDOW_BYTES), now: Date.now });
  const near = await testPeers({
    handlers: { ...ECHO, onOpen: (stream, path, from) => void relay.forward(stream, path, from) },
  });
  const path = [{ key: far.identity.id, url: far.url }];
  const [greedy, honest] = [await near.dial(), await near.dial()];
  const answered = honest.open(path);
  await answered.send(Buffer.from('first'));
  assert.is(String((await answered.take())?.payload), 'first');
  const unread = Array.from({ length: 8 }, () => greedy.open(path));
  for (const stream of unread) await stream.send(Buffer.from('much'));
  await until('most of its streams closed', () => unread.filter((one) => one.isClosed).length >= 6, LIMIT_MS);
  await answered.send(Buffer.from('second'), true);
  assert.is(String((await answered.take())?.payload), 'second');
  assert.is(far.arrived.length, 1, 'one connection for all');
  assert.not.ok(far.arrived[0]!.closed.aborted);
  relay.close();
  await Promise.all([near.end(), far.end()]);
});

test('one prefix takes half of the streams to the next node, is told so, and others are led on', async () => {
  const answers: (() => void)[] = [];
  const far = await testPeers({
    handlers: {
      ...ECHO,
      async onOpen(stream) {
        await stream.take();
        answers.push(() => void stream.send(Buffer.from('an answer'), true));
      },
    },
  });
  const relay = createRelay({ reachFor: () => 'machine', now: Date.now });
  let sender: Sender = { address: '203.0.113.9' };
  const near = await testPeers({
    handlers: { ...ECHO, onOpen: (stream, path) => void relay.forward(stream, path, sender) },
  });
  const connection = await near.dial();
  const ask = () => {
    const stream = connection.open([{ key: far.identity.id, url: far.url }]);
    void stream.send(Buffer.from('a question'), true);
    return stream;
  };
  const greedy = Array.from({ length: 40 }, ask);
  await until('its share is passed', () => answers.length === 32, LIMIT_MS);
  await until('the others are refused', () => greedy.filter((one) => one.isClosed).length === 8, LIMIT_MS);
  const refused = await greedy
    .find((one) => one.isClosed)!
    .take()
    .catch((error) => error);
  assert.is(refused.code, 'BUSY');
  assert.match(refused.message, 'as many of yours');
  // Another prefix, and a relay that brings those of many, though no address of theirs.
  for (const [i, other] of [
    { address: '198.51.100.7' },
    { address: '', relay: 'a' },
    { address: '', relay: 'b' },
  ].entries()) {
    sender = other;
    const stream = ask();
    await until('it is led on', () => answers.length === 33 + i, LIMIT_MS);
    answers.at(-1)!();
    assert.is(String((await stream.take())?.payload), 'an answer');
  }
  sender = { address: '203.0.113.200' };
  for (const answer of answers.slice(0, 2)) answer();
  await until('two are answered', () => greedy.filter((one) => one.isClosed).length === 10, LIMIT_MS);
  ask();
  await until('whose place is free again', () => answers.length === 36, LIMIT_MS);
  assert.is(far.arrived.length, 1, 'one connection for all');
  relay.close();
  await Promise.all([near.end(), far.end()]);
});

test('a stream on which nothing passes is closed on both sides, and its place is free again', async () => {
  const asked: Stream[] = [];
  const onOpen: Handlers['onOpen'] = (stream) => void asked.push(stream);
  const far = await testPeers({ handlers: { ...ECHO, onOpen } });
  const relay = createRelay({ reachFor: () => 'machine', silentMs: 50, now: Date.now });
  const from = { address: '203.0.113.9' };
  const near = await testPeers({
    handlers: { ...ECHO, onOpen: (stream, path) => void relay.forward(stream, path, from) },
  });
  const connection = await near.dial();
  for (let turn = 1; turn <= 2; turn++) {
    const streams = Array.from({ length: 32 }, () => connection.open([{ key: far.identity.id, url: far.url }]));
    const ends = await Promise.all(streams.map((stream) => stream.take().catch((error) => error)));
    assert.equal(
      [...new Set(ends.map(({ code, message }) => `${code}: ${message}`))],
      ['BUSY: nothing passed for long'],
    );
    await until(
      'the other side, too',
      () => asked.length === 32 * turn && asked.every((one) => one.isClosed),
      LIMIT_MS,
    );
  }
  relay.close();
  await Promise.all([near.end(), far.end()]);
});

test('who leaves before the answer begins is missed by the next node at once, which works for nobody', async () => {
  const asked: Stream[] = [];
  const onOpen: Handlers['onOpen'] = async (stream) => {
    await stream.take();
    asked.push(stream);
  };
  const far = await testPeers({ handlers: { ...ECHO, onOpen } });
  const relay = createRelay({ reachFor: () => 'machine', now: Date.now });
  const near = await testPeers({
    handlers: { ...ECHO, onOpen: (stream, path, from) => void relay.forward(stream, path, from) },
  });
  const connection = await near.dial();
  const [one, other] = [1, 2].map(() => connection.open([{ key: far.identity.id, url: far.url }]));
  for (const stream of [one!, other!]) await stream.send(Buffer.from('a question'), true);
  await until('both are asked', () => asked.length === 2, LIMIT_MS);
  one!.close('BUSY', 'changed my mind');
  await until('it is told', () => asked[0]!.closed.aborted, LIMIT_MS);
  assert.not.ok(asked[1]!.closed.aborted);
  connection.close(1000, '');
  await until('the other one, too', () => asked[1]!.closed.aborted, LIMIT_MS);
  relay.close();
  await Promise.all([near.end(), far.end()]);
});

test('into its own network a relay leads nobody from outside, whatever it listens on', () => {
  const home = ['127.0.0.1', '192.168.1.7', '::ffff:10.0.0.3', 'fd00::1'];
  const outside = ['203.0.113.9', '2001:db8::9', '::ffff:198.51.100.4'];
  const led = (host: string, ...urls: string[]) =>
    [...home, ...outside]
      .map(leadsHome({ host, urls }))
      .map((reach) => reach[0])
      .join('');
  assert.is(led('0.0.0.0'), 'mlllwww');
  assert.is(led('::'), 'mlllwww');
  assert.is(led('192.168.1.2'), 'llllwww');
  assert.is(led('203.0.113.1'), 'wwwwwww');
  // Behind a proxy or a router everybody looks like a neighbour.
  assert.is(led('127.0.0.1', 'wss://relay.example'), 'wwwwwww');
  assert.is(led('0.0.0.0', 'ws://192.168.1.2:8703', 'ws://[2001:db8::1]:8703'), 'wwwwwww');
  assert.is(led('0.0.0.0', 'ws://192.168.1.2:8703'), 'mlllwww');
});

test('a relay on every address leads a stranger to no address of its network', async () => {
  const dialled: Socket[] = [];
  const router = createServer((socket) => dialled.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => router.listen(0, '127.0.0.1', resolve));
  const { port } = router.address() as { port: number };
  const relay = createRelay({ reachFor: leadsHome({ host: '0.0.0.0', urls: [] }), now: Date.now });
  const outside = { address: '203.0.113.9' };
  const peers = await testPeers({
    handlers: { ...ECHO, onOpen: (stream, path) => void relay.forward(stream, path, outside) },
  });
  const connection = await peers.dial();
  for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', 'localhost', '2130706433']) {
    const path = [{ key: freshIdentity().id, url: `ws://${host}:${port}` }];
    assert.is(await codeOf(connection.open(path).take()), 'NO_WAY', host);
  }
  assert.is(dialled.length, 0);
  relay.close();
  router.close();
  await peers.end();
});

test.run();
