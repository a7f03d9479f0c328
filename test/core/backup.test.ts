import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { applyStaged, checkBackup, makeBackup, restoreFiles, stageRestore } from '../../src/core/backup/files.ts';
import { openBackup, packBackup } from '../../src/core/backup/pack.ts';
import { type Paths, pathsOf } from '../../src/core/paths.ts';

const SEED = 41;
const facts = { madeMs: 1, unit: 'heatmine', version: '0.1.0', experts: ['faults'] };
const fails = (call: () => unknown, why: RegExp) =>
  assert.throws(call, (e: Error & { code: string }) => e.code === 'BACKUP_INVALID' && why.test(e.message));

function homeWith(files: Record<string, string>): Paths {
  const paths = pathsOf(mkdtempSync(join(tmpdir(), 'heatmine-backup-')));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(paths.home, name)), { recursive: true });
    writeFileSync(join(paths.home, name), text);
  }
  mkdirSync(paths.state, { recursive: true });
  return paths;
}
const textOf = (paths: Paths, name: string) => readFileSync(join(paths.home, name), 'utf8');

test('any files come back to the byte, sealed or not', () => {
  const name = fc.stringMatching(/^(keys\/|state\/)?[a-z0-9][a-z0-9.-]{0,20}$/);
  const files = fc.uniqueArray(fc.record({ name, bytes: fc.uint8Array({ maxLength: 300 }) }), {
    selector: (f) => f.name,
    maxLength: 6,
  });
  fc.assert(
    fc.property(files, (some) => {
      const packed = some.map(({ name: n, bytes }) => ({ name: n, bytes: Buffer.from(bytes) }));
      const opened = openBackup(packBackup(facts, packed, undefined), undefined);
      assert.equal(opened.files, packed);
      assert.equal(opened.facts, facts);
    }),
    { seed: SEED, numRuns: 50 },
  );
});

test('sealed: only its passphrase opens it, and what is inside cannot be read', () => {
  const secret = Buffer.from('canary '.repeat(20));
  const sealed = packBackup(facts, [{ name: 'keys/node.key', bytes: secret }], 'correct horse');
  assert.equal(openBackup(sealed, 'correct horse').files[0]!.bytes, secret);
  assert.not.match(sealed.toString('latin1'), 'canary');
  fails(() => openBackup(sealed, 'correct hors'), /passphrase is wrong/);
  fails(() => openBackup(sealed, undefined), /give its passphrase/);
  fails(() => packBackup(facts, [], 'short'), /at least 8/);
});

test('what a newer program has written is told as that, and not as damage', () => {
  const config = (text: string) => [{ name: 'config.yaml', bytes: Buffer.from(text) }];
  const text = packBackup(facts, config('unit: one\n'), undefined).toString('latin1');
  const next = Buffer.from(text.replace('HEATMINE-BACKUP 1', 'HEATMINE-BACKUP 2'), 'latin1');
  fails(() => openBackup(next, undefined), /newer HeatMine; update this one/);
  for (const version of ['99.0.0', '0.99.0', '1.0'])
    fails(
      () => checkBackup(packBackup({ ...facts, version }, config('version: 99\n'), undefined), undefined),
      new RegExp(`made by HeatMine ${version}; update this one`),
    );
  for (const version of ['0.0.9', '0'])
    assert.throws(
      () => checkBackup(packBackup({ ...facts, version }, config('fuse: 1\n'), undefined), undefined),
      /config\.yaml of the backup.*fuse/s,
    );
});

test('every changed byte and every cut is refused', () => {
  const whole = packBackup(facts, [{ name: 'config.yaml', bytes: Buffer.from('version: 1\n') }], undefined);
  for (let at = 0; at < whole.length; at++) {
    assert.throws(() => checkBackup(whole.subarray(0, at), undefined), /backup/, `cut at ${at}`);
    const changed = Buffer.from(whole);
    changed[at]! ^= 1;
    try {
      // Where the header only tells who made it, another letter is another truth: no file may differ.
      assert.equal(openBackup(changed, undefined).files, openBackup(whole, undefined).files, `byte ${at}`);
    } catch (error) {
      assert.is((error as { code?: string }).code, 'BACKUP_INVALID', `byte ${at}: ${error}`);
    }
  }
});

test('the facts of a sealed one are part of the seal', () => {
  const sealed = packBackup(facts, [], 'correct horse').toString('latin1').replace('0.1.0', '9.1.0');
  fails(() => openBackup(Buffer.from(sealed, 'latin1'), 'correct horse'), /passphrase is wrong/);
});

