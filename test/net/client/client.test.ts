import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createClient } from '../../../src/net/client/client.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { codeOf } from '../swarm/peers.ts';
import { type EchoNode, eventually, SERVE, testSwarm } from '../swarm/swarm.ts';

const CANARY = 'canary-77-of-the-boiler-room';
const say = (content: string) => ({ messages: [{ role: 'user' as const, content }] });

/** Two relays, and an expert that can only be asked through the second. */
async function threeNodes(swarm: ReturnType<typeof testSwarm>, record = false) {
  const entry = await swarm.node({ relay: true }, record);
  const bootstrap = [`127.0.0.1:${entry.port}`];
  const last = await swarm.node({ relay: true, bootstrap }, record);
  const relays = [{ key: last.key, url: last.url }];
  const expert = await swarm.node({ urls: ['ws://127.0.0.1:9'], relays, bootstrap, serve: SERVE });
  return { entry, last, expert };
}
const through = ({ url, key }: EchoNode) => ({ url, key });

test('finds an expert through one relay, enters by another than the expert’s, streams the answer, and no relay can read it', async () => {
  const swarm = testSwarm();
  const { entry, last, expert } = await threeNodes(swarm, true);
  const client = createClient({ relays: [through(entry)], nearRelays: true });
  const chunks: string[] = [];
  const starts: object[] = [];
  const answer = await eventually(() =>
    client.ask({ ...say(CANARY), onChunk: (text) => chunks.push(text), onStart: (start) => starts.push(start) }),
  );
  assert.equal([answer.text, chunks.join('')], [CANARY, CANARY]);
  assert.equal(starts, [{ expert: 'faults', node: expert.key }]);
  assert.equal(answer.way, { mode: 'sealed', entry: entry.key, relay: last.key, node: expert.key });
  assert.is(answer.meter.expert, 'faults');
  // As long as a question may be: several sealed frames one way, more than a credit window of answers back.
  const long = Array.from({ length: 12 }, (_, i) => `${CANARY} ${i} `.repeat(400))
    .join('')
    .slice(0, 15_000);
  const history = Array.from({ length: 11 }, () => ({ role: 'user' as const, content: long }));
  assert.is((await client.ask({ messages: [...history, { role: 'user', content: long }] })).text, long);
  for (const relay of [entry, last]) assert.not.ok(Buffer.concat(relay.frames()).includes('canary-77'));
  await swarm.end();
});

test('finds through a relay of the expert, too, and enters by another that this one has found', async () => {
  const swarm = testSwarm();
  const { entry, last, expert } = await threeNodes(swarm);
  const client = createClient({ relays: [through(last)], nearRelays: true });
  const { way } = await eventually(() => client.ask(say('hello')));
  assert.equal(way, { mode: 'sealed', entry: entry.key, relay: last.key, node: expert.key });
  const near = createClient({ relays: [through(last)] });
  assert.is(await codeOf(near.ask(say('hello'))), 'NO_ENTRY_RELAY');
  assert.is(await codeOf(client.ask({ ...say('hello'), expert: 'status' })), 'NOBODY_THERE');
  const other = createClient({ relays: [{ url: last.url, key: freshIdentity().id }] });
  assert.is(await codeOf(other.ask(say('hello'))), 'PEER_INVALID');
  await swarm.end();
});

test('nobody there, nobody fitting, given up: each by its code', async () => {
  const swarm = testSwarm();
  const relay = await swarm.node({ relay: true });
  const client = createClient({ relays: [through(relay)] });
  assert.is(await codeOf(client.ask(say('hello'))), 'NOBODY_THERE');
  assert.is(await codeOf(createClient({ relays: [] }).ask(say('hello'))), 'NOBODY_THERE');
  assert.is(await codeOf(createClient({ relays: [{ url: 'ws://127.0.0.1:9' }] }).ask(say('x'))), 'NOT_RUNNING');
  const over = AbortSignal.abort();
  assert.is(await codeOf(client.ask({ ...say('hello'), signal: over })), 20);
  await swarm.end();
});

test.run();
