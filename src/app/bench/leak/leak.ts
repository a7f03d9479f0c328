import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { setPoint } from '../../client.ts';
import { type SpawnedUnit, spawnUnit } from '../../spawn-unit.ts';
import type { Bench, Figure } from '../table.ts';
import { coreLeak } from './core.ts';
import { type Slope, slopeOf } from './slope.ts';

const PORT_BASE = 23_740;
const MIB = 2 ** 20;
const GOAL_MIB = 1;
/** 72 hours of control. */
const CORE_TICKS = 2_592_000;
/** A busy household's day: a question every 30 s (as `bench wear`). */
const DAY_QUESTIONS = 2880;
const SAMPLE_MS = 20_000;
/** Caches fill, code is compiled: what a process grows by in this share of the run is not judged. */
const WARM_SHARE = 0.4;
const ASKERS = 3;

interface Sample {
  questions: number;
  pssMib: number;
}
/** Kept bytes after a full collection, and open files, of each sample. */
type Kept = { bytes: number; fds: number }[];

const keptBy = (dir: string, pid: number): Kept =>
  readFileSync(join(dir, String(pid)), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [bytes, fds] = line.split(' ').map(Number);
      return { bytes: bytes!, fds: fds! };
    });

const pssOf = (pid: number) =>
  Number(/^Pss: +(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;

/** Questions without a pause, a page that looks, a person who turns the knob. */
function load(unit: SpawnedUnit) {
  let going = true;
  const done = { questions: 0 };
  const asks = async (asker: number) => {
    for (let i = 0; going; i++) {
      await unit.ask(`why is my flow too low? (${asker} ${i})`).then(
        () => done.questions++,
        () => pause(100),
      );
    }
  };
  const looks = async () => {
    for (let i = 0; going; i++) {
      await unit.state().catch(() => {});
      await fetch(`${unit.url}/api/history?points=roomC,supplyC&hours=1`).then(
        (r) => r.arrayBuffer(),
        () => {},
      );
      if (i % 10 === 0) await setPoint(unit.url, 'roomSetC', 20 + ((i / 10) % 3)).catch(() => {});
      await pause(500);
    }
  };
  const all = [...Array.from({ length: ASKERS }, (_, i) => asks(i)), looks()];
  return {
    done,
    async stop() {
      going = false;
      await Promise.all(all);
    },
  };
}

async function watch(unit: SpawnedUnit, forMs: number): Promise<{ samples: Map<string, Sample[]>; questions: number }> {
  const loaded = load(unit);
  const pids = unit.pids();
  const samples = new Map(Object.keys(pids).map((name): [string, Sample[]] => [name, []]));
  for (const endMs = performance.now() + forMs; performance.now() < endMs; ) {
    await pause(SAMPLE_MS);
    for (const [name, pid] of Object.entries(pids)) {
      process.kill(pid, 'SIGUSR2');
      samples.get(name)!.push({ questions: loaded.done.questions, pssMib: pssOf(pid) });
    }
  }
  await loaded.stop();
  await pause(2000);
  const now = unit.pids();
  for (const [name, pid] of Object.entries(pids)) if (now[name] !== pid) throw new Error(`${name} was restarted`);
  return { samples, questions: loaded.done.questions };
}

function figuresOf(name: string, seen: readonly Sample[], kept: Kept): Figure[] {
  const from = Math.floor(WARM_SHARE * seen.length);
  const judged = seen.slice(from);
  const days = (s: Sample) => s.questions / DAY_QUESTIONS;
  const slope = slopeOf(judged.map((s, i) => [days(s), kept[from + i]!.bytes / MIB]));
  const fds = (list: Kept) => Math.max(...list.map((k) => k.fds));
  const half = from + Math.floor(judged.length / 2);
  const [before, after] = [fds(kept.slice(from, half)), fds(kept.slice(half))];
  return [
    grown(`${name}: kept for a day's ${DAY_QUESTIONS} questions`, slope),
    {
      figure: `${name}: open files, most in the second half`,
      value: after,
      unit: '',
      reference: { name: 'in the first', value: before },
      goal: '<= the first + 2',
      met: after <= before + 2,
    },
    {
      figure: `${name}: PSS at the end`,
      value: seen.at(-1)!.pssMib,
      unit: 'MiB',
      reference: { name: 'once warm', value: judged[0]!.pssMib },
      goal: '',
      met: true,
    },
  ];
}

const grown = (figure: string, { perX, halfWidth }: Slope): Figure => ({
  figure: `${figure} (95 %: +-${halfWidth.toPrecision(2)})`,
  value: perX,
  unit: 'MiB/day',
  goal: `<= ${GOAL_MIB} MiB/day at the upper end`,
  met: perX + halfWidth <= GOAL_MIB,
});

export const leak: Bench = {
  name: 'leak',
  about: 'what control keeps of 72 hours of ticks, and each process of a unit that is asked without a pause (F32)',
  async run({ quick }) {
    const core = coreLeak(quick ? CORE_TICKS / 10 : CORE_TICKS);
    const dir = mkdtempSync(join(tmpdir(), 'heatmine-leak-'));
    const env = { HEATMINE_LEAK_DIR: dir, NODE_OPTIONS: `--import ${new URL('probe.ts', import.meta.url).href}` };
    const unit = spawnUnit({ portBase: PORT_BASE, args: ['--speed', '60'], env });
    try {
      await unit.until((s) => s.control !== null && s.compute !== null, 120_000);
      const { samples, questions } = await watch(unit, (quick ? 6 : 40) * 60_000);
      const pids = unit.pids();
      const processes = [...samples].flatMap(([name, seen]) => figuresOf(name, seen, keptBy(dir, pids[name]!)));
      const asked: Figure = {
        figure: `questions answered, of ${DAY_QUESTIONS} a day`,
        value: questions / DAY_QUESTIONS,
        unit: 'days',
        goal: '',
        met: true,
      };
      return [grown(`control: kept of ${quick ? 7.2 : 72} h of ticks, for a day`, core), asked, ...processes];
    } finally {
      await unit.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  },
};
