import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

/** Follows docs/adding-hardware.md in a copy of the repository: writes the files it shows, runs the commands it gives. */
const repo = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(repo, 'docs/adding-hardware.md'), 'utf8');
const COPIED = ['src', 'boards', 'scripts', 'docs', 'test/run.ts', 'package.json', 'tsconfig.json', 'models'];

interface Block {
  kind: string;
  file: string;
  text: string;
}
const blocks = [...page.matchAll(/^```(\w+) ?(\S*)\n([\s\S]*?)^```$/gm)].map(
  ([, kind = '', file = '', text = '']): Block => ({ kind, file, text }),
);

test('every step of the page works in the order in which it stands', () => {
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-adding-'));
  try {
    for (const part of COPIED) cpSync(join(repo, part), join(dir, part), { recursive: true });
    symlinkSync(join(repo, 'node_modules'), join(dir, 'node_modules'));
    const said: string[] = [];
    for (const { kind, file, text } of blocks) {
      if (file) {
        mkdirSync(dirname(join(dir, file)), { recursive: true });
        writeFileSync(join(dir, file), text);
        continue;
      }
      assert.is(kind, 'sh', `what to do with a block of ${kind}?`);
      const env = {
        ...process.env,
        HEATMINE_HOME: join(dir, 'home'),
        PATH: `${repo}/node_modules/.bin:${process.env.PATH}`,
      };
      const ran = spawnSync('bash', ['-euc', text], { cwd: dir, encoding: 'utf8', env, timeout: 60_000 });
      assert.is(ran.status, 0, `${text}\n${ran.stdout}${ran.stderr}`);
      said.push(ran.stdout);
    }
    assert.match(said[0]!, /^roomC +in +mcp9808 +i2c1 0x1A /m);
    const docs = readFileSync(join(dir, 'docs/boards.md'), 'utf8');
    assert.match(docs, /^## attic: Raspberry Pi 4 in the attic$/m);
    assert.match(said.at(-2)!, /^roomC +in +tmp1075 +i2c1 0x4C /m);
    assert.match(said.at(-1)!, /^2 passed, 0 failed$/m);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test.run();
