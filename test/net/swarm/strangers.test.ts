/** What one stranger may cost everybody else: memory, places, and ways into the owner's network. */
import { truncateSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { readAnswer } from '../../../src/net/swarm/ask/answer.ts';
import { heardAgain } from '../../../src/net/swarm/ask/gather.ts';
import { readDescriptor, signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { startNode } from '../../../src/net/swarm/node.ts';
import type { Reply } from '../../../src/net/swarm/query.ts';
import { createRelay } from '../../../src/net/swarm/relay.ts';
import { openLibrary } from '../../../src/net/swarm/weights/library.ts';
import { log, until } from '../helpers.ts';
import { codeOf, ECHO, testPeers } from './peers.ts';
import { signedExpert } from './weights/givers.ts';

const LIMIT_MS = 60_000;

async function mutePort() {
  const taken: Socket[] = [];
  const server = createServer((socket) => taken.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const end = () => {
    for (const socket of taken) socket.destroy();
    server.close();
  };
  return { taken, url: `ws://127.0.0.1:${port}`, end };
}

test('an answer that never ends fills no memory: it is given up after a megabyte', async () => {
  const chunk: Reply = { type: 'chunk', text: 'x'.repeat(8000) };
  let sent = 0;
  const endless = async function* (): AsyncGenerator<Reply> {
    yield { type: 'start', expert: 'faults', why: 'asked for' };
    for (; sent < 10_000; sent++) yield chunk;
  };
  const asked = { messages: [], topics: [] };
  const toRead = { node: 'node', expert: 'faults', question: asked, onWord() {} };
  assert.is(await codeOf(readAnswer(endless(), toRead)), 'PEER_INVALID');
  assert.ok(sent > 100 && sent < 200, `${sent} frames were taken`);
});

test('an answer names first the expert that was asked: no other answers in its place, and none without a name', async () => {
  const start: Reply = { type: 'start', expert: 'faults', why: 'asked for' };
  const meter = { expert: 'faults', promptTokens: 1, answerTokens: 1, joules: 1, modelled: true, cardSeconds: 0 };
  const rest: Reply[] = [
    { type: 'chunk', text: 'so' },
    { type: 'end', finish: 'stop', meter },
  ];
  const read = (...replies: Reply[]) => {
    const said = async function* () {
      yield* replies;
    };
    const question = { messages: [], topics: [] };
    return codeOf(readAnswer(said(), { node: 'node', expert: 'faults', question, onWord() {} }));
  };
  assert.is(await read(start, ...rest), 'no error');
  assert.is(await read({ ...start, expert: 'convert' }, ...rest), 'PEER_INVALID');
  assert.is(await read(...rest), 'PEER_INVALID');
  assert.is(await read(rest[1]!), 'PEER_INVALID');
  // A sealed refusal is filled up by empty ones.
  const refusal: Reply = { type: 'error', code: 'NO_SUNSHINE', message: 'none', remedy: 'later' };
  assert.is(await read({ type: 'chunk', text: '' }, refusal), 'NO_SUNSHINE');
});

test('a key that says one thing in the LAN and another by a stranger leads the asker to no address of its network', () => {
  const identity = freshIdentity();
  const signed = (url: string) =>
    signDescriptor(identity, {
      ...{ issuedS: Math.floor(Date.now() / 1000), urls: [url], relays: [], relay: false },
      experts: [{ id: 'faults', topics: ['heating'], languages: [], price: 0 }],
    });
  const [evil, plain] = [signed('ws://192.168.1.1:8703'), signed('ws://203.0.113.66:8703')];
  const descriptor = readDescriptor(evil, Date.now())!;
  const candidate = { descriptor, signed: evil.toString('base64url'), fit: 0.5, reach: 'world' as const };
  const before = { ...candidate };
  heardAgain(before, { signed: plain.toString('base64url'), fit: 1, reach: 'lan' });
  assert.equal([before.reach, before.fit], ['world', 1]);
  heardAgain(before, { signed: candidate.signed, fit: 0.1, reach: 'lan' });
  assert.equal(
    [before.reach, before.fit],
    ['lan', 1],
    'the very same words are believed as far as the nearest is away',
  );
});

const GIVES = {
  ...{ gives: true, tags: () => [], serve: () => {}, relayPace: undefined, offered: () => [], said: () => undefined },
  ...{ looked: () => {}, start: () => {}, close: () => {} },
};

test('nobody comes into the network of a relay by way of another relay next to it that it is attached to', async () => {
  const victim = await mutePort();
  const near = await testPeers({
    handlers: { ...ECHO, onAsk: ({ id }) => ({ type: 'attached', id, accepted: true, why: '' }) },
  });
  const relays = [{ key: near.identity.id, url: near.url }];
  const node = await startNode({
    ...{ port: 0, identity: freshIdentity(), random: seededRandom(5), log, weights: GIVES },
    config: SwarmConfig.parse({ join: true, relay: true, relays }),
    compute: { answer: () => assert.unreachable() as never },
    discoveries: async () => [],
  });
  await until('it is attached', () => near.arrived.length === 1, LIMIT_MS);
  const path = [{ key: freshIdentity().id, url: victim.url }];
  assert.is(await codeOf(near.arrived[0]!.open(path).take()), 'NO_WAY');
  assert.is(victim.taken.length, 0);
  await node.close();
  await near.end();
  victim.end();
});

test('few strangers that want all that a relay may dial keep nobody else from being led on', async () => {
  const relay = createRelay({ reachFor: () => 'machine', dials: 16, now: Date.now });
  let address = '';
  const peers = await testPeers({
    handlers: { ...ECHO, onOpen: (stream, path) => void relay.forward(stream, path, { address }) },
  });
  const mute = await mutePort();
  const connection = await peers.dial();
  const ask = () => codeOf(connection.open([{ key: freshIdentity().id, url: mute.url }]).take());
  for (let stranger = 0; stranger < 6; stranger++) {
    address = `203.0.${stranger}.9`;
    const before = mute.taken.length;
    for (let i = 0; i < 9; i++) void ask();
    await until(`stranger ${stranger} is led on`, () => mute.taken.length > before, LIMIT_MS);
  }
  assert.is(await ask(), 'NO_WAY', 'it has its part');
  const other = await testPeers();
  address = '198.51.100.7';
  const stream = connection.open([{ key: other.identity.id, url: other.url }]);
  await stream.send(Buffer.from('on'), true);
  assert.is((await stream.take())?.payload.toString(), 'on');
  mute.end();
  relay.close();
  await Promise.all([peers.end(), other.end()]);
});

test('weights that became shorter bring nobody what this process had in its memory', async () => {
  const { models, at, id, dir, remove } = await signedExpert('pumps', [300_000]);
  const library = openLibrary(models, join(dir, 'published.json'), log);
  library.look();
  truncateSync(join(at, 'w.gguf'), 10_000);
  const pieces = library.chunk(library.get(id)!, 0, 0);
  assert.is(await codeOf(pieces.next()), 'NOT_OFFERED');
  remove();
});

test.run();
