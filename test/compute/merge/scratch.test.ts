/** What a killed compute leaves in memory is taken away at the next start, and nothing else. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scratchFile, sweepScratch } from '../../../src/compute/merge/evolution/scratch.ts';
import { tempDir } from '../fixture.ts';

const childOf = (pid: number | string) => `heatmine-child-${pid}-0123abcd.gguf`;
/** Of a process that has ended. */
const deadPid = () => spawnSync(process.execPath, ['-e', '']).pid;

test('files of dead processes go; of living ones, of others and of other names stay', () => {
  const { dir, remove } = tempDir();
  const dead = deadPid();
  const stay = [childOf(process.pid), childOf(process.ppid), 'other.gguf', `${childOf(dead)}.txt`, childOf('x')];
  for (const name of [...stay, childOf(dead), `${childOf(dead)}.part`]) writeFileSync(join(dir, name), 'x');
  const [link, folder] = [childOf(dead).replace('0123', 'aaaa'), childOf(dead).replace('0123', 'bbbb')];
  symlinkSync('other.gguf', join(dir, link));
  mkdirSync(join(dir, folder));
  sweepScratch(dir);
  assert.equal(readdirSync(dir).sort(), [...stay, link, folder].sort());
  remove();
});

test('in a container the new process has the old one’s number: what is older than it goes', () => {
  const { dir, remove } = tempDir();
  const old = join(dir, childOf(process.pid));
  writeFileSync(old, 'x');
  utimesSync(old, 1, 1);
  sweepScratch(dir);
  assert.equal(readdirSync(dir), []);
  remove();
});

test('two children of a process are apart, by names that the sweep knows; one that is too large has no place', () => {
  const { dir, remove } = tempDir();
  assert.is(scratchFile(1e18, dir), undefined);
  const [one, two] = [scratchFile(1, dir)!, scratchFile(1, dir)!];
  assert.is.not(one, two);
  writeFileSync(one.replace(`-${process.pid}-`, `-${deadPid()}-`), 'x');
  sweepScratch(dir);
  assert.equal(readdirSync(dir), []);
  remove();
});

test.run();
