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
export interface Forecast {
  stepS: number;
  /** First entry: the step that begins now. Empty: not forecast. */
  outdoorC: number[];
  solarWm2: number[];
  priceEurPerKwh: number[];
}
export interface Line {
  t: number;
  values: Partial<Record<ValueName, number>>;
  comfort: Comfort | null;
  forecast: Forecast | null;
  /** What was ignored, and why. */
  faults: string[];
}

/** Longer lines are refused unread. */
export const MAX_LINE_CHARS = 1_000_000;
const MAX_ENTRIES = 1000;
/** Some programs begin their output with a byte order mark. */
const BOM = /^\uFEFF/;

type Json = Record<string, unknown>;
const isObject = (x: unknown): x is Json => typeof x === 'object' && x !== null && !Array.isArray(x);
const isNumber = (x: unknown): x is number => typeof x === 'number' && Number.isFinite(x);
const within = (x: unknown, low: number, high: number): x is number => isNumber(x) && x >= low && x <= high;
const shown = (x: unknown) => (JSON.stringify(x) ?? String(x)).slice(0, 40);

/** Python and others print bare NaN and Infinity, which JSON does not know: they become words, and are refused as such. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(text.replace(/-?\b(?:NaN|Infinity|inf|nan)\b/g, '"$&"'));
  }
}

function readBand(x: unknown): Band | null {
  if (!isObject(x) || !within(x.lowC, -20, 40)) return null;
  const highC = within(x.highC, -20, 60) ? x.highC : x.lowC + 4;
  return highC >= x.lowC ? { lowC: x.lowC, highC } : null;
}

function readComfort(x: unknown, faults: string[]): Comfort | null {
  const band = readBand(x);
  if (!band) {
    faults.push(`comfort ${shown(x)} is no band lowC <= highC: ignored`);
    return null;
  }
  const next: Comfort['next'] = [];
  const sent = (x as Json).next;
  for (const item of Array.isArray(sent) ? sent.slice(0, MAX_ENTRIES) : []) {
    const later = readBand(item);
    if (later && within((item as Json).inS, 0, 1e7)) next.push({ ...later, inS: (item as Json).inS as number });
    else faults.push(`comfort.next ${shown(item)} ignored`);
  }
  return { ...band, next: next.sort((a, b) => a.inS - b.inS) };
}

/** A hole in a series repeats the entry before it; a series that begins with a hole begins with its first number. */
function readSeries(x: unknown, low: number, high: number): number[] {
  if (!Array.isArray(x)) return [];
  const first = x.find((v) => within(v, low, high));
  if (first === undefined) return [];
  let last = first as number;
  return x.slice(0, MAX_ENTRIES).map((v) => {
    if (within(v, low, high)) last = v;
    return last;
  });
}

function readForecast(x: unknown, faults: string[]): Forecast | null {
  if (!isObject(x) || !within(x.stepS, 1, 86_400)) {
    faults.push(`forecast without a stepS of 1 to 86400 s: ignored`);
    return null;
  }
  return {
    stepS: x.stepS,
    outdoorC: readSeries(x.outdoorC, -60, 60),
    solarWm2: readSeries(x.solarWm2, 0, 2000),
    priceEurPerKwh: readSeries(x.priceEurPerKwh, -10, 10),
  };
}

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
    faults: faults.slice(0, 5),
  };
}
