import { AsyncLocalStorage } from 'node:async_hooks';
import { Server, Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { systemClock } from '../../../src/core/clock.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { askSwarm } from '../../../src/net/swarm/ask/asker.ts';
import { openRelayBook } from '../../../src/net/swarm/ask/book.ts';
import { openExperience } from '../../../src/net/swarm/ask/experience.ts';
import { lookUp } from '../../../src/net/swarm/ask/look.ts';
import type { AskerOptions } from '../../../src/net/swarm/ask/question.ts';
import { signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import type { Discovery } from '../../../src/net/swarm/discovery/discovery.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { sealTo } from '../../../src/net/swarm/seal/ends.ts';
import { TOPICS } from '../../../src/net/swarm/topics.ts';
import { liar, listener } from './lookers.ts';
import { codeOf } from './peers.ts';
import { SERVE } from './swarm.ts';

const HOME = '127.0.99.1';
const nowS = () => Math.floor(Date.now() / 1000);

/** Who came to which host of this process from where, and what came over its websockets. */
const seen: { host: string; from: string }[] = [];
const heard: { host: string; text: string }[] = [];
const asker = new AsyncLocalStorage<string>();

const nodes: (() => Promise<void>)[] = [];
const experts: string[] = [];
const relays: string[] = [];
/** Relays look for experts, askers look for whatever they look for: each topic that is looked for in the clear is noted. */
const lookedFor: string[] = [];
const found = (note: boolean): Discovery => ({
  ...{ name: 'known', announce: async () => {}, close: async () => {} },
  async *find(topic) {
    if (note) lookedFor.push(topic);
    const urls = topic === 'relay' ? relays : topic === 'heating' ? experts : [];
    for (const url of urls) yield { url, reach: 'owner' };
  },
});

const started = async (host: string, settings: object) => {
  const one = await listener(host, settings, [found(false)]);
  nodes.push(one.close);
  return one;
};
type Node = Awaited<ReturnType<typeof listener>>;

const optionsOf = (over: Partial<AskerOptions> = {}): AskerOptions => ({
  ...{ discoveries: [found(true)], experience: openExperience(), random: seededRandom(3) },
  sealed: { seal: sealTo(systemClock), privateMayBeNear: false },
  ...over,
});

interface Swarm {
  expert: Node;
  relays: Node[];
  undo: () => void;
}
const test = suite<Swarm>('looking for experts through relays');

test.before(async (swarm) => {
  const { connect } = Socket.prototype;
  const { emit } = Server.prototype;
  const { emit: emitMessage } = WebSocket.prototype;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    const [first] = args;
    const options = Array.isArray(first) ? first[0] : first;
    const localAddress = asker.getStore();
    if (localAddress && typeof options === 'object') Object.assign(options as object, { localAddress });
    return (connect as (...args: unknown[]) => never).apply(this, args);
  };
  Server.prototype.emit = function (this: Server, event: string, ...args: unknown[]) {
    const [socket] = args as [Socket];
    if (event === 'connection') seen.push({ host: socket.localAddress!, from: socket.remoteAddress! });
    return (emit as (...args: unknown[]) => never).apply(this, [event, ...args]);
  } as typeof emit;
  WebSocket.prototype.emit = function (this: WebSocket, ...args: unknown[]) {
    const { _socket: below } = this as unknown as { _socket?: Socket };
    if (args[0] === 'message') heard.push({ host: below?.localAddress ?? '', text: String(args[1]) });
    return (emitMessage as (...args: unknown[]) => never).apply(this, args);
  } as typeof emitMessage;
  swarm.undo = () => {
    Socket.prototype.connect = connect;
    Server.prototype.emit = emit;
    WebSocket.prototype.emit = emitMessage;
  };
  swarm.expert = await started('127.0.5.1', { serve: SERVE });
  experts.push(swarm.expert.url);
  swarm.relays = [];
  for (const host of ['127.0.6.1', '127.0.7.1', '127.0.8.1']) swarm.relays.push(await started(host, { relay: true }));
  relays.push(...swarm.relays.map(({ url }) => url));
});
test.after(async ({ undo }) => {
  undo();
  for (const close of nodes) await close();
});

test('the relay that is entered by sees the address and no topic, those that answer the topic and no address', async ({
  expert,
  relays: all,
}) => {
  const book = openRelayBook({ discoveries: [found(true)] });
  await asker.run(HOME, () => book.relays(1));
  const options = optionsOf({ book });
  for (const list of [seen, heard, lookedFor]) list.length = 0;
  const looked = await asker.run(HOME, () => lookUp(options, { topics: ['heating', 'general'] }));
  assert.equal(
    looked.found.map(({ descriptor, fit }) => [descriptor.key, fit]),
    [[expert.key, 1]],
  );
  assert.equal(lookedFor, [], 'nothing was looked for in the clear');
  const met = new Set(seen.filter(({ from }) => from === HOME).map(({ host }) => host));
  assert.is(met.size, 1, 'one relay alone sees the address');
  const entry = all.find(({ host }) => met.has(host))!;
  const helpers = all.filter((one) => one !== entry);
  for (const { read } of helpers) assert.match(read.join('\n'), /^\{"v":1,"find":\{"topics":\["heating","general"\]/);
  assert.equal(entry.read, []);
  const atEntry = heard.filter(({ host }) => host === entry.host).map(({ text }) => text);
  assert.ok(atEntry.length > 3);
  assert.not.ok(atEntry.some((text) => text.includes('heating') || text.includes('general')));
  // One size whatever is looked for, and whoever is found.
  const sizesOf = () => new Set(helpers.flatMap(({ sizes }) => sizes));
  await asker.run(HOME, () => lookUp(options, { topics: ['units'] }));
  assert.equal([...sizesOf()].sort(), [1024, 16_384]);
});

test('the question enters by the relay that brought the look-up, and the answer says who saw what', async ({
  expert,
}) => {
  const book = openRelayBook({ discoveries: [found(true)] });
  await asker.run(HOME, () => book.relays(1));
  for (let seed = 1; seed <= 6; seed++) {
    seen.length = 0;
    const question = { messages: [{ role: 'user' as const, content: 'why?' }], topics: ['heating'] };
    const { way } = await asker.run(HOME, () => askSwarm(optionsOf({ book, random: seededRandom(seed) }), question));
    assert.equal([way.mode, way.looked, way.node], ['sealed', 'sealed', expert.key]);
    assert.is(new Set(seen.filter(({ from }) => from === HOME).map(({ host }) => host)).size, 1);
  }
});

test('with no relay to look through, all topics are looked for alike, and the answer says so', async ({ expert }) => {
  const [first, ...others] = relays.splice(0);
  relays.push(first!);
  lookedFor.length = 0;
  const question = { messages: [{ role: 'user' as const, content: 'why?' }], topics: ['heating'] };
  const { way } = await askSwarm(optionsOf(), question);
  assert.equal([way.looked, way.node], ['all', expert.key]);
  assert.equal([...lookedFor].sort(), [...TOPICS, 'relay'].sort());
  lookedFor.length = 0;
  assert.is(await codeOf(askSwarm(optionsOf(), { ...question, topics: ['units'] })), 'NOBODY_THERE');
  assert.equal(new Set(lookedFor), new Set([...TOPICS, 'relay']));
  relays.push(...others);
});

test('in the clear the topic alone is looked for, as it says', async () => {
  lookedFor.length = 0;
  const question = { messages: [{ role: 'user' as const, content: 'why?' }], topics: ['heating'] };
  const { way } = await askSwarm(optionsOf({ sealed: undefined } as object), question);
  assert.equal([way.mode, way.looked], ['direct', undefined]);
  assert.equal(lookedFor, ['heating']);
});

test('forged, stale, unfitting and too many of one operator count for nothing, and no relay alone chooses', async ({
  expert,
}) => {
  const [one, ...others] = relays.splice(0);
  const offer = (more: object = {}) =>
    signDescriptor(freshIdentity(), {
      ...{ issuedS: nowS(), urls: [], relays: [], relay: false },
      experts: [{ id: 'faults', topics: ['heating'], languages: ['en'], price: 0 }],
      ...more,
    });
  const forged = offer();
  forged[70]! ^= 1;
  const bad = [forged, offer({ issuedS: nowS() - 3600 }), offer({ experts: [] }), Buffer.from('x'), Buffer.alloc(1000)];
  const ofOne = Array.from({ length: 4 }, () => offer({ operator: 'acme' }));
  let descriptors = [...bad, ...ofOne].map((text) => text.toString('base64url'));
  const mallory = await liar(freshIdentity(), '127.0.9.1', () => ({ type: 'found', descriptors }));
  relays.push(one!, mallory.url);
  // Through the honest one to the other.
  const first = await lookUp(optionsOf(), { topics: ['heating'] });
  const operators = first.found.map(({ descriptor }) => descriptor.operator);
  assert.is(operators.filter((operator) => operator === 'acme').length, 2);
  assert.ok(first.found.every(({ descriptor }) => descriptor.operator === 'acme' || descriptor.key === expert.key));

  relays.push(...others);
  descriptors = Array.from({ length: 12 }, () => offer().toString('base64url'));
  for (let seed = 1; seed <= 4; seed++) {
    const { found: all } = await lookUp(optionsOf({ random: seededRandom(seed) }), { topics: ['heating'], wanted: 4 });
    assert.ok(
      all.some(({ descriptor }) => descriptor.key === expert.key),
      'an honest relay has its say',
    );
  }
  for (const reply of [{ type: 'found', descriptors: Array(13).fill('x') }, { type: 'found' }, { type: 'obey' }, 7]) {
    const fool = await liar(freshIdentity(), '127.0.10.1', () => reply);
    relays.splice(0, relays.length, one!, fool.url);
    const { found: all } = await lookUp(optionsOf(), { topics: ['heating'] });
    assert.equal(
      all.map(({ descriptor }) => descriptor.key),
      [expert.key],
      'as if no relay had answered',
    );
    await fool.end();
  }
  relays.splice(0, relays.length, one!, ...others);
  await mallory.end();
});

test.run();
