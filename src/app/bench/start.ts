import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathsOf } from '../../core/paths.ts';
import { openPlantSocket } from '../plant-socket.ts';
import { type SpawnedUnit, spawnUnit } from '../spawn-unit.ts';
import type { Bench, Figure } from './table.ts';

/** Proportional set size: shared pages are counted once over all processes. */
const pssMiB = (pid: number): number =>
  Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) / 1024;

/** Processes that a process of the unit started itself. */
function childrenOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  return tasks.flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** When the simulated relay chain was first held: control has then completed a tick with all its sensors. */
async function firstTick(unit: SpawnedUnit): Promise<number> {
  const untilMs = performance.now() + 20_000;
  while (performance.now() < untilMs) {
    const plant = await openPlantSocket(pathsOf(unit.home).sockets.plant).catch(() => undefined);
    const held = (await plant?.lines())?.deadMan === 'held';
    plant?.close();
    if (held) return performance.now();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no complete control tick within 20 s; the unit said:\n${unit.output()}`);
}

const MOST_MIB = 550;

/** MiB of each process of the unit, and of those that they started. */
function memoryOf(unit: SpawnedUnit): Map<string, number> {
  const pids = { supervisor: unit.child.pid!, ...unit.pids() };
  const engines = childrenOf(unit.pids().compute!).map((pid) => ['engine', pid] as const);
  return new Map([...Object.entries(pids), ...engines].map(([name, pid]) => [name, pssMiB(pid)]));
}

interface Started {
  tickS: number;
  answerS: number;
  mib: Map<string, number>;
  sumMiB: number;
  stopS: number;
  code: number | null;
}

/** One life of a unit in a new home; with an environment of its own. */
async function startedOnce(env: Record<string, string> = {}): Promise<Started> {
  const startedMs = performance.now();
  const sinceS = (ms: number) => (performance.now() - ms) / 1000;
  const unit = spawnUnit({ portBase: 23_100, env });
  try {
    await firstTick(unit);
    const tickS = sinceS(startedMs);
    await unit.until((state) => state.compute !== null, 20_000);
    await unit.ask('why is my flow too low?');
    const answerS = sinceS(startedMs);
    const mib = memoryOf(unit);
    const sumMiB = [...mib.values()].reduce((sum, n) => sum + n, 0);
    const stoppedMs = performance.now();
    const code = await unit.stop();
    return { tickS, answerS, mib, sumMiB, stopS: sinceS(stoppedMs), code };
  } finally {
    await unit.stop();
  }
}

/** The first start where `npm ci` did not fill the cache: for another user, or a new Node. */
async function startedCold(): Promise<Started> {
  const cache = mkdtempSync(join(tmpdir(), 'heatmine-cache-'));
  return startedOnce({ NODE_COMPILE_CACHE: cache }).finally(() => rmSync(cache, { recursive: true, force: true }));
}

export const start: Bench = {
  name: 'start',
  about: 'from `run` to the first control tick, to the first answered question; memory of the unit; Ctrl-C',
  async run() {
    const cold = await startedCold();
    const warm = await startedOnce();
    const name = 'nothing in the cache';
    const of = (
      figure: string,
      unit: string,
      goal: string,
      value: (s: Started) => number,
      isMet: (s: Started) => boolean,
    ): Figure => {
      const reference = { name, value: value(cold) };
      return { figure, value: value(warm), unit, reference, goal, met: isMet(warm) && isMet(cold) };
    };
    return [
      of(
        'first complete control tick (dead-man fed)',
        's',
        '<= 3 s',
        ({ tickS }) => tickS,
        ({ tickS }) => tickS <= 3,
      ),
      of(
        'first answered question',
        's',
        '<= 10 s',
        ({ answerS }) => answerS,
        ({ answerS }) => answerS <= 10,
      ),
      ...[...warm.mib.keys()].map((process) =>
        of(
          `PSS ${process}`,
          'MiB',
          '',
          ({ mib }) => mib.get(process) ?? 0,
          () => true,
        ),
      ),
      of(
        'PSS of the unit',
        'MiB',
        `<= ${MOST_MIB} MiB`,
        ({ sumMiB }) => sumMiB,
        ({ sumMiB }) => sumMiB <= MOST_MIB,
      ),
      of(
        `Ctrl-C (exit ${warm.code} and ${cold.code})`,
        's',
        'exit 0',
        ({ stopS }) => stopS,
        ({ code }) => code === 0,
      ),
    ];
  },
};
