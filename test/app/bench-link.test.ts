import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addressOf } from '../../src/app/bench/link/askers.ts';
import {
  byBytes,
  bySizes,
  type Crossing,
  type Known,
  linkAddresses,
  linkByLookUps,
  linkByTimes,
  linkPairs,
} from '../../src/app/bench/link/attacks.ts';
import { truthOf } from '../../src/app/bench/link/link.ts';
import { type Passage, passagesOf, type Seen } from '../../src/app/bench/link/passage.ts';
import { seededRandom } from '../../src/core/random.ts';

const ASKERS = 8;

/** Questions a second apart of askers drawn at random, one stream each on a connection with a key of its own. */
function questions(count: number, seed: number): Known[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, n) => ({
    ...{ connection: n, address: '', key: `key ${n}`, stream: 1, path: 'expert', digest: `bytes ${n}` },
    ...{ fromMs: n * 1000, untilMs: n * 1000 + 500, request: [1025], answer: [1025, 1025] },
    asker: Math.floor(random() * ASKERS),
  }));
}
const crossed = (all: readonly Known[]): Crossing[] => all.map((at) => ({ at, entered: all }));

test('pairs: chance where nothing is in common, found where a key is kept or somebody asks in a row', () => {
  const all = questions(240, 1);
  const blind = linkPairs(all, seededRandom(2));
  assert.ok(Math.abs(blind.right - blind.chance) <= 2 * blind.within, JSON.stringify(blind));
  assert.ok(Math.abs(blind.chance - 0.5) < 0.02);
  const kept = linkPairs(
    all.map((one) => ({ ...one, key: `key of ${one.asker}` })),
    seededRandom(2),
  );
  assert.is(kept.right, 1);
  const inARow = all.map((one, n) => ({ ...one, asker: Math.floor(n / 20) % ASKERS }));
  const { right, chance, within } = linkPairs(inARow, seededRandom(2));
  assert.ok(right > chance + 0.1 + within, `${right} by times`);
});

test('addresses: chance where all look alike, found by sizes, by bytes and by times', () => {
  const all = questions(400, 3);
  const alike = linkAddresses(crossed(all), bySizes);
  assert.is(alike.right, alike.chance);
  assert.ok(alike.chance > 1 / ASKERS && alike.chance < 0.2);
  const habits = all.map((one) => ({ ...one, answer: Array(1 + one.asker).fill(1025) }));
  assert.is(linkAddresses(crossed(habits), bySizes).right, 1);
  assert.is(linkAddresses(crossed(all), byBytes).right, 1);
  const { right, chance } = linkByTimes(crossed(all));
  assert.is(right, 1);
  assert.is(chance, alike.chance);
});

test('questions and look-ups are told apart and found where they came to, each with those that went the same way', () => {
  const one = (path: string, address: string, digest: string): Passage => ({
    ...{ connection: 1, key: 'k', stream: 1, fromMs: 1, untilMs: 2, request: [1025], answer: [1025] },
    ...{ path, address, digest },
  });
  const [asker, other] = [addressOf(0), `::ffff:${addressOf(1)}`];
  const entry = [one('H', asker, 'a look'), one('R', other, 'to another'), one('R X', asker, 'a question')];
  const helper = [one('', '127.0.1.1', 'a look'), one('', '127.0.1.1', 'of nobody here')];
  const last = [one('X', '127.0.1.1', 'a question'), one('', '127.0.1.1', 'to another')];
  const { questions, lookUps } = truthOf([entry, helper, last]);
  const told = ({ crossings }: typeof questions) =>
    crossings.map(({ at, entered }) => [at.digest, at.asker, entered.map(({ digest }) => digest)]);
  assert.equal(told(questions), [['a question', 0, ['a question']]]);
  assert.equal(told(lookUps), [
    ['a look', 0, ['a look']],
    ['to another', 1, ['to another']],
  ]);
  assert.is(linkByLookUps(questions.crossings, []).right, 0);
  const before = lookUps.entered.map((known) => ({ ...known, untilMs: 1 }));
  assert.is(linkByLookUps(questions.crossings, before.slice(0, 1)).right, 1);
});

test('a relay’s log gives what came in with its key, path, sizes and times, the look-ups for itself too', () => {
  const log = (atMs: number, sent: boolean, rest: Partial<Seen>): Seen => ({
    ...{ atMs, sent, connection: 7, address: '127.0.100.1' },
    ...rest,
  });
  const open = (id: number, path: object[]) => JSON.stringify({ type: 'open', id, path });
  const data = (stream: number, bytes: number, digest = 'x') => ({ data: { stream, bytes, digest } });
  const passages = passagesOf([
    log(1, false, { text: JSON.stringify({ type: 'hello', key: 'K' }) }),
    log(2, false, { text: open(1, [{ key: 'A', url: 'ws://a' }, { key: 'B' }]) }),
    log(3, false, data(1, 1025, 'first')),
    log(4, false, data(1, 4097)),
    log(5, true, data(1, 1025)),
    log(5, true, { text: open(2, [{ key: 'B' }]) }),
    log(6, false, data(2, 99)),
    log(7, false, { text: open(3, []) }),
    log(8, false, data(3, 1025, 'look')),
    log(9, true, data(3, 16_385)),
  ]);
  const where = { connection: 7, address: '127.0.100.1', key: 'K', stream: 1, path: 'A B' };
  assert.equal(passages, [
    { ...where, fromMs: 2, untilMs: 5, request: [1025, 4097], answer: [1025], digest: 'first' },
    { ...where, stream: 3, path: '', fromMs: 7, untilMs: 9, request: [1025], answer: [16_385], digest: 'look' },
  ]);
});

test.run();
