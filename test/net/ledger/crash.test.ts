import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { buildPowerCut, crashes, type Outcome } from '../../../src/app/bench/ledger/crash.ts';
import { scan } from '../../../src/net/ledger/scan.ts';

/** A slice; `npm run bench -- ledger` does a thousand of each. */
const CUTS = 25;
const dir = mkdtempSync(join(tmpdir(), 'heatmine-shim-'));
const nothingLost = ({ lost, doubled, changed, damaged }: Outcome) =>
  assert.equal({ lost, doubled, changed, damaged }, { lost: 0, doubled: 0, changed: 0, damaged: 0 });

test('no acknowledged record is lost or doubled by SIGKILL', async () => {
  const outcome = await crashes(CUTS, 1);
  nothingLost(outcome);
  assert.ok(outcome.committed > CUTS * 5, `${outcome.committed} records were acknowledged`);
});

const library = buildPowerCut(dir);
if (!library) {
  process.stdout.write('SKIP ledger-power-cut: needs a C compiler (Debian: gcc, libc6-dev)\n');
} else {
  test('nor by power cuts that drop what was not fsynced', async () => {
    const outcome = await crashes(CUTS, 2, library);
    nothingLost(outcome);
    assert.ok(outcome.committed > CUTS * 5, `${outcome.committed} records were acknowledged`);
    assert.ok(outcome.cutShort > CUTS / 2, `${outcome.cutShort} writers were cut short`);
  });

  for (const [name, errno] of [
    ['ENOSPC', 28],
    ['EIO', 5],
  ] as const) {
    test(`on ${name} the ledger acknowledges nothing more and says why`, () => {
      const file = join(dir, name);
      const writer = new URL('../../../src/app/bench/ledger/main.ts', import.meta.url).pathname;
      const env = { ...process.env, LD_PRELOAD: library, HM_FILE: file, HM_AT: '40', HM_ERRNO: String(errno) };
      const { stdout } = spawnSync(process.execPath, [writer, file, '1'], { env, encoding: 'utf8' });
      assert.match(stdout, new RegExp(`refused LEDGER_REFUSES .*${name}`));
      const acknowledged = [...stdout.matchAll(/^committed (\d+)/gm)].map((m) => Number(m[1]));
      assert.ok(acknowledged.length > 0);
      const found = new Set<number>();
      assert.is(scan(readFileSync(file), ({ seq }) => found.add(seq)).damage, undefined);
      for (const seq of acknowledged) assert.ok(found.has(seq), `record ${seq}`);
    });
  }
}
test.after(() => rmSync(dir, { recursive: true, force: true }));

test.run();
