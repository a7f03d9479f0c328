import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { manualClock } from '../../../src/core/clock.ts';
import { createNeighbours } from '../../../src/net/swarm/neighbours.ts';

const clock = manualClock(1.8e12);
const now = () => clock.wallMs();
const one = (signed: string, issuedS = now() / 1000) => ({ key: signed, signed, issuedS });

test('however many ask, one look-up a topic and minute; a topic that nobody knows is not looked up', async () => {
  const looked: string[] = [];
  const { of } = createNeighbours({
    now,
    look: async (topic) => {
      looked.push(topic);
      return [one('a'), one('b'), one('c')];
    },
  });
  const answers = await Promise.all(Array.from({ length: 50 }, () => of('heating', 16)));
  for (const answer of answers) assert.equal(answer, ['a', 'b', 'c']);
  assert.equal(await of('heating', 1), ['a']);
  assert.equal(await of(`x${'y'.repeat(40)}`, 16), []);
  assert.equal(looked, ['heating']);
  clock.advance(61_000);
  assert.equal(await of('heating', 16), ['a', 'b', 'c']);
  assert.equal(looked, ['heating', 'heating']);
});

test('nobody found is looked for again soon; a look-up that fails forgets nobody; what is too old is not told on', async () => {
  let found = [] as ReturnType<typeof one>[];
  let fails = false;
  const { of } = createNeighbours({
    now,
    look: async () => {
      if (fails) throw new Error('no network');
      return found;
    },
  });
  assert.equal(await of('relay', 16), []);
  found = [one('a')];
  clock.advance(6_000);
  assert.equal(await of('relay', 16), ['a']);
  found = [one('a'), one('b')];
  clock.advance(6_000);
  await of('relay', 16);
  assert.equal(await of('relay', 16), ['a', 'b'], 'whoever came a moment later');
  fails = true;
  clock.advance(20 * 60_000);
  assert.equal(await of('relay', 16), ['a', 'b']);
  clock.advance(9 * 60_000);
  assert.equal(await of('relay', 16), []);
});

test.run();
