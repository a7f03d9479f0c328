import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ROWS } from '../../src/control/interlock/rows.ts';

const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(resolve(root, 'docs/SAFETY.md'), 'utf8');
const LAST = 33;
const STATES = ['yes', 'part', 'no'];

interface DocRow {
  id: string;
  cells: string[];
  done: string;
  tests: { file: string; title: string }[];
}

const rows: DocRow[] = text
  .split('\n')
  .filter((line) => /^\| F\d+ \|/.test(line))
  .map((line) => {
    const cells = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    const tests = [...cells[6]!.matchAll(/`([\w/-]+)` "([^"]+)"/g)].map((m) => ({ file: m[1]!, title: m[2]! }));
    return { id: cells[0]!, cells, done: cells[5]!, tests };
  });

test('every row of the fault table is there once and in order, with all its columns filled', () => {
  assert.equal(
    rows.map((r) => r.id),
    Array.from({ length: LAST }, (_, i) => `F${i + 1}`),
  );
  for (const { id, cells, done } of rows) {
    assert.is(cells.length, 7, id);
    assert.ok(
      cells.every((cell) => cell.length > 0),
      `${id} has an empty cell`,
    );
    assert.ok(STATES.includes(done), `${id}: done is "${done}"`);
  }
});

test('what is said to be done names a test that exists; what is not done says so in words', () => {
  for (const { id, done, cells, tests } of rows) {
    assert.is(tests.length > 0, done !== 'no', `${id} is "${done}" with ${tests.length} tests`);
    const missing = /not done|not shown|not measured|not set|is no |no .* yet|only|not counted/i;
    if (done !== 'yes') assert.match(cells[4]!, missing, `${id} does not say what is missing`);
    for (const { file, title } of tests) {
      const path = resolve(root, 'test', `${file}.test.ts`);
      assert.ok(existsSync(path), `${id}: test/${file}.test.ts is not there`);
      assert.ok(
        readFileSync(path, 'utf8').includes(`test('${title}`),
        `${id}: test/${file}.test.ts has no test "${title}"`,
      );
    }
  }
});

test('every row that the interlock judges belongs to a row of the table', () => {
  const known = new Set(rows.map((r) => r.id));
  for (const { id } of ROWS) assert.ok(known.has(/^F\d+/.exec(id)?.[0] ?? ''), `interlock row ${id}`);
});

test.run();
