/** What Node makes of the sources is kept, where it can be: without, a unit takes 110 MiB more (`bench start`). */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const ENTRY = join(import.meta.dirname, '../../scripts/heatmine.mjs');

/** Node's own words about its cache. */
function said(cache: string | undefined): { code: number | null; text: string } {
  const { NODE_COMPILE_CACHE: _theirs, ...env } = process.env;
  const own = cache === undefined ? env : { ...env, NODE_COMPILE_CACHE: cache };
  const { status, stderr } = spawnSync(process.execPath, [ENTRY, '--version'], {
    ...{ encoding: 'utf8', timeout: 60_000 },
    env: { ...own, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' },
  });
  return { code: status, text: stderr };
}

test('beside the packages, unless a directory is named', () => {
  assert.match(said(undefined).text, /resolved path \S*node_modules\/\.cache\/heatmine /);
  const dir = mkdtempSync(join(tmpdir(), 'hm-cache-'));
  try {
    assert.is(said(dir).code, 0);
    assert.is(readdirSync(dir).length, 1);
    assert.match(said(dir).text, /transpile cache for StrippedTypeScript \S*cli\.ts\.\.\.success/);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test('where it cannot be written, all works without', () => {
  const { code } = said('/dev/null/cache');
  assert.is(code, 0);
  assert.not(existsSync('/dev/null/cache'));
});

test.run();
