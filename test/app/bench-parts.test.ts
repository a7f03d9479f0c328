import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filler } from '../../src/app/bench/filler.ts';
import { partsOf } from '../../src/app/bench/parts.ts';

const ALL = ['one', 'two', 'three'] as const;

test('parts: those named, in their own order; all, or those of choice, where none is', () => {
  assert.equal(partsOf('b', ALL, ['three', 'one']), ['one', 'three']);
  assert.equal(partsOf('b', ALL, []), ALL);
  assert.equal(partsOf('b', ALL, [], ['two']), ['two']);
  assert.throws(() => partsOf('b', ALL, ['one', 'four']), /b has no part four: one, two, three/);
});

test('a benchmark that is told a part it has not measures nothing and does not end well', async () => {
  const outcome = await filler.run({ quick: true, seed: 1, parts: ['typo'] }).catch((error) => error.code);
  assert.is(outcome, 'USAGE');
});

test.run();
