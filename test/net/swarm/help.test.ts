/** How many look-ups a relay answers, and whose. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../src/core/random.ts';
import { createHelp } from '../../../src/net/swarm/help.ts';
import { TOPICS } from '../../../src/net/swarm/topics.ts';
import { codeOf } from './peers.ts';

test('a relay answers so many look-ups of one origin and of all, and looks for every topic whichever is asked for', async () => {
  const asked: string[] = [];
  let nowMs = 0;
  const help = createHelp({
    ...{ atHand: (topic) => [`at hand for ${topic}`], looked: () => {}, random: seededRandom(1), nowMs: () => nowMs },
    others: async (topic) => {
      asked.push(topic);
      return Array.from({ length: 20 }, (_, i) => `${topic} ${i}`);
    },
    limits: { lookUps: { perS: 4, burst: 6 }, lookUpsPerOrigin: { perS: 1, burst: 4 } },
  });
  const find = (prefix: string, topics = ['heating'], limit = 12) => help({ topics, limit }, { prefix });
  const reply = await find('a', ['units', 'heating']);
  assert.ok(reply.type === 'found' && reply.descriptors.length === 12);
  assert.ok(reply.descriptors.filter((text) => text.includes('units')).length === 6, 'both topics have their turn');
  assert.equal(asked, [...TOPICS]);
  const few = await find('a', ['heating'], 3);
  assert.ok(few.type === 'found' && few.descriptors.length === 3);
  assert.equal(await find('a', ['elsewhere']), { type: 'found', descriptors: ['at hand for elsewhere'] });
  await find('a');
  assert.is(await codeOf(find('a')), 'RATE_LIMITED');
  await find('b');
  await find('b');
  const more = await Promise.all(Array.from({ length: 20 }, (_, i) => codeOf(find(`c${i}`))));
  const served = more.filter((code) => code === 'no error').length;
  assert.ok(served >= 4 && served < 15, `${served} of 20 had their turn soon enough`);
  nowMs = 4000;
  await find('a');
});

test('however many look-ups come from fifty prefixes, those of another one have the next turn', async () => {
  const help = createHelp({
    ...{ atHand: () => ['at hand'], looked: () => {}, random: seededRandom(1), nowMs: () => performance.now() },
    limits: { lookUps: { perS: 100, burst: 100 }, lookUpsPerOrigin: { perS: 1e6, burst: 1e6 } },
    others: async () => [],
  });
  const counts = { answered: 0, refused: 0 };
  const find = (prefix: string) => codeOf(help({ topics: ['heating'], limit: 1 }, { prefix }));
  let isOver = false;
  const flood = Array.from({ length: 50 }, async (_, i) => {
    while (!isOver) {
      const codes = await Promise.all(Array.from({ length: 8 }, () => find(`flood ${i}`)));
      for (const code of codes) counts[code === 'no error' ? 'answered' : 'refused']++;
      await new Promise((resolve) => setImmediate(resolve));
    }
  });
  while (counts.refused < 500) await new Promise((resolve) => setImmediate(resolve));
  const before = counts.answered;
  for (let i = 0; i < 5; i++) assert.is(await find('honest'), 'no error');
  isOver = true;
  const between = counts.answered - before;
  await Promise.all(flood);
  // In line with what waits already it would be a hundred and more before each of its own.
  assert.ok(between < 150, `${between} of the flood meanwhile`);
});

test.run();
