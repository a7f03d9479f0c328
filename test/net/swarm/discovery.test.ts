import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { signDescriptor } from '../../../src/net/swarm/descriptor.ts';
import type { Announcement, Discovery, Found } from '../../../src/net/swarm/discovery/discovery.ts';
import { openMainline } from '../../../src/net/swarm/discovery/mainline.ts';
import { openMdns } from '../../../src/net/swarm/discovery/mdns.ts';
import { memoryNetwork } from '../../../src/net/swarm/discovery/memory.ts';
import { keepMet, metBefore } from '../../../src/net/swarm/discovery/met.ts';
import { staticPeers } from '../../../src/net/swarm/discovery/static.ts';
import { freshIdentity, type Identity } from '../../../src/net/swarm/identity.ts';
import { log, sleep } from '../helpers.ts';

const LIMIT_MS = 20_000;
const LOOPBACK = '127.0.0.1';

const announcement = (identity: Identity, port: number, topics: string[]): Announcement => ({
  url: `ws://${LOOPBACK}:${port}`,
  ...{ port, topics },
  descriptor: signDescriptor(identity, {
    ...{ issuedS: Math.floor(Date.now() / 1000), urls: [`ws://${LOOPBACK}:${port}`], relays: [], relay: false },
    experts: [{ id: 'x', topics, languages: ['en'], price: 0 }],
  }),
});

const mainline = (identity = freshIdentity(), bootstrap: string[] = [], over = {}) =>
  openMainline({ host: LOOPBACK, port: 0, bootstrap, isPublic: false, reach: 'machine', identity, log, ...over });

async function udpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, () => resolve()));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** Ports that the finder finds, until `wanted` or the end of the limit. */
async function ports(by: Discovery, topic: string, wanted: number, limitMs = LIMIT_MS): Promise<number[]> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limitMs);
  const found: number[] = [];
  for await (const { url } of by.find(topic, stop.signal)) {
    found.push(Number(new URL(url).port));
    if (found.length >= wanted) break;
  }
  clearTimeout(timer);
  return found.sort((a, b) => a - b);
}

/** Looks again until it is so: an announcement over UDP may need a moment to reach all. */
async function findAll(by: Discovery, topic: string, expected: number[], limitMs = LIMIT_MS): Promise<void> {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const found = await ports(by, topic, Math.max(1, expected.length), 5000);
    if (found.join() === expected.join() || performance.now() > endMs) return assert.equal(found, expected);
    await sleep(50);
  }
}

interface Kind {
  name: string;
  /** Two announcers of their own and a finder, in one network. */
  open(): Promise<[Discovery, Discovery, Discovery]>;
}
const kinds: Kind[] = [
  {
    name: 'memory',
    open: async () => {
      const join = memoryNetwork();
      return [join(), join(), join()];
    },
  },
  {
    name: 'mainline',
    open: async () => {
      const first = await mainline();
      const at = [`${LOOPBACK}:${first.port}`];
      return [first, await mainline(freshIdentity(), at), await mainline(freshIdentity(), at)];
    },
  },
  {
    name: 'mdns',
    open: async () => {
      const options = { port: await udpPort(), interface: LOOPBACK, log };
      return [await openMdns(options), await openMdns(options), await openMdns(options)];
    },
  },
];

for (const { name, open } of kinds) {
  test(`${name}: who announced a topic is found under it, once, and under no other`, async () => {
    const [a, b, finder] = await open();
    await a.announce(announcement(freshIdentity(), 7001, ['heating', 'units']));
    await b.announce(announcement(freshIdentity(), 7002, ['heating']));
    await findAll(finder, 'heating', [7001, 7002]);
    await findAll(finder, 'units', [7001]);
    assert.equal(await ports(finder, 'general', 1, 5000), []);
    await Promise.all([a, b, finder].map((d) => d.close()));
  });

  test(`${name}: a search ends by its signal, and after one it can search again`, async () => {
    const [a, b, finder] = await open();
    await a.announce(announcement(freshIdentity(), 7001, ['heating']));
    await b.announce(announcement(freshIdentity(), 7002, ['heating']));
    const before = AbortSignal.abort();
    for await (const _ of finder.find('heating', before)) assert.unreachable();
    assert.is((await ports(finder, 'heating', 1)).length, 1);
    await findAll(finder, 'heating', [7001, 7002]);
    await Promise.all([a, b, finder].map((d) => d.close()));
  });
}

test('static: those that were written down, whatever the topic', async () => {
  const peers: Found[] = ['ws://192.0.2.1:1', 'ws://192.0.2.2:2'].map((url) => ({ url, reach: 'owner' }));
  const found = staticPeers(peers);
  assert.equal(await ports(found, 'heating', 2), [1, 2]);
  for await (const _ of found.find('heating', AbortSignal.abort())) assert.unreachable();
  await found.close();
});

