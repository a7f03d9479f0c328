import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadPasswords } from '../../src/app/secrets.ts';
import { ensurePaths, type Paths, pathsOf } from '../../src/core/paths.ts';

let paths: Paths;
test.before.each(() => {
  paths = pathsOf(mkdtempSync(join(tmpdir(), 'hm-secrets-')));
  ensurePaths(paths);
});
test.after.each(() => rmSync(paths.home, { recursive: true }));
const file = () => join(paths.keys, 'passwords.json');

test('made once, for this user alone, and the same ever after', () => {
  const first = loadPasswords(paths);
  assert.is(statSync(file()).mode & 0o777, 0o600);
  assert.equal(loadPasswords(paths), first);
});

test('a damaged file costs no start: what is sound is kept, the rest is new, the old lies beside it', () => {
  const first = loadPasswords(paths);
  const sound = readFileSync(file(), 'utf8');
  for (const bad of ['', '{', 'null', '[]', sound.slice(0, 40), JSON.stringify({ ...first, home: 'short', net: 3 })]) {
    writeFileSync(file(), bad);
    const again = loadPasswords(paths);
    assert.equal(Object.keys(again).sort(), Object.keys(first).sort(), bad);
    assert.ok(Object.values(again).every((word) => word.length >= 16));
    assert.is(readFileSync(`${file()}.damaged`, 'utf8'), bad);
    assert.equal(loadPasswords(paths), again);
  }
  writeFileSync(file(), JSON.stringify({ ...first, home: 'short' }));
  const again = loadPasswords(paths);
  assert.is(again.net, first.net);
  assert.is.not(again.home, first.home);
});

test.run();
