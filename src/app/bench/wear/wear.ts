import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { spawnUnit } from '../../spawn-unit.ts';
import type { Bench, Figure } from '../table.ts';

const PORT_BASE = 23_700;
const DAY_S = 86_400;
const MOST_MB = 20;
const MOST_SYNCS = 2000;
/** A busy household: 2,880 questions a day, and a page that is open all the time. */
const QUESTION_EVERY_S = 30;

function buildCounter(dir: string): string {
  const library = join(dir, 'syncs.so');
  const source = join(import.meta.dirname, 'syncs.c');
  const built = spawnSync('cc', ['-O1', '-shared', '-fPIC', '-o', library, source], { encoding: 'utf8' });
  if (built.error) throw new Error('counting fsyncs needs a C compiler (Debian: gcc, libc6-dev)');
  if (built.status !== 0) throw new Error(`syncs.c: ${built.stderr}`);
  return library;
}

/** The process and all below it. */
function treeOf(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return [];
  const children = readdirSync(tasks).flatMap((task) =>
    readFileSync(`${tasks}/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(treeOf)];
}

/** Bytes that each process has sent towards the disk (proc_pid_io(5), write_bytes). */
function writtenBy(pid: number): Map<number, number> {
  return new Map(
    treeOf(pid).map((each) => {
      const text = readFileSync(`/proc/${each}/io`, 'utf8');
      return [each, Number(/^write_bytes: (\d+)$/m.exec(text)?.[1] ?? 0)];
    }),
  );
}

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

export const wear: Bench = {
  name: 'wear',
  about: 'what a running unit writes to its card in a day, from 20 minutes of one that is asked and looked at (F31)',
  async run({ quick }) {
    const minutes = quick ? 4 : 20;
    const dir = mkdtempSync(join(tmpdir(), 'heatmine-wear-'));
    const log = join(dir, 'syncs');
    const syncs = () => (existsSync(log) ? statSync(log).size : 0);
    const unit = spawnUnit({ portBase: PORT_BASE, env: { LD_PRELOAD: buildCounter(dir), HM_SYNCS: log } });
    try {
      await unit.until((s) => s.control !== null && s.compute !== null, 60_000);
      // The start writes once what a day does not write again.
      await pause(90_000);
      const [before, syncsBefore, fromMs] = [writtenBy(unit.child.pid!), syncs(), performance.now()];
      for (const endMs = fromMs + minutes * 60_000; performance.now() < endMs; ) {
        await unit.ask('why is my flow too low?').catch(() => {});
        const nextMs = Math.min(endMs, performance.now() + QUESTION_EVERY_S * 1000);
        for (; performance.now() < nextMs; await pause(1000)) await unit.state();
      }
      const after = writtenBy(unit.child.pid!);
      const perDay = DAY_S / ((performance.now() - fromMs) / 1000);
      const bytes = sum([...after].map(([pid, n]) => n - (before.get(pid) ?? 0)));
      return figuresOf((bytes * perDay) / 1e6, (syncs() - syncsBefore) * perDay, syncs());
    } finally {
      await unit.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};

const figuresOf = (mbPerDay: number, syncsPerDay: number, counted: number): Figure[] => [
  { figure: 'written', value: mbPerDay, unit: 'MB/day', goal: `<= ${MOST_MB} MB/day`, met: mbPerDay <= MOST_MB },
  {
    figure: 'fsync, fdatasync and msync',
    value: syncsPerDay,
    unit: 'a day',
    goal: `<= ${MOST_SYNCS} a day`,
    met: syncsPerDay <= MOST_SYNCS,
  },
  { figure: 'counted at all, so the counter works', value: counted, unit: '', goal: '> 0', met: counted > 0 },
];
