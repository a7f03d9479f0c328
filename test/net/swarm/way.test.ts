import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { sealedWays as byClient } from '../../../src/net/client/way.ts';
import { openExperience } from '../../../src/net/swarm/ask/experience.ts';
import { entryOrder, sealedWays } from '../../../src/net/swarm/ask/way.ts';
import type { Descriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { PeerUrl } from '../../../src/net/swarm/wire/frames.ts';

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
  ...new Set(sealedWays(to, relays, { privateMayBeNear }, (all) => all, seededRandom(3)).map(({ key }) => key)),
];

test('two hops to an expert behind its relay, one to an expert that can be dialled', () => {
  const entry = relay('ws://203.0.113.1:8703');
  const ways = sealedWays(expert, [own, entry], { privateMayBeNear: false }, (all) => all, seededRandom(3));
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

/** One address in all the ways in which a descriptor can name it. */
function writtenBy([a, b, c, d]: readonly [number, number, number, number]): string[] {
  const hex = (high: number, low: number) => (high * 256 + low).toString(16);
  const [v4, v6] = [`${a}.${b}.${c}.${d}`, `${hex(a, b)}:${hex(c, d)}`];
  const hosts = [v4, `${(a * 256 + b) * 65_536 + c * 256 + d}`, `0x${a.toString(16)}.${b}.${c}.${d}`];
  const six = [`::ffff:${v4}`, `::ffff:${v6}`, `64:ff9b::${v4}`, `64:ff9b::${v6}`, `2002:${v6}::${hex(d, a)}`];
  return [...hosts, ...six.map((host) => `[${host}]`)].map((host) => `ws://${host}:1`);
}

const byte = fc.integer({ min: 0, max: 255 });
const public4 = fc.tuple(fc.constantFrom(11, 93, 198, 203), fc.constantFrom(1, 77), byte, byte);
const rule = { privateMayBeNear: true };
const waysOf = (to: Descriptor, relays: Descriptor[]) => [
  sealedWays(to, relays, rule, (all) => all, seededRandom(1)).length,
  byClient(to, relays, { nearRelays: true, mayDial: () => true }).length,
];

test('however an address is written, no entry shares the prefix of the expert or of its relay', () => {
  fc.assert(
    fc.property(public4, byte, fc.nat(7), fc.nat(7), fc.boolean(), ([a, b, c, d], other, i, j, behind) => {
      const here = writtenBy([a, b, c, d])[i]!;
      const last = { key: freshIdentity().id, url: here };
      const to = node(behind ? { relays: [last] } : { urls: [here] });
      const near = writtenBy([a, b, c, other])[j]!;
      for (const urls of [[near], ['ws://192.0.2.1:1', near]]) {
        for (const url of urls) assert.ok(PeerUrl.safeParse(url).success, url);
        assert.equal(waysOf(to, [relay('', { urls })]), [0, 0], `${here} and ${urls}`);
      }
      const away = writtenBy([a, b, (c + 1) % 256, other])[j]!;
      assert.equal(waysOf(to, [relay(away)]), [1, 1], `${here} and ${away}`);
    }),
    { seed: 21, numRuns: 300 },
  );
});

test('an IPv6 /48 is one prefix however it is written, and an operator one name', () => {
  const group = fc.integer({ min: 0, max: 0xffff });
  fc.assert(
    fc.property(fc.array(group, { minLength: 10, maxLength: 10 }), (groups) => {
      const [x, y, ...rest] = groups.map((value) => value.toString(16));
      const to = node({ urls: [`ws://[2a0${x![0]}:${x}:${y}:${rest.slice(0, 5).join(':')}]:1`] });
      const near = `ws://[2A0${x![0]}:${x!.padStart(4, '0')}:${y}::${rest[6]}]:1`;
      assert.equal(waysOf(to, [relay(near)]), [0, 0], near);
    }),
    { seed: 22, numRuns: 200 },
  );
  const to = node({ urls: ['ws://203.0.113.9:1'], operator: 'Straße 7 ' });
  for (const operator of ['straße 7', ' STRAßE 7', 'Straße\u00a07', 'Ｓtraße 7'])
    assert.equal(waysOf(to, [relay('ws://198.51.100.1:1', { operator })]), [0, 0], operator);
  assert.equal(waysOf(to, [relay('ws://198.51.100.1:1', { operator: 'straße 70' })]), [1, 1]);
  const named = node({ urls: ['wss://Relay.example.com:1'] });
  assert.equal(waysOf(named, [relay('wss://relay.example.COM.:2')]), [0, 0]);
});

test('neighbouring ways differ at both ends, each pair comes once, and who served well comes first', () => {
  const entries = [1, 2, 3].map((i) => relay(`ws://203.0.${i}.1:1`));
  const lasts = [4, 5, 6].map((i) => relay(`ws://203.0.${i}.1:1`));
  const to = node({ relays: lasts.map(({ key, urls }) => ({ key, url: urls[0]! })) });
  const known = openExperience();
  for (let i = 0; i < 8; i++) known.passed(entries[1]!.key);
  for (const { key } of [entries[0]!, entries[2]!]) known.failed(key);
  const firsts = new Set<string>();
  let best = 0;
  for (let seed = 1; seed <= 100; seed++) {
    const random = seededRandom(seed);
    const inOrder = entryOrder(known, random);
    const ways = sealedWays(to, entries, { privateMayBeNear: false }, inOrder, random);
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

test('not by the same relay twice in a row, but rather so than by one that failed', () => {
  const entries = [1, 2, 3].map((i) => relay(`ws://203.0.${i}.1:1`));
  const [first, second, third] = entries as [Descriptor, Descriptor, Descriptor];
  const known = openExperience();
  for (let i = 0; i < 8; i++) known.passed(first.key);
  known.failed(second.key);
  const firstOf = (seed: number) => entryOrder(known, seededRandom(seed))(entries)[0]!.key;
  const drawn = Array.from({ length: 100 }, (_, i) => firstOf(i + 1));
  assert.not(drawn.includes(first.key));
  assert.ok(drawn.filter((key) => key === third.key).length > 80);
  known.failed(third.key);
  assert.is(entryOrder(known, () => 0.5)(entries)[0]!.key, first.key);
});

test.run();
