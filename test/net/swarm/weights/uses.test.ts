/** What strangers tell of settled use. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seededRandom } from '../../../../src/core/random.ts';
import { decodeUses, openKnownUses, type UseLine } from '../../../../src/net/swarm/weights/uses.ts';

test('lists of use that are none count for nothing', () => {
  const wrong = [
    '',
    '{',
    '{}',
    '[[1]]',
    '[["a","b",0,1]]',
    '[["a","b",-1,1]]',
    JSON.stringify(Array(501).fill(['a', 'b', 1, 1])),
  ];
  for (const text of wrong) assert.equal(decodeUses(Buffer.from(text)), [], text.slice(0, 40));
});

test('a flood of reports of use pushes itself out, not what others told', () => {
  const random = seededRandom(5);
  const line = (payer: string): UseLine => [payer, 'r', 1, 100];
  const lines = (n: number, of: string) => Array.from({ length: n }, (_, i) => line(`${of}${i}`));
  for (const ways of ['one key', 'many keys', 'many keys, many prefixes, one each'] as const) {
    const known = openKnownUses();
    known.told({ key: 'self', origin: '' }, 'own', lines(500, 's'), 100);
    for (let i = 0; i < 40; i++) known.told({ key: `h${i}`, origin: `home${i}` }, `e${i}`, lines(20, `h${i}`), 100);
    for (let i = 0; i < 1200; i++) {
      const key = ways === 'one key' ? 'x' : `x${i}`;
      const origin = ways.endsWith('each') ? `evil${Math.floor(random() * 60)}` : 'evil';
      known.told({ key, origin }, `f${i}`, i % 7 ? lines(500, 'x') : [], 100);
    }
    const all = known.all();
    assert.ok(all.length <= 50_000, `${ways}: ${all.length}`);
    const of = (start: string) => all.filter(({ payer }) => payer.startsWith(start)).length;
    assert.equal([of('s'), of('h')], [500, 800], ways);
  }
  const empty = openKnownUses(1000);
  for (let i = 0; i < 5000; i++) empty.told({ key: `x${i}`, origin: 'evil' }, 'e', [], 100);
  empty.told({ key: 'h', origin: 'home' }, 'e', [line('p')], 100);
  for (let i = 0; i < 5000; i++) empty.told({ key: `y${i}`, origin: 'evil' }, 'e', [], 100);
  assert.is(empty.all().length, 1, 'empty ones take room as well');
});

test.run();
