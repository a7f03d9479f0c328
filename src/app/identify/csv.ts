import { readFileSync } from 'node:fs';
import type { HouseSample } from '../../control/learn/house/series.ts';
import { wallSunWm2 } from '../../control/learn/house/sun.ts';
import { WATER_W_PER_LPM_K } from '../../control/physics.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';

const usage = (message: string) => new HeatmineError('USAGE', message);
const KNOWN = [
  'time',
  'roomC',
  'outdoorC',
  'heatW',
  'supplyC',
  'returnC',
  'heatFlowLpm',
  'solarWm2',
  'directNormalWm2',
  'diffuseWm2',
] as const;
type Column = (typeof KNOWN)[number];

/**
 * Samples from a table with a line of headings, columns apart by comma, semicolon or tab (docs/identify.md). `time` is ISO
 * 8601 or seconds. An empty cell is a gap. Throws USAGE with the line where it cannot be read.
 */
export function parseCsv(text: string, file: string): HouseSample[] {
  const lines = text.split(/\r?\n/);
  const headings = cellsOf(lines[0] ?? '');
  const columnOf = new Map<Column, number>();
  for (const name of KNOWN) if (headings.includes(name)) columnOf.set(name, headings.indexOf(name));
  const missing = (['time', 'roomC', 'outdoorC'] as const).filter((name) => !columnOf.has(name));
  const flows = (['supplyC', 'returnC', 'heatFlowLpm'] as const).every((name) => columnOf.has(name));
  if (missing.length)
    throw usage(`${file}:1: no column ${missing.join(', ')}; found ${headings.join(', ').slice(0, 200)}`);
  if (!columnOf.has('heatW') && !flows)
    throw usage(`${file}:1: heat is needed: a column heatW, or supplyC, returnC and heatFlowLpm`);
  const walls = (['solarWm2', 'directNormalWm2', 'diffuseWm2'] as const).every((name) => columnOf.has(name));
  const samples: HouseSample[] = [];
  for (let i = 1; i < lines.length; i++) {
    if (lines[i]!.trim() === '') continue;
    const cells = cellsOf(lines[i]!);
    const of = (name: Column) => numberOf(cells[columnOf.get(name)!] ?? '', name, `${file}:${i + 1}`);
    const heatW = columnOf.has('heatW')
      ? of('heatW')
      : WATER_W_PER_LPM_K * of('heatFlowLpm') * (of('supplyC') - of('returnC'));
    const solarWm2 = walls
      ? wallSunWm2({ globalWm2: of('solarWm2'), directNormalWm2: of('directNormalWm2'), diffuseWm2: of('diffuseWm2') })
      : columnOf.has('solarWm2')
        ? of('solarWm2')
        : 0;
    const roomC = of('roomC');
    samples.push({
      atS: of('time'),
      roomC: Number.isFinite(roomC) ? roomC : null,
      outdoorC: of('outdoorC'),
      heatW,
      solarWm2,
    });
  }
  return samples;
}

const cellsOf = (line: string) => line.split(/[,;\t]/).map((cell) => cell.trim());

function numberOf(cell: string, name: Column, where: string): number {
  if (cell === '') return Number.NaN;
  const value = name === 'time' && !Number.isFinite(Number(cell)) ? Date.parse(cell) / 1000 : Number(cell);
  if (Number.isNaN(value))
    throw usage(
      `${where}: ${name} is "${cell.slice(0, 40)}", not ${name === 'time' ? 'seconds or a date' : 'a number'}`,
    );
  return value;
}

export function readCsv(file: string): HouseSample[] {
  try {
    return parseCsv(readFileSync(file, 'utf8'), file);
  } catch (error) {
    if (error instanceof HeatmineError) throw error;
    throw usage(`${file}: cannot be read: ${messageOf(error)}`);
  }
}
