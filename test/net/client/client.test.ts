import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocketServer } from 'ws';
import { SUBPROTOCOL } from '../../../src/contract/wire.ts';
import { createClient } from '../../../src/net/client/client.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { acceptHandshake } from '../../../src/net/swarm/wire/hello.ts';
import type { Taken } from '../../../src/net/swarm/wire/stream.ts';
import { hostileEntry, TWISTS } from '../swarm/hostile-entry.ts';
import { codeOf } from '../swarm/peers.ts';
import { type EchoNode, eventually, SERVE, testSwarm } from '../swarm/swarm.ts';

const CANARY = 'canary-77-of-the-boiler-room';
const say = (content: string) => ({ messages: [{ role: 'user' as const, content }] });

interface Nodes {
  swarm: ReturnType<typeof testSwarm>;
  entry: EchoNode;
  last: EchoNode;
  expert: EchoNode;
}
const test = suite<Nodes>('client without dependencies, against real nodes');

/** Two relays, and an expert that can only be asked through the second. */
test.before(async (nodes) => {
  const swarm = testSwarm();
  const entry = await swarm.node({ relay: true }, true);
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const last = await swarm.node({ relay: true, bootstrap }, true);
  const relays = [{ key: last.key, url: last.url }];
  const expert = await swarm.node({ urls: ['ws://127.0.0.1:9'], relays, bootstrap, serve: SERVE });
  Object.assign(nodes, { swarm, entry, last, expert });
});
test.after(({ swarm }) => swarm.end());

const through = ({ url, key }: EchoNode) => ({ url, key });

test('finds an expert through one relay, enters by another than the expert’s, streams the answer, and no relay can read it', async ({
  entry,
  last,
  expert,
}) => {
  const client = createClient({ relays: [through(entry)], nearRelays: true });
  const chunks: string[] = [];
  const starts: object[] = [];
  const answer = await eventually(
    () => client.ask({ ...say(CANARY), onChunk: (text) => chunks.push(text), onStart: (start) => starts.push(start) }),
    // What a relay tells on may be a minute old.
    90_000,
  );
  // The chunks that fill a sealed answer up are nobody's words.
  assert.equal([answer.text, chunks.join(''), chunks.includes('')], [CANARY, CANARY, false]);
  assert.equal(starts, [{ expert: 'faults', node: expert.key }]);
  assert.equal(answer.way, { mode: 'sealed', entry: entry.key, relay: last.key, node: expert.key, looked: 'all' });
  assert.is(answer.meter.expert, 'faults');
  // As long as a question may be: several sealed frames one way, more than a credit window of answers back.
  const long = Array.from({ length: 12 }, (_, i) => `${CANARY} ${i} `.repeat(400))
    .join('')
    .slice(0, 15_000);
  const history = Array.from({ length: 11 }, () => ({ role: 'user' as const, content: long }));
  assert.is((await client.ask({ messages: [...history, { role: 'user', content: long }] })).text, long);
  for (const relay of [entry, last]) assert.not.ok(Buffer.concat(relay.frames()).includes('canary-77'));
});

test('finds through a relay of the expert, too, and enters by another that this one has found', async ({
  entry,
  last,
  expert,
}) => {
  const client = createClient({ relays: [through(last)], nearRelays: true });
  const { way } = await eventually(() => client.ask(say('hello')), 90_000);
  assert.equal(way, { mode: 'sealed', entry: entry.key, relay: last.key, node: expert.key, looked: 'all' });
  const near = createClient({ relays: [through(last)] });
  assert.is(await codeOf(near.ask(say('hello'))), 'NO_ENTRY_RELAY');
  assert.is(await codeOf(client.ask({ ...say('hello'), expert: 'status' })), 'NOBODY_THERE');
  const other = createClient({ relays: [{ url: last.url, key: freshIdentity().id }] });
  assert.is(await codeOf(other.ask(say('hello'))), 'PEER_INVALID');
});

test('nobody there, nobody fitting, given up: each by its code', async ({ entry }) => {
  const client = createClient({ relays: [through(entry)] });
  assert.is(await codeOf(client.ask({ ...say('hello'), topics: ['general'] })), 'NOBODY_THERE');
  assert.is(await codeOf(createClient({ relays: [] }).ask(say('hello'))), 'NOBODY_THERE');
  assert.is(await codeOf(createClient({ relays: [{ url: 'ws://127.0.0.1:9' }] }).ask(say('x'))), 'NOT_RUNNING');
  const over = AbortSignal.abort();
  assert.is(await codeOf(client.ask({ ...say('hello'), signal: over })), 20);
});

