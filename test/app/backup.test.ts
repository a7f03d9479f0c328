import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const heatmine = (...args: string[]) =>
  spawnSync(process.execPath, [entry, ...args], {
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });

test('backup asks for a passphrase or --plain; restore shows first, and moves aside what it replaces', () => {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-backup-cli-'));
  const [from, to, file, words] = ['from', 'to', 'house.heatmine', 'words'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
    string,
  ];
  mkdirSync(join(from, 'keys'), { recursive: true });
  writeFileSync(join(from, 'config.yaml'), 'unit: cellar\n');
  writeFileSync(join(from, 'keys', 'passwords.json'), '{}');
  mkdirSync(to);
  writeFileSync(join(to, 'config.yaml'), 'unit: attic\n');
  writeFileSync(words, 'correct horse\n');

  const bare = heatmine('backup', file, '--home', from);
  assert.is(bare.status, 2);
  assert.match(bare.stderr, /--passphrase-file FILE, or --plain/);
  assert.not.ok(existsSync(file));
  assert.match(heatmine('backup', file, '--passphrase-file', words, '--home', from).stdout, /wrote .*sealed/);
  assert.match(heatmine('backup', file, '--plain', '--home', from).stderr, /there already/);

  const look = heatmine('restore', file, '--passphrase-file', words, '--home', to);
  assert.is(look.status, 2);
  assert.match(look.stderr, /backup of cellar by version .*\n {2}config\.yaml, 13 bytes/);
  assert.is(readFileSync(join(to, 'config.yaml'), 'utf8'), 'unit: attic\n');
  writeFileSync(words, 'wrong horse\n');
  assert.match(
    heatmine('restore', file, '--yes', '--passphrase-file', words, '--home', to).stderr,
    /passphrase is wrong/,
  );
  writeFileSync(words, 'correct horse\n');
  const done = heatmine('restore', file, '--yes', '--json', '--passphrase-file', words, '--home', to);
  assert.is(done.status, 0, done.stderr);
  assert.is(readFileSync(join(to, 'config.yaml'), 'utf8'), 'unit: cellar\n');
  assert.is(readFileSync(join(JSON.parse(done.stdout).aside, 'config.yaml'), 'utf8'), 'unit: attic\n');
});

test.run();
