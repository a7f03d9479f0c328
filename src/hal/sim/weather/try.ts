import { HeatmineError } from '../../../core/errors.ts';
import type { WeatherSample } from '../plant/plant.ts';
import { dayOfYear } from './sun.ts';

/** Columns by position in the two formats of the German weather service's test reference years. */
const FORMATS = {
  2010: { columns: 19, month: 2, day: 3, hour: 4, temperature: 8, humidity: 11, direct: 13, diffuse: 14 },
  2015: { columns: 17, month: 2, day: 3, hour: 4, temperature: 5, humidity: 11, direct: 12, diffuse: 13 },
} as const;
type Format = (typeof FORMATS)[keyof typeof FORMATS];

const HOURS = 8760;
const CET_MS = 3_600_000;
const MAX_CHARS = 4_000_000;

/** Which format a header line of column names stands for. */
function formatOf(header: string): Format | undefined {
  if (/^\s*RG\s+IS\s+MM\s+DD\s+HH\b/.test(header)) return FORMATS[2010];
  if (/^\s*RW\s+HW\s+MM\s+DD\s+HH\b/.test(header)) return FORMATS[2015];
  return undefined;
}

/** Reads a TRY2010 (.dat) or TRY2015 (.txt) file of 8760 hours. Throws WEATHER_INVALID with file:line and what is wrong. */
export function parseTry(text: string, file: string): WeatherSample[] {
  const fail = (line: number, what: string): never => {
    throw new HeatmineError('WEATHER_INVALID', `${file}:${line}: ${what}`);
  };
  if (text.length > MAX_CHARS) fail(1, `longer than ${MAX_CHARS} characters, which no test reference year is`);
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.startsWith('***'));
  if (start < 0) fail(lines.length, 'no line "***" between header and data: not a test reference year');
  const header = lines.slice(0, start).findLast((line) => line.trim() !== '') ?? '';
  const format = formatOf(header) ?? fail(start, 'column names are those of neither TRY2010 nor TRY2015');
  const samples: WeatherSample[] = [];
  for (let i = start + 1; i < lines.length; i++) {
    if (lines[i]!.trim() === '') continue;
    if (samples.length === HOURS) fail(i + 1, `more than ${HOURS} hours`);
    samples.push(parseHour(lines[i]!, format, samples.length, (what) => fail(i + 1, what)));
  }
  if (samples.length < HOURS) fail(lines.length, `${samples.length} hours instead of ${HOURS}: the file is cut short`);
  return samples;
}

function parseHour(line: string, format: Format, index: number, fail: (what: string) => never): WeatherSample {
  const cells = line.trim().split(/\s+/);
  if (cells.length !== format.columns) fail(`${cells.length} columns instead of ${format.columns}`);
  const cell = (column: number, what: string, min: number, max: number): number => {
    const value = Number(cells[column]);
    if (!(value >= min && value <= max)) fail(`${what} is "${cells[column]}", outside ${min}..${max}`);
    return value;
  };
  const month = cell(format.month, 'month', 1, 12);
  const day = cell(format.day, 'day', 1, 31);
  const hour = cell(format.hour, 'hour', 1, 24);
  const expected = new Date(Date.UTC(2015, 0, 1) + index * CET_MS);
  if (month !== expected.getUTCMonth() + 1 || day !== expected.getUTCDate() || hour !== expected.getUTCHours() + 1) {
    fail(
      `is ${month}-${day} hour ${hour}, but ${expected.toISOString().slice(5, 13)} comes next: hours are missing or doubled`,
    );
  }
  return {
    outdoorC: cell(format.temperature, 'air temperature', -50, 55),
    humidityPct: cell(format.humidity, 'humidity', 0, 100),
    solarWm2: cell(format.direct, 'direct sun', 0, 1400) + cell(format.diffuse, 'diffuse sun', 0, 1400),
  };
}

/** The year of a file at any time, repeated every year; hour means sit at half past and are joined by lines. */
export function sampleTry(hours: readonly WeatherSample[], timeMs: number): WeatherSample {
  const x = dayOfYear(timeMs + CET_MS) * 24 - 0.5;
  const low = Math.floor(x);
  const f = x - low;
  const a = hours[(low + HOURS) % HOURS]!;
  const b = hours[(low + 1 + HOURS) % HOURS]!;
  const mix = (key: keyof WeatherSample) => (1 - f) * a[key] + f * b[key];
  return { outdoorC: mix('outdoorC'), solarWm2: mix('solarWm2'), humidityPct: mix('humidityPct') };
}
