import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mutantsOf, mutated } from '../../src/app/bench/mutants/sites.ts';

const SOURCE = `import { a } from './a.ts';
/** Hot above 5 && below 9. */
const LIMIT_C = 82;
const RATE = 0.5;
const none = 0;
const list: Set<string> = new Set<string>();
export const hot = (c: number, b: number | string) => c >= LIMIT_C && b !== 'x > y' && c < 3_000;
// c > 1
const row = { holdS: 2.5, clearS: 0 };
const text = \`\${hot(1, 2) ? 'a' : 'b'} > 4\`;
`;

test('comparisons and limits are found, words and types are not', () => {
  const found = mutantsOf('x.ts', SOURCE).map((m) => `${m.line}: ${m.was} -> ${m.text}`);
  assert.equal(found, [
    '3: 82 -> 41',
    '3: 82 -> 164',
    '4: 0.5 -> 0.25',
    '4: 0.5 -> 1',
    '7: >= -> <',
    '7: && -> ||',
    '7: !== -> ===',
    '7: && -> ||',
    '7: < -> >=',
    '7: 3_000 -> 1500',
    '7: 3_000 -> 6000',
    '9: 2.5 -> 1.25',
    '9: 2.5 -> 5',
  ]);
});

test('a mutant changes its place and nothing else', () => {
  const [first] = mutantsOf('x.ts', SOURCE);
  assert.is(mutated(SOURCE, first!), SOURCE.replace('LIMIT_C = 82', 'LIMIT_C = 41'));
});

test.run();
