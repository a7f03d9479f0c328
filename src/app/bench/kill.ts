import { pathsOf } from '../../core/paths.ts';
import { setPoint } from '../client.ts';
import { isSafe, type Lines, openPlantSocket, type PlantSocket } from '../plant-socket.ts';
import { type SpawnedUnit, spawnUnit } from '../spawn-unit.ts';
import type { Bench, Figure } from './table.ts';

const LIMIT_MS = 500;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(plant: PlantSocket, test: (l: Lines) => boolean, limitMs: number): Promise<number> {
  const fromMs = performance.now();
  for (;;) {
    const now = await plant.lines();
    const elapsedMs = performance.now() - fromMs;
    if (test(now)) return elapsedMs;
    if (elapsedMs > limitMs)
      throw new Error(`the plant did not get there within ${limitMs} ms: ${JSON.stringify(now)}`);
    await pause(5);
  }
}

/** One blow at control; how long until the plant was safe, and until control held the dead-man again. */
async function blow(
  unit: SpawnedUnit,
  plant: PlantSocket,
  signal: 'SIGKILL' | 'SIGSTOP',
  pid: number,
): Promise<{ safeMs: number; backMs: number }> {
  process.kill(pid, signal);
  const safeMs = await until(plant, isSafe, 5000);
  const fromMs = performance.now();
  if (signal === 'SIGSTOP') process.kill(pid, 'SIGCONT');
  await until(plant, (l) => l.deadMan === 'held', 20_000).catch((error) => {
    throw new Error(`${error.message}\n${unit.output().slice(-2000)}`);
  });
  return { safeMs, backMs: performance.now() - fromMs };
}

export const kill: Bench = {
  name: 'kill',
  about: 'SIGKILL and SIGSTOP of control while the accelerator runs: how long until the plant is safe',
  async run({ quick }) {
    const times = quick ? 5 : 50;
    const unit = spawnUnit({ portBase: 23_200, args: ['--speed', '60'] });
    const figures: Figure[] = [];
    try {
      await unit.until((s) => s.control !== null, 20_000);
      const plant = await openPlantSocket(pathsOf(unit.home).sockets.plant);
      // Computing is worth it here, so that the accelerator runs whenever it may: each blow must have something to drop.
      await setPoint(unit.url, 'computeValueEurPerKwh', 2);
      for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
        const all: { safeMs: number; backMs: number }[] = [];
        for (let i = 0; i < times; i++) {
          await until(plant, (l) => l.deadMan === 'held' && l.outputs.accelSupplyOn === 1, 60_000);
          all.push(await blow(unit, plant, signal, unit.pids().control!));
        }
        const worstMs = Math.max(...all.map((a) => a.safeMs));
        const backMs = Math.max(...all.map((a) => a.backMs));
        figures.push({
          figure: `${signal} x ${times}: safe at the plant, worst`,
          value: worstMs,
          unit: 'ms',
          goal: `<= ${LIMIT_MS} ms`,
          met: worstMs <= LIMIT_MS,
        });
        figures.push({
          figure: `${signal}: control holds the dead-man again, worst`,
          value: backMs,
          unit: 'ms',
          goal: '<= 10 s',
          met: backMs <= 10_000,
        });
      }
      plant.close();
    } finally {
      await unit.stop();
    }
    return figures;
  },
};