test('mdns: a node behind a TLS proxy is dialled in its LAN where it listens', async () => {
  const [node, finder, third] = await kinds.find(({ name }) => name === 'mdns')!.open();
  await node.announce({ ...announcement(freshIdentity(), 7003, ['heating']), url: 'wss://heat.example' });
  await findAll(finder, 'heating', [7003]);
  await Promise.all([node, finder, third].map((d) => d.close()));
});

test('mainline: a descriptor is kept under its key, the newer one wins; nothing for an unknown key', async () => {
  const identity = freshIdentity();
  const first = await mainline();
  const at = [`${LOOPBACK}:${first.port}`];
  const [a, other] = [await mainline(identity, at), await mainline(freshIdentity(), at)];
  const what = announcement(identity, 7001, ['heating']);
  await a.announce(what);
  assert.equal(await other.resolve(identity.publicKey), what.descriptor);
  assert.is(await other.resolve(freshIdentity().publicKey), undefined);
  await a.close();
  assert.equal(await other.resolve(identity.publicKey), what.descriptor, 'after its node has gone');
  await Promise.all([first.close(), other.close()]);
});

test('mainline: an announcement that is not renewed is forgotten, a renewed one stays', async () => {
  // Twenty announcements to a life: a machine that stalls for seconds makes nobody forget.
  const over = { expiryMs: 8000 };
  const first = await mainline(freshIdentity(), [], over);
  const at = [`${LOOPBACK}:${first.port}`];
  const quiet = await mainline(freshIdentity(), at, over);
  const busy = await mainline(freshIdentity(), at, { ...over, reannounceMs: 400 });
  const finder = await mainline(freshIdentity(), at, over);
  await quiet.announce(announcement(freshIdentity(), 7001, ['heating']));
  await busy.announce(announcement(freshIdentity(), 7002, ['units']));
  await findAll(finder, 'units', [7002]);
  await findAll(finder, 'heating', [7001]);
  await findAll(finder, 'heating', [], 4 * over.expiryMs);
  await findAll(finder, 'units', [7002]);
  await Promise.all([first, quiet, busy, finder].map((d) => d.close()));
});

test('mainline: killing the node that let all in changes nothing for the others', async () => {
  const first = await mainline();
  const at = [`${LOOPBACK}:${first.port}`];
  const others = await Promise.all(Array.from({ length: 6 }, () => mainline(freshIdentity(), at)));
  await Promise.all(others.slice(0, 5).map((d, i) => d.announce(announcement(freshIdentity(), 7001 + i, ['heating']))));
  await first.close();
  await findAll(others[5]!, 'heating', [7001, 7002, 7003, 7004, 7005]);
  await Promise.all(others.map((d) => d.close()));
});

test('mainline: who starts again after the node that let it in has gone finds the others by those met before', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'hm-met-'));
  const file = join(dir, 'nodes.json');
  const first = await mainline();
  const at = [`${LOOPBACK}:${first.port}`];
  const [other, before] = await Promise.all([mainline(freshIdentity(), at), mainline(freshIdentity(), at)]);
  await other.announce(announcement(freshIdentity(), 7001, ['heating']));
  await findAll(before, 'heating', [7001]);
  const kept = keepMet(file, before.nodes);
  kept.close();
  await Promise.all([first.close(), before.close()]);
  const again = await mainline(freshIdentity(), at, { met: metBefore(file) });
  await findAll(again, 'heating', [7001]);
  await Promise.all([again, other].map((d) => d.close()));
  for (const damaged of ['', '[', '["x"]', '{"a":1}', JSON.stringify(Array(65).fill('127.0.0.1:1'))]) {
    writeFileSync(file, damaged);
    assert.equal(metBefore(file), []);
  }
  rmSync(dir, { recursive: true });
});

test('mainline: datagrams that the library would choke on end nothing', async () => {
  const a = await mainline();
  const socket = createSocket('udp4');
  const token = 'd1:ad2:id20:aaaaaaaaaaaaaaaaaaaa';
  for (const text of [
    'd1:q4:ping1:t2:aa1:y1:qe',
    `${token}1:ki5e4:salti7e3:sigi9e5:tokeni1e1:vi3ee1:q3:put1:t2:aa1:y1:qe`,
    `${token}6:targeti3ee1:q9:find_node1:t2:aa1:y1:qe`,
    `${token}9:info_hashi3ee1:q9:get_peers1:t2:aa1:y1:qe`,
    'd1:rd2:idi3e5:nodesi4ee1:t2:aa1:y1:re',
    'i3e',
    'l',
    '\u0000',
  ]) {
    await new Promise((resolve) => socket.send(text, a.port, LOOPBACK, resolve));
  }
  socket.close();
  const b = await mainline(freshIdentity(), [`${LOOPBACK}:${a.port}`]);
  await b.announce(announcement(freshIdentity(), 7001, ['heating']));
  await findAll(a, 'heating', [7001]);
  await Promise.all([a, b].map((d) => d.close()));
});

test.run();
