/** `npm run train -- --quick` of models/README.md: sixty steps of each stage with the real trainer, twice. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const repo = resolve(import.meta.dirname, '../..');
const SHIPPED = ['ancestor', 'convert'].map((id) => join(repo, 'models', id, 'expert.json'));
const sums = () => SHIPPED.map((file) => createHash('sha256').update(readFileSync(file)).digest('hex'));

function quick(): string[] {
  const work = mkdtempSync(join(tmpdir(), 'heatmine-train-'));
  try {
    const args = ['scripts/train-experts.ts', '--quick', '--only', 'ancestor,convert', '--work', work];
    const out = execFileSync(process.execPath, args, {
      cwd: repo,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return [...out.matchAll(/^(\w+): ([0-9a-f]{64}) in /gm)].map(([, id, sum]) => `${id} ${sum}`);
  } finally {
    rmSync(work, { recursive: true });
  }
}

if (spawnSync('gcc', ['--version']).status === 0) {
  test('corpus, trainer, ancestor, expert, quantised file: the same seed gives the same files, and nothing that ships is touched', () => {
    const before = sums();
    const first = quick();
    assert.equal(
      first.map((line) => line.split(' ')[0]),
      ['ancestor', 'convert'],
    );
    assert.equal(quick(), first);
    assert.equal(sums(), before);
  });
} else process.stdout.write('SKIP train: needs a C compiler (Debian: gcc, libc6-dev)\n');

test.run();
