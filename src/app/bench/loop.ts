import { type SpawnedUnit, spawnUnit } from '../spawn-unit.ts';
import type { Bench, Figure } from './table.ts';

const QUERIES = 500;
const CONCURRENT = 8;

/** Keeps asking until told to stop, so that compute is saturated all the while; counts the answers. */
function load(unit: SpawnedUnit): { stop(): Promise<{ answered: number; refused: number }> } {
  let going = true;
  let answered = 0;
  let refused = 0;
  const one = async () => {
    while (going || answered + refused < QUERIES) {
      await unit.ask(`why is my flow too low? (${answered})`).then(
        () => answered++,
        () => refused++,
      );
    }
  };
  const all = Promise.all(Array.from({ length: CONCURRENT }, one));
  return {
    async stop() {
      going = false;
      await all;
      return { answered, refused };
    },
  };
}

/** Ticks pass, then the lateness of just these, as control itself measured it. */
export async function lateness(unit: SpawnedUnit, ticks: number) {
  const from = (await unit.state()).control!.tick;
  await unit.until((s) => (s.control?.tick ?? 0) >= from + ticks, (from + ticks) * 100 + 120_000);
  return (await unit.state()).control!.lateness;
}

export const loop: Bench = {
  name: 'loop',
  about: 'lateness of control ticks, idle and with compute saturated plus 500 websocket queries',
  async run({ quick }) {
    const ticks = quick ? 300 : 3000;
    const unit = spawnUnit({ portBase: 23_000 });
    try {
      await unit.until((s) => s.compute !== null && s.control !== null, 20_000);
      const idle = await lateness(unit, ticks);
      const asking = load(unit);
      const busy = await lateness(unit, ticks);
      const { answered, refused } = await asking.stop();
      const figures: Figure[] = [];
      for (const [name, l] of [
        ['idle', idle],
        ['loaded', busy],
      ] as const) {
        figures.push({ figure: `p50 ${name}`, value: l.p50Ms, unit: 'ms', goal: '', met: true });
        figures.push({ figure: `p99 ${name}`, value: l.p99Ms, unit: 'ms', goal: '<= 5 ms', met: l.p99Ms <= 5 });
        figures.push({
          figure: `max ${name} (${l.ticks} ticks, real-time ${l.realtime ? 'yes' : 'no'})`,
          value: l.maxMs,
          unit: 'ms',
          goal: '',
          met: true,
        });
      }
      const missed = (busy.missed ?? 0) - (idle.missed ?? 0);
      figures.push({ figure: 'ticks missed under load', value: missed, unit: '', goal: '0', met: missed === 0 });
      const overMs = busy.p99Ms - idle.p99Ms;
      figures.push({
        figure: 'p99 loaded over idle',
        value: overMs,
        unit: 'ms',
        reference: { name: 'idle p99', value: idle.p99Ms },
        goal: '<= 1 ms',
        met: overMs <= 1,
      });
      figures.push({
        figure: `websocket queries answered (${refused} refused)`,
        value: answered,
        unit: '',
        goal: `>= ${QUERIES}`,
        met: answered >= QUERIES,
      });
      return figures;
    } finally {
      await unit.stop();
    }
  },
};
