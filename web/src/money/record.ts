/** What the money screen asks history for. */
export const MONEY_POINTS = [
  'accelW',
  'accelHeatW',
  'heatNeedW',
  'gridW',
  'priceEurPerKwh',
  'exportEurPerKwh',
  'condenserW',
  'compressorW',
  'tokensPerS',
  'answered',
  'answerTokens',
] as const;
type Point = (typeof MONEY_POINTS)[number];

/** One step of the record, all of it known. */
export interface Slice {
  hours: number;
  accelW: number;
  /** Heat that reached the house side, never less than nothing. */
  heatW: number;
  needW: number;
  /** Above zero the house buys, below it feeds in. */
  gridW: number;
  priceEurPerKwh: number;
  exportEurPerKwh: number;
  idle: boolean;
}

export interface MoneyRecord {
  slices: Slice[];
  days: number;
  /** Of the own heat pump over the record; null while it has not run. */
  cop: number | null;
  /** Mean of the recorded days; of less than a day, what there were. */
  answersPerDay: number;
  /** Mean length of an answer here; null before the first. */
  tokensPerAnswer: number | null;
}

/** Below this the compressor stands. */
const RUNNING_W = 50;
/** Taken where the own heat pump has not run yet. */
export const ASSUMED_COP = 3.5;

/** Counters begin anew when a process does: only what they rise by counts. */
function risen(values: (number | null)[]): number {
  const known = values.filter((value) => value !== null);
  return known.slice(1).reduce((sum, value, i) => sum + Math.max(0, value - known[i]!), 0);
}

/** From rows of history, times first. Rows with a gap in what money is reckoned from are left out. */
export function recordOf({ rows, minutes }: { rows: (number | null)[][]; minutes: number[] }): MoneyRecord {
  const column = (point: Point) => rows.map((row) => row[1 + MONEY_POINTS.indexOf(point)] ?? null);
  const values = Object.fromEntries(MONEY_POINTS.map((point) => [point, column(point)])) as Record<
    Point,
    (number | null)[]
  >;
  const slices = rows.flatMap((_, i): Slice[] => {
    const at = (point: Point) => values[point][i] ?? null;
    const [accelW, gridW, priceEurPerKwh] = [at('accelW'), at('gridW'), at('priceEurPerKwh')];
    if (accelW === null || gridW === null || priceEurPerKwh === null) return [];
    return [
      {
        hours: (minutes[i] ?? 0) / 60,
        accelW: Math.max(0, accelW),
        heatW: Math.max(0, at('accelHeatW') ?? 0),
        needW: Math.max(0, at('heatNeedW') ?? 0),
        gridW,
        priceEurPerKwh,
        exportEurPerKwh: at('exportEurPerKwh') ?? 0,
        idle: (at('tokensPerS') ?? 0) <= 0,
      },
    ];
  });
  const days = slices.reduce((sum, { hours }) => sum + hours, 0) / 24;
  let heat = 0;
  let electric = 0;
  for (const [i, watts] of values.compressorW.entries()) {
    if (watts === null || watts < RUNNING_W) continue;
    electric += watts * minutes[i]!;
    heat += Math.max(0, values.condenserW[i] ?? 0) * minutes[i]!;
  }
  const answers = risen(values.answered);
  return {
    slices,
    days,
    cop: electric > 0 && heat > 0 ? heat / electric : null,
    // Of less than a day nothing is extrapolated: a question just now makes no thousand a day.
    answersPerDay: answers / Math.max(1, days),
    tokensPerAnswer: answers > 0 ? risen(values.answerTokens) / answers : null,
  };
}

export interface Booked {
  computeKwh: number;
  electricityEur: number;
  heatKwh: number;
  heatEur: number;
  idleKwh: number;
  idleEur: number;
}

/** What computing has cost and what its heat was worth. Own sun counts as what feeding it in would have paid. */
export function booked({ slices, cop }: MoneyRecord): Booked {
  const sum: Booked = { computeKwh: 0, electricityEur: 0, heatKwh: 0, heatEur: 0, idleKwh: 0, idleEur: 0 };
  for (const slice of slices) {
    const kwh = (slice.accelW * slice.hours) / 1000;
    const boughtShare = slice.accelW > 0 ? Math.min(1, Math.max(0, slice.gridW) / slice.accelW) : 0;
    const eur = kwh * (boughtShare * slice.priceEurPerKwh + (1 - boughtShare) * slice.exportEurPerKwh);
    const heatKwh = (slice.heatW * slice.hours) / 1000;
    sum.computeKwh += kwh;
    sum.electricityEur += eur;
    sum.heatKwh += heatKwh;
    sum.heatEur += (heatKwh * slice.priceEurPerKwh) / (cop ?? ASSUMED_COP);
    if (slice.idle) {
      sum.idleKwh += kwh;
      sum.idleEur += eur;
    }
  }
  return sum;
}
