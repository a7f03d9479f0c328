import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../core/errors.ts';
import { say } from '../../command.ts';
import type { OnProgress } from '../../progress-teller.ts';
import { type SpawnedUnit, spawnUnit } from '../../spawn-unit.ts';
import { partsOf } from '../parts.ts';
import type { Bench, Figure } from '../table.ts';
import { pressureFigures } from './pressure.ts';
import { stepFigures } from './step.ts';

const QUERIES = 500;
const CONCURRENT = 8;
/** As many as control's percentiles are made of, so that the loaded ones have no idle tick among them. */
const TICKS = 1200;
const QUICK_TICKS = 300;
const PARTS = ['step', 'ticks', 'pressure'] as const;
/** `pressure` needs rights that a bench has not everywhere. */
const UNNAMED = ['step', 'ticks'] as const;
const START_MS = 180_000;
/** Patience with ticks that come late, and with compute after the last of them. */
const LATE_MS = 120_000;
const ANSWERS_MS = 600_000;
/** Before one who was refused asks again: without it the unit's limit of requests would be what is measured. */
const AGAIN_MS = 500;

/** Keeps asking until told to stop, so that compute is saturated all the while; counts the answers. */
function load(unit: SpawnedUnit) {
  let going = true;
  let untilMs = Number.POSITIVE_INFINITY;
  const count = { answered: 0, refused: 0 };
  const refusals = new Set<string>();
  const lacks = () => count.answered + count.refused < QUERIES && performance.now() < untilMs;
  const one = async () => {
    while (going || lacks()) {
      try {
        await unit.ask(`why is my flow too low? (${count.answered})`);
        count.answered++;
      } catch (error) {
        count.refused++;
        refusals.add(messageOf(error));
        await sleep(AGAIN_MS);
      }
    }
  };
  const all = Promise.all(Array.from({ length: CONCURRENT }, one));
  return {
    count,
    refusals,
    /** Resolves once QUERIES are through, or when compute has had `forMs` more. */
    async stop(forMs: number): Promise<void> {
      going = false;
      untilMs = performance.now() + forMs;
      await all;
    },
  };
}

/** Ticks pass, then the lateness of just these, as control itself measured it. `onTick`: how many of them have passed. */
export async function lateness(unit: SpawnedUnit, ticks: number, onTick: (passed: number) => void = () => {}) {
  const from = (await unit.state()).control!.tick;
  const passed = (tick: number) => {
    onTick(Math.min(ticks, tick - from));
    return tick >= from + ticks;
  };
  await unit.until((s) => passed(s.control?.tick ?? 0), (from + ticks) * 100 + LATE_MS);
  return (await unit.state()).control!.lateness;
}

function latenessFigures(idle: Lateness, busy: Lateness, answers: { answered: number; refused: number }): Figure[] {
  const rows = [
    { name: 'idle', l: idle },
    { name: 'loaded', l: busy },
  ].flatMap(({ name, l }): Figure[] => [
    { figure: `p50 ${name}`, value: l.p50Ms, unit: 'ms', goal: '', met: true },
    { figure: `p99 ${name}`, value: l.p99Ms, unit: 'ms', goal: '<= 5 ms', met: l.p99Ms <= 5 },
    {
      figure: `max ${name}, since the start (${l.ticks} ticks, real-time ${l.realtime ? 'yes' : 'no'})`,
      value: l.maxMs,
      unit: 'ms',
      goal: '',
      met: true,
    },
  ]);
  const missed = (busy.missed ?? 0) - (idle.missed ?? 0);
  const overMs = busy.p99Ms - idle.p99Ms;
  return [
    ...rows,
    { figure: 'ticks missed under load', value: missed, unit: '', goal: '0', met: missed === 0 },
    {
      figure: 'p99 loaded over idle',
      value: overMs,
      unit: 'ms',
      reference: { name: 'idle p99', value: idle.p99Ms },
      goal: '<= 1 ms',
      met: overMs <= 1,
    },
    {
      figure: `websocket queries answered (${answers.refused} refused)`,
      value: answers.answered,
      unit: '',
      goal: `>= ${QUERIES}`,
      met: answers.answered >= QUERIES,
    },
  ];
}

type Lateness = Awaited<ReturnType<typeof lateness>>;

/** A real unit of its own, idle and then with compute saturated. */
async function tickFigures(ticks: number, onProgress: OnProgress = () => {}): Promise<Figure[]> {
  const of = 2 * ticks + QUERIES;
  const unit = spawnUnit({ portBase: 23_000 });
  try {
    await unit.until((s) => s.compute !== null && s.control !== null, START_MS);
    say(`${ticks} ticks idle ...`);
    const idle = await lateness(unit, ticks, (passed) => onProgress(passed, of));
    say(`${ticks} ticks with ${CONCURRENT} questions at a time ...`);
    const asking = load(unit);
    const answered = () => Math.min(QUERIES, asking.count.answered);
    const busy = await lateness(unit, ticks, (passed) => onProgress(ticks + passed + answered(), of)).catch(
      async (error) => {
        await asking.stop(0);
        throw error;
      },
    );
    const telling = setInterval(() => onProgress(2 * ticks + answered(), of), 1000);
    await asking.stop(ANSWERS_MS).finally(() => clearInterval(telling));
    for (const refusal of asking.refusals) say(`refused: ${refusal}`);
    return latenessFigures(idle, busy, asking.count);
  } finally {
    await unit.stop();
  }
}

export const loop: Bench = {
  name: 'loop',
  about:
    'a step of 5 kW into the coolant loop of the modelled house, through all of control; lateness of control ticks, idle and with compute saturated plus 500 websocket queries (five minutes). Parts: step, ticks, pressure (short of memory, as root; only when named)',
  async run({ quick, parts = [], onProgress }) {
    const asked = partsOf('loop', PARTS, parts, UNNAMED);
    return [
      ...(asked.includes('step') ? stepFigures() : []),
      ...(asked.includes('ticks') ? await tickFigures(quick ? QUICK_TICKS : TICKS, onProgress) : []),
      ...(asked.includes('pressure') ? await pressureFigures(quick ? QUICK_TICKS : TICKS) : []),
    ];
  },
};
