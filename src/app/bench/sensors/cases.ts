import type { Mode } from '../../../contract/messages.ts';
import type { SensorName } from '../../../contract/points.ts';
import { seededRandom } from '../../../core/random.ts';
import type { Case } from './house.ts';

/** What is judged: the coolant pair by the energy balance, the others by one that reads the same water. */
const COOLANT = ['accelInC', 'accelOutC'] as const;
const WATER = ['supplyC', 'condenserOutC', 'returnC', 'bufferBottomC'] as const;
/** Told where it can be; what lies here has nothing to be held against, so there is no goal. */
const OTHERS = ['bufferTopC', 'hotWaterC', 'roomC', 'outdoorC', 'dischargeC', 'accelChipC'] as const;
const DRIVEN = ['heatFlowLpm', 'accelFlowLpm', 'compressorW'] as const;
const MODES: readonly Mode[] = ['heating', 'auto', 'cooling', 'off'];
const RUNS: readonly Mode[] = ['heating', 'auto', 'cooling'];
const FROM_H = 1;
/** F4: 0.1 K a minute, found before it is off by 5 K; what is off by less than 4 K is not judged. */
const DRIFT_K_PER_S = 0.1 / 60;
const DRIFT_K = [4, 5] as const;
const SMALL_DRIFT_K = [0.5, 5] as const;

export type Kind = 'drift' | 'swap' | 'stuck' | 'none';
const HOURS: Record<Kind, number> = { none: 24, drift: 4, swap: 3, stuck: 5 };
/** A tank is known by its charges: it drifts in a house that has lived a while, and is told by the charges that follow. */
const TANK_FROM_H = 36;
const TANK_HOURS = 60;

/** How long a case lasts, and from when on its sensors lie; a sound house never does. */
function lifeOf(kind: Kind, points: readonly SensorName[]): { hours: number; fromS: number } {
  const tank = kind === 'drift' && points[0] === 'hotWaterC';
  const hours = tank ? TANK_HOURS : HOURS[kind];
  const fromH = kind === 'none' ? hours : tank ? TANK_FROM_H : FROM_H;
  return { hours, fromS: fromH * 3600 };
}

/** One random case, as plain data; `row` is what it is listed under. */
export interface Spec {
  kind: Kind;
  points: readonly SensorName[];
  mode: Mode;
  seed: number;
  /** How far a drift goes, K. */
  driftK: readonly [least: number, most: number];
  row: string;
}

/** One case of a kind: `points` drift, change places (two) or stand still. */
export function caseOf(
  kind: Kind,
  points: readonly SensorName[],
  mode: Mode,
  seed: number,
  [leastK, mostK]: readonly [number, number] = DRIFT_K,
): Case {
  const random = seededRandom(seed ^ 0x5e15);
  const sizeK = (leastK + (mostK - leastK) * random()) * (random() < 0.5 ? -1 : 1);
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
  return { seed, mode, ...lifeOf(kind, points), lie: lies[kind] };
}

export const hoursOf = ({ kind, points }: Spec): number => lifeOf(kind, points).hours;

/** Each case is a house of its own: as many in each mode, none for two points. */
function each(
  from: number,
  modes: readonly Mode[],
  count: number,
  of: Pick<Spec, 'kind' | 'points' | 'row'> & Partial<Pick<Spec, 'driftK'>>,
): Spec[] {
  return Array.from({ length: count }, (_, i) => ({
    driftK: DRIFT_K,
    ...of,
    mode: modes[i % modes.length]!,
    seed: from + i,
  }));
}

/** Houses of one row, so far apart that no two rows share one. */
const ROW = 1000;
export const PARTS = ['sound', 'drift', 'swap', 'stuck', 'others'] as const;
export type Part = (typeof PARTS)[number];

/** `base` + 100 rows: houses of one seed. `quick`: a few of each. */
export function specsOf(part: Part, base: number, quick: boolean): Spec[] {
  const judged = [...COOLANT, ...WATER];
  if (part === 'sound')
    return each(base, MODES, quick ? 8 : 200, { kind: 'none', points: [], row: 'nothing is broken' });
  if (part === 'drift')
    return judged.flatMap((point, p) =>
      each(base + ROW * (1 + p), RUNS, quick ? 2 : 8, { kind: 'drift', points: [point], row: `drift of ${point}` }),
    );
  if (part === 'swap') {
    const points = [...judged, 'bufferTopC', 'hotWaterC'] as const;
    const pairs = points.flatMap((a, i) => points.slice(i + 1).map((b) => [a, b] as const));
    return pairs.flatMap((pair, p) =>
      each(base + ROW * (10 + p), RUNS, quick ? 1 : 3, {
        kind: 'swap',
        points: pair,
        row: `swap of ${pair.join(' and ')}`,
      }),
    );
  }
  if (part === 'stuck')
    return judged.flatMap((point, p) =>
      each(base + ROW * (40 + p), MODES, quick ? 4 : 12, {
        kind: 'stuck',
        points: [point],
        row: `${point} stands still`,
      }),
    );
  return [...OTHERS, ...DRIVEN].flatMap((point, p) => [
    ...((OTHERS as readonly string[]).includes(point)
      ? each(base + ROW * (50 + p), RUNS, quick ? 2 : 8, {
          ...{ kind: 'drift', points: [point], row: `drift of ${point}` },
          driftK: SMALL_DRIFT_K,
        })
      : []),
    ...each(base + ROW * (60 + p), MODES, quick ? 4 : 12, {
      kind: 'stuck',
      points: [point],
      row: `${point} stands still`,
    }),
  ]);
}
