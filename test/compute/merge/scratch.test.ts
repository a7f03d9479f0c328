/** Children are made where nobody else can have put a link; what a killed compute leaves goes, and nothing else. */
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { forget, scratchFile, sweepScratch } from '../../../src/compute/merge/evolution/scratch.ts';
import { tempDir } from '../fixture.ts';

/** Above what Linux gives to a process. */
const NO_PID = 2 ** 22 + 1;
const childOf = (pid: number | string, end = 'x') => `heatmine-child-${pid}-${end}`;

test('directories of dead processes go; of living ones, of others and of other names stay', () => {
  const { dir, remove } = tempDir();
  const stay = [childOf(process.pid), childOf(process.ppid), 'of somebody else', childOf('x')];
  for (const name of [...stay, childOf(NO_PID)]) mkdirSync(join(dir, name));
  writeFileSync(join(dir, childOf(NO_PID), 'child.gguf'), 'x');
  const [link, file] = [childOf(NO_PID, 'link'), childOf(NO_PID, 'file')];
  symlinkSync(join(dir, stay[0]!), join(dir, link));
  writeFileSync(join(dir, file), 'x');
  sweepScratch(dir);
  assert.equal(readdirSync(dir).sort(), [...stay, link, file].sort());
  remove();
});

test('in a container the new process has the old one’s number: what is older than it goes', () => {
  const { dir, remove } = tempDir();
  const old = join(dir, childOf(process.pid));
  mkdirSync(old);
  utimesSync(old, 1, 1);
  sweepScratch(dir);
  assert.equal(readdirSync(dir), []);
  remove();
});

test('each child has a directory that is its own alone; one that is too large has no place', () => {
  const { dir, remove } = tempDir();
  assert.is(scratchFile(1e18, dir), undefined);
  const [one, two] = [scratchFile(1, dir)!, scratchFile(1, dir)!];
  assert.is.not(one, two);
  assert.is(statSync(dirname(one)).mode & 0o777, 0o700);
  writeFileSync(one, 'x');
  forget(one);
  sweepScratch(dir);
  assert.not.ok(existsSync(dirname(one)));
  assert.ok(existsSync(dirname(two)), 'it is in use');
  remove();
});

test.run();
