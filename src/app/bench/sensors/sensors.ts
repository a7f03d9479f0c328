import type { Mode } from '../../../contract/messages.ts';
import type { SensorName } from '../../../contract/points.ts';
import { seededRandom } from '../../../core/random.ts';
import { say } from '../../command.ts';
import type { Bench, Figure } from '../table.ts';
import { type Case, type Outcome, observe } from './house.ts';

/** What is judged: the coolant pair by the energy balance, the others by one that reads the same water. */
export const COOLANT = ['accelInC', 'accelOutC'] as const;
export const WATER = ['supplyC', 'condenserOutC', 'returnC', 'bufferBottomC'] as const;
/** Told where it can be; a drift of these has nothing to be held against. */
const OTHERS = ['bufferTopC', 'hotWaterC', 'roomC', 'outdoorC', 'dischargeC', 'accelChipC'] as const;
const DRIVEN = ['heatFlowLpm', 'accelFlowLpm', 'compressorW'] as const;
const MODES: readonly Mode[] = ['heating', 'auto', 'cooling', 'off'];
const RUNS: readonly Mode[] = ['heating', 'auto', 'cooling'];
const FROM_S = 3600;
/** F4: 0.1 K a minute, found before it is off by 5 K. */
const DRIFT_K_PER_S = 0.1 / 60;
const FOUND_BEFORE_K = 5;
/** F5: ten minutes of run. */
const SWAP_S = 600;
/** F2: a minute from a residual of 3 K on, and what a pipe needs to show it. */
const STUCK_S = 360;

export type Kind = 'drift' | 'swap' | 'stuck' | 'none';

/** One random case of a kind: `points` drift, change places (two) or stand still. */
export function caseOf(kind: Kind, points: readonly SensorName[], mode: Mode, seed: number): Case & { sizeK: number } {
  const random = seededRandom(seed ^ 0x5e15);
  const sizeK = (0.5 + 4.5 * random()) * (random() < 0.5 ? -1 : 1);
  const [a, b] = points as [SensorName, SensorName];
  const kept = new Map<SensorName, number>();
  const lies: Record<Kind, Case['lie']> = {
    none: () => ({}),
    drift: (sound, s) => ({
      [a]: sound[a].value + Math.sign(sizeK) * Math.min(Math.abs(sizeK), DRIFT_K_PER_S * s),
    }),
    swap: (sound) => ({ [a]: sound[b].value, [b]: sound[a].value }),
    stuck(sound) {
      if (!kept.has(a)) kept.set(a, sound[a].value);
      return { [a]: kept.get(a)! };
    },
  };
  const hours = { none: 24, drift: 4, swap: 3, stuck: 5 }[kind];
  return { seed, mode, hours, fromS: kind === 'none' ? 86_400 : FROM_S, lie: lies[kind], sizeK };
}

interface Row {
  what: string;
  cases: number;
  /** Cases in which the reading was wrong while its water moved, or that were told. */
  wrong: number;
  told: number;
  toldS: number[];
  /** Longest for which a wrong reading was believed, s. */
  worstS: number;
  falseAlarms: string[];
}

const median = (list: readonly number[]) => list.toSorted((x, y) => x - y)[Math.floor(list.length / 2)] ?? Number.NaN;

function rowOf(what: string, outcomes: readonly Outcome[]): Row {
  const sound = outcomes.filter((o) => o.falseAlarm === undefined);
  const told = sound.filter((o) => o.toldS < Number.POSITIVE_INFINITY);
  return {
    what,
    cases: outcomes.length,
    wrong: sound.filter((o) => o.wrongS > 0 || told.includes(o)).length,
    told: told.length,
    toldS: told.map((o) => o.toldS),
    worstS: Math.max(0, ...sound.map((o) => o.wrongS)),
    falseAlarms: outcomes.flatMap((o) => o.falseAlarm ?? []),
  };
}

const lineOf = (r: Row) =>
  `${r.what.padEnd(34)} ${String(r.cases).padStart(3)} cases, wrong in ${String(r.wrong).padStart(3)}, told in ${String(r.told).padStart(3)}, ` +
  `median ${Number.isNaN(median(r.toldS)) ? '-' : `${median(r.toldS)} s`}, wrong and believed at most ${r.worstS} s`;

const figure = (what: string, value: number, unit: string, goal: string, met: boolean): Figure => ({
  figure: what,
  value,
  unit,
  goal,
  met,
});

