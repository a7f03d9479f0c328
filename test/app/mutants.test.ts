import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { covers } from '../../src/app/bench/mutants/coverage.ts';
import type { Case } from '../../src/app/bench/mutants/messages.ts';
import { openOrder } from '../../src/app/bench/mutants/order.ts';
import { type Mutant, mutantsOf, mutated } from '../../src/app/bench/mutants/sites.ts';
import { openTrier } from '../../src/app/bench/mutants/trier.ts';

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

test('a constant shows where it is used, the time of a row where the row speaks', () => {
  const source = `const HOT_C = 5;\nconst rows = [{\n  holdS: 3,\n  active: (c) => c >= HOT_C,\n  text: (c) => say(c),\n}];\n`;
  const placesAt = (was: string) => mutantsOf('x.ts', source).find((m) => m.was === was)!;
  assert.equal(
    placesAt('5').places.map((i) => source.slice(i, i + 5)),
    ['HOT_C'],
  );
  assert.equal(
    placesAt('3').places.map((i) => source.slice(i, i + 6)),
    ['say(c)'],
  );
  assert.equal(placesAt('>=').places, [placesAt('>=').start]);
});

test('a mutant meets those that run its place, soonest those that kill much in little time', () => {
  const [m] = mutantsOf('interlock/x.ts', 'export const f = (a: number) => a > b;');
  const of = (name: string, ms: number, ran: 0 | 1): Case => ({
    ...{ file: name, at: 0, name, ms },
    coverage: { 'interlock/x.ts': [[0, 99, ran]] },
  });
  const [slow, quick, elsewhere] = [of('slow', 400, 1), of('quick', 100, 1), of('elsewhere', 1, 0)];
  const order = openOrder([slow, quick, elsewhere]);
  const names = () => order.of(m!).map((c) => c.name);
  assert.equal(names(), ['quick', 'slow']);
  for (let i = 0; i < 5; i++) {
    order.learn(slow, 'interlock/x.ts', false);
    order.learn(quick, 'interlock/x.ts', true);
  }
  assert.equal(names(), ['slow', 'quick']);
});

test('cases are tried in a child: as it is all pass, a flipped comparison is noticed, and the tree stays as it was', async () => {
  const file = 'interlock/trips.ts';
  const path = new URL(`../../src/control/${file}`, import.meta.url);
  const source = readFileSync(path, 'utf8');
  const flipped = mutantsOf(file, source).find((m) => source.slice(0, m.start).endsWith('state.onS '))!;
  const trier = openTrier();
  const heard = async (mutant: Mutant | null, cases: readonly Case[]) => {
    const told: boolean[] = [];
    await trier.attempt(mutant, cases, (_, passed) => told.push(passed));
    return told;
  };
  const cases = (await trier.measure('control/interlock', true)).filter((c) => covers(c.coverage, file, flipped.start));
  assert.ok(cases.length > 0);
  assert.ok((await heard(null, cases)).every((passed) => passed));
  assert.is((await heard(flipped, cases)).at(-1), false);
  assert.ok((await heard(null, cases)).every((passed) => passed));
  trier.close();
  assert.is(readFileSync(path, 'utf8'), source);
});

test.run();
