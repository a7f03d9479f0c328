import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { scratch } from '../net/helpers.ts';

const HEATMINE = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;

const heatmine = (...args: string[]) => {
  const startedMs = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [HEATMINE, ...args], { encoding: 'utf8', timeout: 60_000 });
  return { status, stderr, tookMs: performance.now() - startedMs };
};

test('gigabytes that are no model are refused before they are copied, by their own name, and leave nothing', () => {
  const { dir, remove } = scratch();
  try {
    const file = join(dir, 'big.gguf');
    writeFileSync(file, '');
    truncateSync(file, 3 * 2 ** 30);
    const { status, stderr, tookMs } = heatmine('experts', 'pull', file, '--id', 'x', '--home', dir);
    assert.is(status, 2, stderr);
    assert.match(stderr, `MODEL_INVALID: ${file}: `);
    // Start of the program included; a copy of a file without holes takes ten times that.
    assert.ok(tookMs < 8000, `${tookMs} ms`);
    const models = join(dir, 'models');
    assert.equal(existsSync(models) ? readdirSync(models) : [], []);
  } finally {
    remove();
  }
});

test('a pipe that nobody writes to is no file: it is refused, not waited for', () => {
  const { dir, remove } = scratch();
  try {
    const pipe = join(dir, 'pipe.gguf');
    execFileSync('mkfifo', [pipe]);
    for (const args of [
      ['fit', pipe],
      ['pull', pipe, '--id', 'x'],
    ]) {
      const { status, stderr } = heatmine('experts', ...args, '--home', dir);
      assert.is(status, 2, stderr);
      assert.match(stderr, 'not a regular file');
    }
  } finally {
    remove();
  }
});

test.run();
