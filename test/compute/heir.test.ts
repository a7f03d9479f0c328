import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { choose } from '../../src/compute/choose.ts';
import type { FoundExpert } from '../../src/compute/experts.ts';
import { heirOf } from '../../src/compute/heir.ts';
import { tempDir } from './fixture.ts';

const { dir: home, remove } = tempDir();
test.after(remove);

function child(id: string, parent: string, quality: object, modifiedMs = 1, foreign?: string): FoundExpert {
  const dir = join(home, id);
  mkdirSync(dir, { recursive: true });
  if (foreign) writeFileSync(join(dir, foreign), '{}');
  return { id, dir, modifiedMs, fact: { parents: [parent, 'mate'], quality } } as unknown as FoundExpert;
}
const proven = { evolved: true, passes: true };

test('a child that beat its lead here answers for it, down the line; others answer only by name', () => {
  const all = [
    child('old', 'faults', proven, 1),
    child('new', 'faults', proven, 2),
    child('grand', 'new', proven, 1),
    child('weaker', 'convert', { evolved: true, passes: false }),
    child('merged', 'convert', { passes: true }),
    child('signed', 'status', proven, 1, 'manifest.json'),
    child('pulled', 'status', proven, 1, 'source.json'),
    child('round', 'circle', proven),
    child('circle', 'round', proven),
  ];
  const heir = (id: string, able = (_: string) => true) => heirOf(id, all, home, able);
  assert.is(heir('faults'), 'grand');
  assert.is(
    heir('faults', (id) => id !== 'new'),
    'old',
  );
  for (const id of ['convert', 'status', 'mate']) assert.is(heir(id), id);
  assert.is(
    heirOf('faults', all, join(home, 'elsewhere'), () => true),
    'faults',
  );
  assert.is(heir('round'), 'circle', 'a circle has an end');
});

test('who is named answers; who is picked may have an heir, and the reason says so', async () => {
  const parts = {
    catalogue: { answering: () => ['faults'] } as never,
    classify: { labels: ['faults'], logits: async () => [1] },
    heirOf: (id: string) => `${id}-child`,
  };
  const asked = (expert: string) =>
    choose(parts, { expert, messages: [{ role: 'user', content: 'x' }] } as never, new AbortController().signal);
  assert.is((await asked('faults')).expert, 'faults');
  const picked = await asked('auto');
  assert.is(picked.expert, 'faults-child');
  assert.match(picked.why, /^the classifier .*faults-child, bred from it, does better/);
});

test.run();
