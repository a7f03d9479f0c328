import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../../src/core/clock.ts';
import { seededRandom } from '../../../src/core/random.ts';
import { askDissent, byTurns, difference, mostDifferent } from '../../../src/net/swarm/ask/dissent.ts';
import { openExperience } from '../../../src/net/swarm/ask/experience.ts';
import { searchExperts } from '../../../src/net/swarm/ask/search.ts';
import type { Descriptor } from '../../../src/net/swarm/descriptor.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { sealTo } from '../../../src/net/swarm/seal/ends.ts';
import { PARENTS_OF_SHIPPED } from '../../../src/net/swarm/topics.ts';
import { codeOf } from './peers.ts';
import { type EchoNode, eventually, SERVE, testSwarm } from './swarm.ts';

const words = fc.array(fc.constantFrom('pump', 'Pumpe', 'valve', 'filter', 'air', 'no', 'yes'), { maxLength: 5 });
const texts = fc.array(
  words.map((list) => list.join(' ')),
  { minLength: 1, maxLength: 7 },
);

test('difference: nothing for the same words, all for none in common, the same both ways', () => {
  assert.is(difference('The pump, the pump!', 'pump THE'), 0);
  assert.is(difference('pump', 'valve'), 1);
  assert.is(difference('a b', 'b c'), 2 / 3);
  assert.is(difference('', ''), 0);
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      const d = difference(a, b);
      assert.ok(d >= 0 && d <= 1);
      assert.is(d, difference(b, a));
    }),
    { seed: 21, numRuns: 300 },
  );
});

const leastOf = (of: readonly string[]) =>
  Math.min(1, ...of.flatMap((a, i) => of.slice(i + 1).map((b) => difference(a, b))));

test('no other choice has its two closest answers further apart, whatever the order they came in', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 4 }), fc.nat(), (all, count, seed) => {
      const chosen = mostDifferent(all, count);
      assert.is(chosen.length, Math.min(count, all.length));
      assert.equal([...new Set(chosen)].sort(), chosen);
      const least = leastOf(chosen.map((i) => all[i]!));
      // Choices drawn by chance, not by the code under test.
      const random = seededRandom(seed);
      for (let tries = 0; tries < 30; tries++) {
        const drawn = all.map((text) => ({ text, at: random() })).sort((a, b) => a.at - b.at);
        const other = drawn.map(({ text }) => text);
        assert.ok(leastOf(other.slice(0, chosen.length)) <= least);
        assert.is(leastOf(mostDifferent(other, count).map((i) => other[i]!)), least);
      }
    }),
    { seed: 22, numRuns: 100 },
  );
  assert.equal(mostDifferent([], 3), []);
});

test('one of each descent, then a second of each', () => {
  assert.equal(
    byTurns(['a1', 'a2', 'a3', 'b1', 'c1', 'b2'], (name) => name[0]!),
    ['a1', 'b1', 'c1', 'a2', 'b2', 'a3'],
  );
});

test('what descriptors say of shipped experts is what their files say', () => {
  for (const [id, parents] of Object.entries(PARENTS_OF_SHIPPED)) {
    const file = new URL(`../../../models/${id}/expert.json`, import.meta.url);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).parents, parents);
  }
});

const node = (experts: object[], over: object = {}) =>
  ({ v: 1, key: freshIdentity().id, issuedS: 0, urls: [], relays: [], relay: false, experts, ...over }) as Descriptor;
const faults = { id: 'faults', topics: ['heating'], languages: ['en', 'de'], parents: ['ancestor'] };

test('search: one row an expert and descent, with nodes and prices; by topic, language and price', () => {
  const nodes = [
    node([{ ...faults, price: 50 }], { sunshine: true }),
    node([
      { ...faults, price: 20 },
      { id: 'poet', topics: ['general'], languages: [], price: 0 },
    ]),
    node([{ ...faults, parents: ['another'], languages: ['fr'], price: 5 }]),
  ];
  const rows = (wish: object) => searchExperts(nodes, wish).map(({ id, parents, nodes: n }) => [id, parents.join(), n]);
  assert.equal(rows({}), [
    ['poet', '', 1],
    ['faults', 'another', 1],
    ['faults', 'ancestor', 2],
  ]);
  assert.equal(rows({ topic: 'heating', language: 'de' }), [['faults', 'ancestor', 2]]);
  assert.equal(rows({ language: 'fr' }), [
    ['poet', '', 1],
    ['faults', 'another', 1],
  ]);
  assert.equal(rows({ topic: 'heating', maxPrice: 30 }), [
    ['faults', 'another', 1],
    ['faults', 'ancestor', 1],
  ]);
  const [row] = searchExperts(nodes, { language: 'de', topic: 'heating' });
  assert.equal([row!.leastPrice, row!.mostPrice, row!.sunny], [20, 50, 1]);
  assert.equal(
    searchExperts(
      [
        node([
          { ...faults, price: 1 },
          { ...faults, price: 2 },
        ]),
      ],
      {},
    )[0]!.nodes,
    1,
  );
});

test('several nodes are asked the same, sealed; one alone is nobody to disagree', async () => {
  const swarm = testSwarm();
  const relay = await swarm.node({ relay: true });
  const bootstrap = [`127.0.0.1:${relay.port}`];
  const first = await swarm.node({ bootstrap, serve: SERVE });
  const asker = await swarm.asker({ bootstrap });
  const options = {
    ...{ discoveries: asker.discoveries, experience: openExperience(), random: seededRandom(5) },
    sealed: { seal: sealTo(systemClock), privateMayBeNear: true },
  };
  const question = { messages: [{ role: 'user' as const, content: 'who is right?' }], topics: ['heating'] };
  await eventually(() => asker.ask('there?'));
  assert.is(await codeOf(askDissent(options, question, 3)), 'NOBODY_THERE');
  const others: EchoNode[] = [];
  for (let i = 0; i < 3; i++) others.push(await swarm.node({ bootstrap, serve: SERVE }));
  const { answers, between, asked } = await eventually(async () => {
    const dissent = await askDissent(options, question, 3);
    if (dissent.asked < 4) throw new Error(`only ${dissent.asked} known yet`);
    return dissent;
  });
  assert.is(asked, 4);
  assert.is(answers.length, 3);
  assert.is(new Set(answers.map(({ node: key }) => key)).size, 3);
  const keys = [first, ...others].map(({ key }) => key);
  for (const { node: key, text, parents, way } of answers) {
    assert.ok(keys.includes(key));
    assert.equal([text, parents, way.mode], ['who is right?', ['ancestor'], 'sealed']);
  }
  assert.equal(between, [
    [0, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  await swarm.end();
});

test.run();
