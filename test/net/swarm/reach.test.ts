import { createServer, type Socket } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SwarmConfig } from '../../../src/core/swarm-config.ts';
import { gather } from '../../../src/net/swarm/ask/gather.ts';
import { directWays } from '../../../src/net/swarm/ask/way.ts';
import { readDescriptor, signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import { openMainline } from '../../../src/net/swarm/discovery/mainline.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { createRelay } from '../../../src/net/swarm/relay.ts';
import { openSource } from '../../../src/net/swarm/weights/source.ts';
import type { Connection } from '../../../src/net/swarm/wire/connection.ts';
import { dial } from '../../../src/net/swarm/wire/dial.ts';
import {
  lookupWithin,
  mayLead,
  ownNetworks,
  type Reach,
  reachFromHere,
  reachOf,
  reachOfDht,
} from '../../../src/net/swarm/wire/reach.ts';
import { log, until } from '../helpers.ts';
import { codeOf, ECHO, testPeers } from './peers.ts';

const LIMIT_MS = 60_000;
const NEVER = new AbortController().signal;
const HERE = ['127.0.0.1', '127.1.2.3', '0.0.0.0', '::', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1'];
const NEAR_HERE = ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '224.0.0.1', 'ff02::1', '255.255.255.255'];
const WRAPPED = [
  '64:ff9b::127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  'fec0::1',
];
const LAN = ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.64.0.1', 'fd00::1', '::ffff:192.168.1.1'];
const LAN_TOO = ['64:ff9b::10.0.0.1', '198.18.0.1', '::ffff:a00:1', 'fc00:1::'];
const WORLD = [
  '203.0.113.9',
  '8.8.8.8',
  '172.32.0.1',
  '100.128.0.1',
  '2001:db8::1',
  '64:ff9b::8.8.8.8',
  '::ffff:8.8.8.8',
];

const urlOf = (host: string, port = 8703) => `ws://${host.includes(':') ? `[${host.split('%')[0]}]` : host}:${port}`;
const REACHES: Reach[] = ['owner', 'machine', 'lan', 'world'];

test('where an address is, in whatever dress it comes', () => {
  for (const address of [...HERE, ...NEAR_HERE, ...WRAPPED]) assert.is(reachOf(address), 'machine', address);
  for (const address of [...LAN, ...LAN_TOO]) assert.is(reachOf(address), 'lan', address);
  for (const address of WORLD) assert.is(reachOf(address), 'world', address);
});

test('a word leads as far as whoever gives it is away, the owner’s anywhere', () => {
  const led = (hosts: readonly string[]) =>
    REACHES.filter((reach) => hosts.every((host) => mayLead(urlOf(host), reach)));
  assert.equal(led([...HERE, ...NEAR_HERE, ...WRAPPED]), ['owner', 'machine']);
  assert.equal(led([...LAN, ...LAN_TOO]), ['owner', 'machine', 'lan']);
  assert.equal(led(WORLD), REACHES);
  for (const host of [...HERE, ...NEAR_HERE, ...WRAPPED])
    assert.not.ok(mayLead(urlOf(host), 'lan') || mayLead(urlOf(host), 'world'), host);
  // As URLs may also write 127.0.0.1.
  for (const host of ['2130706433', '0x7f.1', '0177.0.0.1', '127.1', '[::ffff:7f00:1]', '①②⑦.0.0.1'])
    assert.not.ok(mayLead(`ws://${host}:8703`, 'world'), host);
});

test('no stranger names a port of another service, the owner may', () => {
  for (const port of [
    22, 25, 53, 110, 143, 587, 993, 1, 1023, 1883, 3306, 5432, 5060, 6379, 6667, 9200, 11_211, 27_017,
  ]) {
    for (const reach of ['machine', 'lan', 'world'] as const)
      assert.not.ok(mayLead(urlOf('203.0.113.9', port), reach), `${port}`);
    assert.ok(mayLead(urlOf('203.0.113.9', port), 'owner'));
  }
  for (const url of ['ws://203.0.113.9', 'wss://relay.example', 'ws://203.0.113.9:8703'])
    assert.ok(mayLead(url, 'world'));
});

test('a name that stands for an address of our own network is not dialled on a stranger’s word', async () => {
  const resolved = (reach: Reach, name: string) =>
    new Promise<string>((resolve) =>
      lookupWithin(reach)!(name, { all: false }, (error, address) => resolve(error ? 'refused' : String(address))),
    );
  for (const reach of ['machine', 'lan', 'world'] as const) assert.is(await resolved(reach, 'localhost'), 'refused');
  assert.is(lookupWithin('owner'), undefined);
});

/** Counts who connects to a port of this machine. */
async function service() {
  const came: Socket[] = [];
  const server = createServer((socket) => came.push(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const end = () => {
    for (const socket of came) socket.destroy();
    server.close();
  };
  return { came, port, end };
}

test('asker and keeper dial nothing of this machine that a stranger of the public swarm names', async () => {
  const victim = await service();
  const key = freshIdentity().id;
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '2130706433', '0.0.0.0']) {
    const url = `ws://${host}:${victim.port}`;
    for (const reach of ['world', 'lan'] as const) {
      const dialling = dial({ url, reach, identity: freshIdentity(), expect: key, handlers: ECHO });
      assert.match(await codeOf(dialling), /NO_WAY|NOT_RUNNING/);
      const source = { key, ways: [{ url, key, path: [], reach }] };
      assert.match(await codeOf(openSource(source, { pace: async () => {} })), /NO_WAY|NOT_RUNNING/);
      const finds = async function* () {
        yield { url, reach };
      };
      const discovery = { name: 'dht', announce: async () => {}, close: async () => {}, find: finds };
      assert.equal(await gather({ discoveries: [discovery], topics: ['heating'], limitMs: 2000 }), []);
    }
  }
  assert.is(victim.came.length, 0);
  const owner = dial({
    url: `ws://127.0.0.1:${victim.port}`,
    reach: 'owner',
    identity: freshIdentity(),
    handlers: ECHO,
  });
  owner.catch(() => {});
  await until('the owner’s word is dialled', () => victim.came.length === 1, LIMIT_MS);
  victim.end();
  await owner.catch(() => {});
});

const described = (identity = freshIdentity(), ...urls: string[]) =>
  signDescriptor(identity, {
    ...{ issuedS: Math.floor(Date.now() / 1000), urls, relays: [], relay: false },
    experts: [{ id: 'faults', topics: ['heating'], languages: [], price: 0 }],
  }).toString('base64url');

test('who was told of by a peer on this machine may be on this machine: a swarm of one machine goes on working', async () => {
  const text = described(freshIdentity(), 'ws://127.0.0.1:9');
  const peers = await testPeers({
    handlers: { ...ECHO, onAsk: ({ id }) => ({ type: 'found', id, descriptors: [text] }) },
  });
  const finds = async function* () {
    yield { url: peers.url, reach: 'machine' as const };
  };
  const discovery = { name: 'test', announce: async () => {}, close: async () => {}, find: finds };
  const [found] = await gather({ discoveries: [discovery], topics: ['heating'] });
  assert.is(found!.reach, 'machine');
  assert.equal(
    directWays(found!.descriptor).map(({ url }) => url),
    ['ws://127.0.0.1:9'],
  );
  await peers.end();
});

test('a relay does not make a stranger’s private addresses its own word', () => {
  const relay = createRelay({ reachFor: () => 'world', now: Date.now });
  const attach = (address: string, ...urls: string[]) => {
    const identity = freshIdentity();
    const text = described(identity, ...urls);
    assert.ok(readDescriptor(Buffer.from(text, 'base64url'), Date.now()));
    const peer = { key: identity.id, roles: ['expert'] };
    const from = { peer, address, keep: false, closed: NEVER } as unknown as Connection;
    assert.ok(relay.attach(from, text).accepted);
    return text;
  };
  const honest = attach('203.0.113.5', 'ws://203.0.113.5:8703');
  const lan = attach('192.168.1.7', 'ws://192.168.1.7:8703');
  const evil = attach('203.0.113.66', 'ws://127.0.0.1:8703', 'ws://203.0.113.66:8703');
  const sly = attach('192.168.1.66', 'ws://127.0.0.1:8703');
  const told = (asker: string) => relay.offers('heating', asker);
  assert.equal(told('127.0.0.1'), [honest, lan]);
  assert.equal(told('192.168.1.9'), [honest, lan, sly], 'whoever hears it in the LAN believes it as a word of the LAN');
  assert.equal(told('203.0.113.80'), [honest, lan, evil, sly], 'there it leads nowhere');
});

test('how far a DHT may lead is decided by whom the owner named to get in', () => {
  const of = (over: object) => reachOfDht(SwarmConfig.parse(over));
  const relays = (host: string) => [{ key: 'A'.repeat(43), url: `ws://${host}:8703` }];
  assert.is(of({}), 'machine');
  assert.is(of({ host: '192.168.1.2' }), 'lan');
  assert.is(of({ host: '0.0.0.0' }), 'lan');
  assert.is(of({ host: '0.0.0.0', urls: ['ws://203.0.113.1:8703'] }), 'world');
  assert.is(of({ host: '0.0.0.0', bootstrap: ['127.0.0.1:8703'] }), 'machine');
  assert.is(of({ bootstrap: ['192.168.1.2:8703'] }), 'lan');
  assert.is(of({ bootstrap: ['192.168.1.2:8703', 'boot.example:8703'] }), 'world');
  assert.is(of({ bootstrap: ['127.0.0.1:8703'], relays: relays('203.0.113.1') }), 'world');
  assert.is(of({ bootstrap: ['127.0.0.1:8703'], mainline: true }), 'world');
});

test('what a public DHT finds on this machine is known as no way there', async () => {
  const options = { host: '127.0.0.1', port: 0, bootstrap: [], isPublic: false, identity: freshIdentity(), log };
  const dht = await openMainline({ ...options, reach: 'world' });
  await dht.announce({ url: 'ws://127.0.0.1:8703', port: 8703, topics: ['heating'], descriptor: Buffer.alloc(1) });
  for await (const found of dht.find('heating', AbortSignal.timeout(5000))) {
    assert.is(found.reach, 'world');
    assert.not.ok(mayLead(found.url, found.reach));
  }
  await dht.close();
});

test('public IPv6 addresses in the /64 of an own one are the LAN: no stranger leads there, and whoever is there may', () => {
  const info = (address: string, family: 'IPv4' | 'IPv6' = 'IPv6') => ({ address, family });
  const lan = [info('2a02:8108:1:2:abcd::1'), info('fe80::1'), info('203.0.113.5', 'IPv4')];
  const own = ownNetworks({ lo: [info('::1')], eth0: lan, gone: undefined });
  const far = (address: string) => reachFromHere(address, own);
  assert.equal(
    ['2a02:8108:1:2::77', '2a02:8108:1:2:ffff:ffff:ffff:ffff', '2a02:8108:1:3::77', '2606:4700::1', '203.0.113.6'].map(
      far,
    ),
    ['lan', 'lan', 'world', 'world', 'world'],
  );
  assert.equal(['::1', 'fe80::2', 'fd00::1', '192.168.1.2'].map(far), ['machine', 'machine', 'lan', 'lan']);
  const neighbour = 'ws://[2a02:8108:1:2::77]:8703';
  assert.equal(
    (['world', 'lan', 'owner'] as const).map((reach) => mayLead(neighbour, reach, own)),
    [false, true, true],
  );
  assert.ok(mayLead('ws://[2a02:8108:1:3::77]:8703', 'world', own));
});

test.run();