test('an answer that the relay cut, repeated, changed or replaced is refused, and its words are taken back', async ({
  expert,
}) => {
  let twist = (answer: Taken[]) => answer;
  const hostile = await hostileEntry(expert, (answer) => twist(answer));
  const client = createClient({ relays: [hostile.relay], nearRelays: true });
  assert.is((await client.ask(say(CANARY))).text, CANARY);
  for (const [name, change] of Object.entries(TWISTS)) {
    twist = change;
    let [shown, takenBack] = [0, 0];
    const onChunk = () => shown++;
    const onRestart = () => takenBack++;
    assert.is(await codeOf(client.ask({ ...say(CANARY), onChunk, onRestart })), 'SEAL_BROKEN', name);
    assert.is(takenBack, shown, name);
  }
  await hostile.end();
});

test('where a relay finds no way, another one to the same expert is taken, and that is no second try', async ({
  expert,
}) => {
  let ways = 0;
  const entry = await hostileEntry(
    expert,
    (answer) => answer,
    () => ways++ > 0,
  );
  const client = createClient({ relays: [entry.relay], nearRelays: true });
  const { text, tries } = await client.ask(say(CANARY));
  assert.equal([text, tries, ways], [CANARY, 1, 2]);
  await entry.end();
});

/** After those that want only two relays to be known. */
test('with a topic given, another relay is asked, sealed, by way of the one that is entered by', async ({
  swarm,
  entry,
  last,
}) => {
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const third = await swarm.node({ relay: true, bootstrap }, true);
  const client = createClient({ relays: [through(third)], nearRelays: true });
  const topics = ['heating'];
  const { way } = await eventually(async () => {
    const answer = await client.ask({ ...say('hello'), topics });
    if (answer.way.looked !== 'sealed') throw new Error('not by relays');
    return answer;
  }, 90_000);
  assert.equal([way.entry, way.relay], [third.key, last.key]);
  const before = third.frames().length;
  await client.ask({ ...say('hello again'), topics });
  const after = third.frames().slice(before);
  assert.ok(after.length > 5);
  assert.not.ok(after.some((frame) => frame.includes('"find"') && frame.includes('heating')));
});

const END = JSON.stringify({ type: 'found', id: 1, descriptors: [] });
const HOSTILE: Record<string, string | Buffer> = {
  'no JSON': 'x',
  'no object': '7',
  'no id': '{"type":"found","descriptors":[]}',
  'an answer to nothing': END.replace('1', '9001'),
  'an id of its own': END.replace('1', '2'),
  'no list': '{"type":"found","id":1,"descriptors":"x"}',
  'too many': JSON.stringify({ type: 'found', id: 1, descriptors: Array(17).fill('') }),
  'an unknown type': '{"type":"obey","id":1}',
  'credit of nothing': '{"type":"credit","id":1,"bytes":-1}',
  'a cut frame': Buffer.alloc(4),
  'a frame of no stream': Buffer.from([0, 0, 0, 1, 0, 7]),
  'unknown flags': Buffer.from([0, 0, 0, 1, 9]),
  'more than 64 KiB': 'x'.repeat(70_000),
};

test('a relay that breaks the protocol is left; words about descriptors that are none count for nothing', async () => {
  const identity = freshIdentity();
  let says: (id: number) => (string | Buffer)[] = () => [];
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => SUBPROTOCOL });
  server.on('connection', (socket) => {
    const hand = acceptHandshake({ identity, roles: ['relay'], nonce: Buffer.alloc(32, 1) });
    let peer: unknown;
    socket.on('message', (data) => {
      if (peer) for (const word of says(JSON.parse(String(data)).id)) socket.send(word);
      else {
        const next = hand.onText(String(data));
        peer = next.peer;
        if (next.send) socket.send(next.send);
      }
    });
  });
  await once(server, 'listening');
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createClient({ relays: [{ url, key: identity.id }] });
  for (const [name, word] of Object.entries(HOSTILE)) {
    says = () => [word];
    assert.is(await codeOf(client.find()), 'PEER_INVALID', name);
  }
  const none = ['', 'AAAA', '!', 7, null, { key: 1 }, 'A'.repeat(1400)];
  says = (id) => ['{"type":"open","id":2,"path":[]}', JSON.stringify({ type: 'found', id, descriptors: none })];
  assert.equal(await client.find(), { nodes: [], relays: [], looked: 'all' });
  says = (id) => [JSON.stringify({ type: 'close', id, code: 'NOT_OFFERED', message: 'n\u202eo\u0007' })];
  assert.is(await codeOf(client.find()), 'NOT_OFFERED');
  for (const socket of server.clients) socket.terminate();
  server.close();
});

test.run();
