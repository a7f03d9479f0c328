import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { sealedWays } from '../../../src/net/swarm/ask/way.ts';
import type { Descriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';

const node = (over: Partial<Descriptor>): Descriptor => ({
  ...{ v: 1, key: freshIdentity().id, issuedS: 0, urls: [], relays: [], relay: false, experts: [] },
  ...over,
});
const relay = (url: string, over: Partial<Descriptor> = {}) => node({ relay: true, urls: [url], ...over });
const own = relay('ws://198.51.100.7:8703', { operator: 'south' });
const expert = node({
  urls: ['ws://[2001:db8:1::5]:8703'],
  relays: [{ key: own.key, url: own.urls[0]! }],
  operator: 'east',
});
const keysOf = (to: Descriptor, relays: Descriptor[], privateMayBeNear = false) => [
  ...new Set(sealedWays(to, relays, { privateMayBeNear }, () => 0.5, seededRandom(3)).map(({ key }) => key)),
];

test('two hops to an expert behind its relay, one to an expert that can be dialled', () => {
  const entry = relay('ws://203.0.113.1:8703');
  const ways = sealedWays(expert, [own, entry], { privateMayBeNear: false }, () => 0.5, seededRandom(3));
  const { url, key } = { url: entry.urls[0]!, key: entry.key };
  assert.equal(
    ways.sort((a, b) => b.path.length - a.path.length),
    [
      { url, key, path: [{ key: own.key, url: own.urls[0] }, { key: expert.key }] },
      { url, key, path: [{ key: expert.key, url: expert.urls[0] }] },
    ],
  );
});

test('no entry that is, or shares operator or prefix with, the expert or its relay; public addresses never may', () => {
  const near = [
    own,
    relay('ws://203.0.113.1:1', { key: expert.key }),
    relay('ws://203.0.113.2:1', { operator: 'east' }),
    relay('ws://203.0.113.3:1', { operator: 'south' }),
    relay('ws://198.51.100.200:1'),
    relay('ws://[2001:db8:1:2::9]:1'),
    relay('ws://203.0.113.4:1', { urls: ['ws://203.0.113.4:1', 'ws://198.51.100.9:1'] }),
    relay('ws://203.0.113.5:1', { relay: false }),
    node({ relay: true }),
  ];
  const good = relay('ws://192.0.2.6:1', { operator: 'west' });
  for (const relaxed of [false, true]) {
    assert.equal(keysOf(expert, near, relaxed), []);
    assert.equal(keysOf(expert, [...near, good], relaxed), [good.key]);
  }
});

test('only between loopback and private addresses can the prefix be left out of account', () => {
  for (const net of ['127.0.0', '192.168.1', '10.0.0']) {
    const last = relay(`ws://${net}.2:1`);
    const to = node({ relays: [{ key: last.key, url: last.urls[0]! }] });
    const entry = relay(`ws://${net}.3:1`);
    assert.equal(keysOf(to, [last, entry]), []);
    assert.equal(keysOf(to, [last, entry], true), [entry.key]);
  }
});

test('neighbouring ways differ at both ends, each pair comes once, and who served well comes first', () => {
  const entries = [1, 2, 3].map((i) => relay(`ws://203.0.${i}.1:1`));
  const lasts = [4, 5, 6].map((i) => relay(`ws://203.0.${i}.1:1`));
  const to = node({ relays: lasts.map(({ key, urls }) => ({ key, url: urls[0]! })) });
  const firsts = new Set<string>();
  let best = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const trust = (key: string) => (key === entries[1]!.key ? 0.9 : 0.4);
    const ways = sealedWays(to, entries, { privateMayBeNear: false }, trust, seededRandom(seed));
    assert.is(new Set(ways.map(({ key, path }) => key + path[0]!.key)).size, 9);
    for (const turn of [0, 3, 6]) {
      const three = ways.slice(turn, turn + 3);
      assert.is(new Set(three.map(({ key }) => key)).size, 3);
      assert.is(new Set(three.map(({ path }) => path[0]!.key)).size, 3);
    }
    firsts.add(ways[0]!.path[0]!.key);
    if (ways[0]!.key === entries[1]!.key) best++;
  }
  assert.is(firsts.size, 3);
  assert.ok(best > 70 && best < 100, `${best} of 100`);
});

test.run();
