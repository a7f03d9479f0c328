import { existsSync, mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { askedNotebook } from '../../src/app/asked.ts';
import { pathsOf } from '../../src/core/paths.ts';
import type { NoteEntry } from '../../src/net/swarm/pay/purse.ts';

/** Notes what is no receipt: how far it came tells whether the lock let it through. */
async function noted(lock: { text: string; ageS: number }) {
  const paths = pathsOf(mkdtempSync(join(tmpdir(), 'heatmine-asked-')));
  mkdirSync(paths.state, { recursive: true });
  const file = join(paths.state, 'asked.lock');
  writeFileSync(file, lock.text);
  utimesSync(file, Date.now() / 1000 - lock.ageS, Date.now() / 1000 - lock.ageS);
  const error = await askedNotebook(paths, Date.now)({ signed: {} } as NoteEntry).catch((e: { code?: string }) => e);
  return { refused: (error as { code?: string }).code === 'LEDGER_REFUSES', lockLeft: existsSync(file) };
}

test('a lock that a power cut left empty, or whose process is gone, holds nobody up', async () => {
  assert.equal(await noted({ text: '', ageS: 3600 }), { refused: false, lockLeft: false });
  assert.equal(await noted({ text: '99999999', ageS: 0 }), { refused: false, lockLeft: false });
});

test('one that is held is waited for and then told', async () => {
  assert.equal(await noted({ text: String(process.pid), ageS: 3600 }), { refused: true, lockLeft: true });
});

test.run();
