import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { supervise } from '../../src/app/supervisor.ts';

/** A child that says that it is ready, and stops when told. */
const CHILD = `process.on('message', (m) => (m.type === 'stop' ? process.exit(0) : process.send({ type: 'ready' })));`;
const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

test('F25: a child that may go first when memory runs out is marked as such, also after a restart', async () => {
  if (!existsSync('/proc/self/oom_score_adj')) {
    console.log('SKIP F25: this kernel has no oom_score_adj');
    return;
  }
  const dir = mkdtempSync(join(tmpdir(), 'heatmine-supervisor-'));
  const file = join(dir, 'child.cjs');
  writeFileSync(file, CHILD);
  let ready = 0;
  const delays = { startsAfterMs: 0, firstDelayMs: 20, longestDelayMs: 20 };
  const unit = supervise([{ name: 'compute', file, ...delays, oomScore: 800, start: {} as never }], {
    line: () => {},
    restarted: () => {},
    refused: () => {},
    ready: () => ready++,
  });
  const score = () => readFileSync(`/proc/${unit.pids().compute}/oom_score_adj`, 'utf8').trim();
  const until = async (is: () => boolean) => {
    for (let i = 0; i < 200 && !is(); i++) await wait(25);
    assert.ok(is());
  };
  try {
    await until(() => ready === 1);
    await until(() => score() === '800');
    process.kill(unit.pids().compute!, 'SIGKILL');
    await until(() => ready === 2);
    await until(() => score() === '800');
  } finally {
    await unit.stop([['compute']]);
    rmSync(dir, { recursive: true });
  }
});

test('F25: the service file of docs/install.md keeps control when memory runs out: limit, score, and no stop of all with one', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/install.md'), 'utf8');
  const unit = /\[Service\]\n([\s\S]*?)\n\n\[Install\]/.exec(text)![1]!.split('\n');
  for (const line of ['OOMScoreAdjust=-900', 'OOMPolicy=continue', 'MemoryMax=90%'])
    assert.ok(unit.includes(line), line);
});

test.run();
