import { isObject, shown, within } from './json.ts';
import { type Forecast, readForecast } from './series.ts';

/** One line of a foreign plant, read with suspicion: a field that makes no sense counts as not sent, and is named. */

/** Ranges outside of which a value is a broken sensor, not weather. */
const RANGES = {
  outdoorC: [-60, 60],
  roomC: [-40, 60],
  supplyC: [-40, 120],
  returnC: [-40, 120],
  compressorW: [-100, 1e6],
  auxW: [-100, 1e6],
  heatW: [-1e5, 1e6],
  priceEurPerKwh: [-10, 10],
} as const;

export type ValueName = keyof typeof RANGES;
export const VALUE_NAMES = Object.keys(RANGES) as ValueName[];

export interface Band {
  lowC: number;
  highC: number;
}
export interface Comfort extends Band {
  /** Bands to come, by their time from this line, s, ascending. */
  next: (Band & { inS: number })[];
}
export interface Line {
  t: number;
  values: Partial<Record<ValueName, number>>;
  comfort: Comfort | null;
  forecast: Forecast | null;
  /** Values that leapt, not among `values`. */
  doubted: Partial<Record<ValueName, number>>;
  /** What was ignored, and why. */
  faults: string[];
}

/** Longer lines are refused unread: a day of three forecasts in steps of a second is up to 5 million. */
export const MAX_LINE_CHARS = 8_000_000;
const MAX_BANDS = 1000;
const MAX_FAULTS = 5;
/** Some programs begin their output with a byte order mark. */
const BOM = /^\uFEFF/;

/** Python and others print bare NaN and Infinity, which JSON does not know: they become words, and are refused as such. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.replace(/-?\b(?:NaN|Infinity|inf|nan)\b/g, '"$&"'));
  }
}

function readBand(x: unknown, name: string, faults: string[]): Band | null {
  if (!isObject(x) || !within(x.lowC, -20, 40)) return null;
  const told = within(x.highC, -20, 60);
  const highC = told ? (x.highC as number) : x.lowC + 4;
  if (!told && x.highC !== undefined && x.highC !== null)
    faults.push(`${name}.highC ${shown(x.highC)} is not a number from -20 to 60: ${highC} taken`);
  return highC >= x.lowC ? { lowC: x.lowC, highC } : null;
}

function readNext(sent: unknown, faults: string[]): Comfort['next'] {
  if (sent === undefined || sent === null) return [];
  if (!Array.isArray(sent)) {
    faults.push(`comfort.next ${shown(sent)} is no list: ignored`);
    return [];
  }
  if (sent.length > MAX_BANDS) faults.push(`comfort.next has ${sent.length} entries, ${MAX_BANDS} are used`);
  const next: Comfort['next'] = [];
  for (const item of sent.slice(0, MAX_BANDS)) {
    const later = readBand(item, 'comfort.next', faults);
    if (later && within(item.inS, 0, 1e7)) next.push({ ...later, inS: item.inS });
    else faults.push(`comfort.next ${shown(item)} ignored`);
  }
  return next.sort((a, b) => a.inS - b.inS);
}

function readComfort(x: unknown, faults: string[]): Comfort | null {
  const band = readBand(x, 'comfort', faults);
  if (band) return { ...band, next: readNext((x as Record<string, unknown>).next, faults) };
  faults.push(`comfort ${shown(x)} is no band lowC <= highC: ignored`);
  return null;
}

const TIME = /"t"\s*:\s*(\d+(?:\.\d+)?)\s*,/;

/** The time that stands at the beginning of a line that cannot be read; null: none does. */
export function timeInWreck(text: string): number | null {
  const found = TIME.exec(text.slice(0, 1000));
  return found ? Number(found[1]) : null;
}

const firstOf = (faults: string[]): string[] =>
  faults.length <= MAX_FAULTS
    ? faults
    : [...faults.slice(0, MAX_FAULTS), `and ${faults.length - MAX_FAULTS} more that were ignored`];

/** Reads one line; `refused` says why nothing of it can be used. Never throws. */
export function readLine(text: string): Line | { refused: string } {
  if (text.length > MAX_LINE_CHARS) return { refused: `line of more than ${MAX_LINE_CHARS} characters` };
  let json: unknown;
  try {
    json = parse(text.replace(BOM, ''));
  } catch {
    return { refused: `line is no JSON: ${text.slice(0, 40)}` };
  }
  if (!isObject(json)) return { refused: 'line is no JSON object' };
  if (!within(json.t, -1e15, 1e15)) return { refused: `t is no number of seconds: ${shown(json.t)}` };
  const faults: string[] = [];
  const values: Line['values'] = {};
  for (const name of VALUE_NAMES) {
    const x = json[name];
    if (x === undefined || x === null) continue;
    const [low, high] = RANGES[name];
    if (within(x, low, high)) values[name] = x;
    else faults.push(`${name} ${shown(x)} is not a number from ${low} to ${high}: ignored`);
  }
  const given = (x: unknown) => x !== undefined && x !== null;
  return {
    t: json.t,
    values,
    comfort: given(json.comfort) ? readComfort(json.comfort, faults) : null,
    forecast: given(json.forecast) ? readForecast(json.forecast, faults) : null,
    doubted: {},
    faults: firstOf(faults),
  };
}