function drifts(seed: number, each: number, heard: string[]): Figure[] {
  const figures: Figure[] = [];
  const groups = { coolant: COOLANT, water: WATER, 'nothing reads the same': OTHERS };
  for (const [group, points] of Object.entries(groups)) {
    const large: Outcome[] = [];
    for (const [p, point] of points.entries()) {
      const outcomes = Array.from({ length: each }, (_, i) => {
        const c = caseOf('drift', [point], RUNS[i % RUNS.length]!, seed + 100 * i + 17 * p);
        return { outcome: observe(c), sizeK: Math.abs(c.sizeK) };
      });
      large.push(...outcomes.filter((o) => o.sizeK > 4).map((o) => o.outcome));
      for (const [low, high] of [
        [0.5, 2.5],
        [2.5, 5],
      ] as const) {
        const bin = outcomes.filter((o) => o.sizeK >= low && o.sizeK < high).map((o) => o.outcome);
        const row = rowOf(`drift of ${point}, ${low} to ${high} K`, bin);
        heard.push(...row.falseAlarms);
        say(lineOf(row));
      }
    }
    if (group === 'nothing reads the same') continue;
    const row = rowOf(group, large);
    // One that was right all the while its water moved hurts nobody.
    const goal = `each of ${row.wrong} before ${FOUND_BEFORE_K} K`;
    figures.push(figure(`drift above 4 K found, ${group}`, row.told, 'cases', goal, row.told === row.wrong));
  }
  return figures;
}

function swaps(seed: number, each: number, heard: string[]): Figure[] {
  const points = [...COOLANT, ...WATER, 'bufferTopC', 'hotWaterC'] as const;
  const all: Outcome[] = [];
  for (const [i, a] of points.entries()) {
    for (const b of points.slice(i + 1)) {
      const outcomes = Array.from({ length: each }, (_, n) =>
        observe(caseOf('swap', [a, b], RUNS[n % RUNS.length]!, seed + 7000 + 100 * n)),
      );
      const row = rowOf(`swap of ${a} and ${b}`, outcomes);
      heard.push(...row.falseAlarms);
      all.push(...outcomes);
      say(lineOf(row));
    }
  }
  const row = rowOf('swaps', all);
  const late = all.filter((o) => o.wrongS > SWAP_S).length;
  return [
    figure(
      'swaps told of those that made a reading wrong',
      (100 * row.told) / Math.max(1, row.wrong),
      '%',
      '>= 90 %',
      row.told >= 0.9 * row.wrong,
    ),
    figure(
      'swaps believed for more than 10 min of run',
      late,
      'cases',
      `<= 10 % of ${all.length}`,
      late <= 0.1 * all.length,
    ),
  ];
}

function stucks(seed: number, each: number, heard: string[]): Figure[] {
  let late = 0;
  let cases = 0;
  for (const point of [...COOLANT, ...WATER, ...OTHERS, ...DRIVEN]) {
    const outcomes = MODES.flatMap((mode, m) =>
      Array.from({ length: each }, (_, n) => observe(caseOf('stuck', [point], mode, seed + 9000 + 100 * n + 7 * m))),
    );
    const row = rowOf(`${point} stands still`, outcomes);
    heard.push(...row.falseAlarms);
    say(lineOf(row));
    if (!([...COOLANT, ...WATER] as readonly string[]).includes(point)) continue;
    cases += outcomes.length;
    late += outcomes.filter((o) => o.wrongS > STUCK_S).length;
  }
  const goal = `<= 10 % of ${cases}`;
  return [
    figure(
      `coolant and water: off by 3 K and believed for more than ${STUCK_S} s`,
      late,
      'cases',
      goal,
      late <= 0.1 * cases,
    ),
  ];
}

export const sensors: Bench = {
  name: 'sensors',
  about:
    'drifting, swapped and stuck sensors in random houses: how soon they are told, and false alarms where nothing is broken',
  async run({ quick, seed }) {
    const base = 1000 * seed;
    const heard: string[] = [];
    const days = quick ? 8 : 100;
    for (let day = 0; day < days; day++) {
      const { falseAlarm } = observe(caseOf('none', [], MODES[day % MODES.length]!, base + 31 * day));
      if (falseAlarm) heard.push(falseAlarm);
    }
    const figures = [
      ...drifts(base, quick ? 2 : 8, heard),
      ...swaps(base, quick ? 1 : 3, heard),
      ...stucks(base, quick ? 1 : 3, heard),
    ];
    for (const text of heard) say(`false alarm: ${text}`);
    return [
      figure(`false alarms in ${days} sound house-days, and before a fault`, heard.length, '', '0', heard.length === 0),
      ...figures,
    ];
  },
};
