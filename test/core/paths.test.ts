import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadPasswords } from '../../src/app/secrets.ts';
import type { HeatmineError } from '../../src/core/errors.ts';
import { ensurePaths, type Paths, pathsOf } from '../../src/core/paths.ts';

/** A home whose name is too long for sockets, with a /tmp of its own. */
function withLongHome(body: (paths: Paths, run: string, dir: string) => void) {
  return () => {
    const dir = mkdtempSync(join(tmpdir(), 'hm-paths-'));
    const before = process.env.TMPDIR;
    process.env.TMPDIR = dir;
    try {
      const paths = pathsOf(join(dir, 'h'.repeat(100)));
      body(paths, dirname(paths.sockets.plant), dir);
    } finally {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      rmSync(dir, { recursive: true, force: true });
    }
  };
}

const modeOf = (path: string) => statSync(path).mode & 0o777;
const refusal = (make: () => void): HeatmineError => {
  try {
    make();
  } catch (error) {
    return error as HeatmineError;
  }
  throw new Error('was accepted');
};

test(
  'directories and passwords that others can read are closed to them',
  withLongHome((paths, run) => {
    mkdirSync(run);
    chmodSync(run, 0o777);
    mkdirSync(paths.keys, { recursive: true });
    chmodSync(paths.keys, 0o755);
    ensurePaths(paths);
    for (const dir of [run, paths.keys, paths.state, paths.models]) assert.is(modeOf(dir), 0o700, dir);
    const passwords = loadPasswords(paths);
    const file = join(paths.keys, 'passwords.json');
    assert.is(modeOf(file), 0o600);
    chmodSync(file, 0o644);
    assert.equal(loadPasswords(paths), passwords);
    assert.is(modeOf(file), 0o600);
  }),
);

test(
  'a link in the place of the directory under /tmp is refused; one inside the home is its owner’s choice',
  withLongHome((paths, run, dir) => {
    const disk = join(dir, 'disk');
    mkdirSync(disk);
    chmodSync(disk, 0o755);
    mkdirSync(paths.home);
    symlinkSync(disk, paths.models);
    ensurePaths(paths);
    assert.is(modeOf(disk), 0o755);
    rmSync(run, { recursive: true });
    symlinkSync(disk, run);
    const error = refusal(() => ensurePaths(paths));
    assert.is(error.code, 'CONFIG_INVALID');
    assert.match(error.message, run);
    assert.match(error.message, 'HEATMINE_HOME');
  }),
);

test(
  'what belongs to another user is refused',
  withLongHome((paths) => {
    ensurePaths(paths);
    const stranger = process.getuid!() + 1;
    assert.is(refusal(() => ensurePaths(paths, stranger)).code, 'CONFIG_INVALID');
  }),
);

test.run();
