import { readdirSync, readFileSync } from 'node:fs';
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

export const start: Bench = {
  name: 'start',
  about: 'from `run` to the first control tick, to the first answered question; memory of the unit; Ctrl-C',
  async run() {
    const startedMs = performance.now();
    const unit = spawnUnit({ portBase: 23_100 });
    const figures: Figure[] = [];
    try {
      const firstTickMs = (await firstTick(unit)) - startedMs;
      figures.push({
        figure: 'first complete control tick (dead-man fed)',
        value: firstTickMs / 1000,
        unit: 's',
        goal: '<= 3 s',
        met: firstTickMs <= 3000,
      });
      await unit.until((state) => state.compute !== null, 20_000);
      await unit.ask('why is my flow too low?');
      const answeredS = (performance.now() - startedMs) / 1000;
      figures.push({
        figure: 'first answered question',
        value: answeredS,
        unit: 's',
        goal: '<= 10 s',
        met: answeredS <= 10,
      });
      const pids = { supervisor: unit.child.pid!, ...unit.pids() };
      const engines = childrenOf(unit.pids().compute!).map((pid) => ['engine', pid] as const);
      const each = [...Object.entries(pids), ...engines].map(([name, pid]) => ({ name, mib: pssMiB(pid) }));
      for (const { name, mib } of each)
        figures.push({ figure: `PSS ${name}`, value: mib, unit: 'MiB', goal: '', met: true });
      const sum = each.reduce((n, e) => n + e.mib, 0);
      figures.push({ figure: 'PSS of the unit', value: sum, unit: 'MiB', goal: '<= 550 MiB', met: sum <= 550 });
    } finally {
      const stoppedMs = performance.now();
      const code = await unit.stop();
      figures.push({
        figure: `Ctrl-C (exit ${code})`,
        value: (performance.now() - stoppedMs) / 1000,
        unit: 's',
        goal: 'exit 0',
        met: code === 0,
      });
    }
    return figures;
  },
};