test('names that lead out of the home, and gzip bombs, are refused', () => {
  for (const name of [
    '../x',
    '/etc/passwd',
    'keys/../../x',
    'models/a',
    'a/b/c',
    '.ssh',
    'keys/',
    '',
    'state',
    'keys',
    'models',
  ]) {
    fails(
      () => openBackup(packBackup(facts, [{ name, bytes: Buffer.alloc(1) }], undefined), undefined),
      /names a file/,
    );
  }
  const honest = packBackup(facts, [], undefined);
  const header = honest.subarray(0, honest.length - gzipSync(Buffer.alloc(0)).length);
  fails(() => openBackup(Buffer.concat([header, gzipSync(Buffer.alloc(2 ** 20))]), undefined), /damaged/);
});

test('a home comes back as it was; what stood there lies aside; the newer ledger stays', async () => {
  const from = homeWith({
    'config.yaml': 'unit: one\n',
    'keys/node.key': 'k1',
    'state/state.json': '{}',
    'state/ledger': 'old',
    'state/asked': 'old',
    'state/asked.lock': '1',
  });
  mkdirSync(join(from.models, 'mine'), { recursive: true });
  const db = new DatabaseSync(join(from.state, 'history.db'));
  db.exec("PRAGMA journal_mode=WAL; CREATE TABLE t (x); INSERT INTO t VALUES ('row')");
  // The database is open in WAL mode, as the unit has it.
  const bytes = await makeBackup(from, 'one', 1e12);
  db.close();
  const opened = checkBackup(bytes, undefined);
  assert.equal(opened.facts.experts, ['mine']);

  const to = homeWith({ 'config.yaml': 'unit: two\n', 'state/ledger': 'newer' });
  const restored = restoreFiles(to, opened, 2e12);
  assert.is(textOf(to, 'config.yaml'), 'unit: one\n');
  assert.is(textOf(to, 'keys/node.key'), 'k1');
  assert.is(statSync(join(to.keys, 'node.key')).mode & 0o077, 0);
  assert.is(textOf(to, 'state/ledger'), 'newer');
  assert.is(textOf(to, 'state/asked'), 'old', 'there was none');
  assert.not.ok(restored.written.includes('state/asked.lock'));
  assert.ok(restored.keptLedger);
  assert.is(readFileSync(join(restored.aside, 'config.yaml'), 'utf8'), 'unit: two\n');
  const again = new DatabaseSync(join(to.state, 'history.db'));
  assert.is((again.prepare('SELECT x FROM t').get() as { x: string }).x, 'row');
  again.close();
  assert.not.ok(readdirSync(to.home).includes('.restoring'));

  const empty = homeWith({});
  assert.not.ok(restoreFiles(empty, opened, 2e12).keptLedger);
  assert.is(textOf(empty, 'state/ledger'), 'old');
});

test('a configuration that would be refused is no backup to restore', async () => {
  const from = homeWith({ 'config.yaml': 'hous: {}\n' });
  const bytes = await makeBackup(from, 'one', 1e12);
  assert.throws(() => checkBackup(bytes, undefined), /did you mean "house"/);
});

test('what the page laid ready is put in place once; what is damaged is told and changes nothing', async () => {
  const from = homeWith({ 'config.yaml': 'unit: one\n' });
  const opened = checkBackup(await makeBackup(from, 'one', 1e12, 'correct horse'), 'correct horse');
  const to = homeWith({ 'config.yaml': 'unit: two\n' });
  assert.is(applyStaged(to, 2e12), undefined);
  stageRestore(to, opened);
  assert.ok('written' in applyStaged(to, 2e12)!);
  assert.is(textOf(to, 'config.yaml'), 'unit: one\n');
  assert.is(applyStaged(to, 2e12), undefined);
  writeFileSync(join(to.state, 'restore.pending'), 'half a back');
  assert.ok('refused' in applyStaged(to, 2e12)!);
  assert.is(applyStaged(to, 2e12), undefined);
  assert.is(textOf(to, 'config.yaml'), 'unit: one\n');
});

test('what an editor or a copy left in the home does not make the backup useless', async () => {
  const from = homeWith({
    'config.yaml': 'unit: one\n',
    'keys/node.key': 'k1',
    'config (copy).yaml': 'x',
    '.config.yaml.swp': 'x',
    'config.yaml~': 'x',
    'keys/.node.key.kate-swp': 'x',
    'state/Käse': 'x',
  });
  const opened = checkBackup(await makeBackup(from, 'one', 1e12), undefined);
  assert.equal(opened.files.map(({ name }) => name).sort(), ['config.yaml', 'keys/node.key']);
});

test.run();
