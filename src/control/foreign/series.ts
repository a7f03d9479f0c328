import { isObject, shown, within } from './json.ts';

/** The forecast of a line: series that begin with the step that begins now. */
export interface Forecast {
  stepS: number;
  /** Empty: not forecast. */
  outdoorC: number[];
  solarWm2: number[];
  priceEurPerKwh: number[];
}

/** Finer steps are averaged to this one: a day of seconds need not be kept. */
const FINEST_S = 60;
/** Two days of the finest step, which is as far as anybody looks. */
const MAX_ENTRIES = 3000;

interface Series {
  name: string;
  low: number;
  high: number;
  /** Entries to average into one. */
  each: number;
}

/** A hole in a series repeats the entry before it; a series that begins with a hole begins with its first number. */
function readSeries(x: unknown, { name, low, high, each }: Series, faults: string[]): number[] {
  if (x === undefined || x === null) return [];
  if (!Array.isArray(x)) {
    faults.push(`forecast.${name} ${shown(x)} is no list: ignored`);
    return [];
  }
  const sent = x.slice(0, MAX_ENTRIES * each);
  const wrong = sent.filter((v) => v !== null && !within(v, low, high));
  if (wrong.length > 0)
    faults.push(
      `forecast.${name}: ${wrong.length} of ${sent.length} entries are not numbers from ${low} to ${high}, the first is ${shown(wrong[0])}: ignored`,
    );
  let last = sent.find((v): v is number => within(v, low, high));
  if (last === undefined) return [];
  const sums: number[] = [];
  sent.forEach((v, i) => {
    if (within(v, low, high)) last = v;
    const k = Math.floor(i / each);
    sums[k] = (sums[k] ?? 0) + last!;
  });
  return sums.map((sum, k) => sum / Math.min(each, sent.length - k * each));
}

export function readForecast(x: unknown, faults: string[]): Forecast | null {
  if (!isObject(x) || !within(x.stepS, 1, 86_400)) {
    faults.push(`forecast without a stepS of 1 to 86400 s: ignored`);
    return null;
  }
  const each = Math.ceil(FINEST_S / x.stepS);
  const series = (name: keyof Forecast, low: number, high: number) =>
    readSeries(x[name], { name, low, high, each }, faults);
  return {
    stepS: each * x.stepS,
    outdoorC: series('outdoorC', -60, 60),
    solarWm2: series('solarWm2', 0, 2000),
    priceEurPerKwh: series('priceEurPerKwh', -10, 10),
  };
}
