import { createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { createRelay } from '../../../src/net/swarm/relay.ts';
import { until } from '../helpers.ts';
import { codeOf, ECHO, testPeers } from './peers.ts';

const LIMIT_MS = 60_000;

test('strangers make a relay dial so many at once and no more, and room comes back', async () => {
  const relay = createRelay({ mayDialPrivate: true, dials: 3, now: Date.now });
  const peers = await testPeers({ handlers: { ...ECHO, onOpen: (stream, path) => void relay.forward(stream, path) } });
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

test('an address of a private network is no way for strangers, so that it costs them no try', async () => {
  const relay = createRelay({ mayDialPrivate: false, now: Date.now });
  const peers = await testPeers({ handlers: { ...ECHO, onOpen: (stream, path) => void relay.forward(stream, path) } });
  const other = await testPeers();
  const connection = await peers.dial();
  for (const url of [other.url, 'ws://192.168.1.1', 'ws://[::1]:80']) {
    assert.is(await codeOf(connection.open([{ key: freshIdentity().id, url }]).take()), 'NO_WAY', url);
  }
  relay.close();
  await Promise.all([peers.end(), other.end()]);
});

test.run();
