import type { Ticks } from '../core/ticks.ts';
import { houseSecond } from './house-clock.ts';

/** How far around the fault its story goes, s. */
const BEFORE_S = 60;
const MOST_LINES = 60;

const relativeS = ({ atMs, faultMs }: Ticks, tick: number) => (atMs[tick]! - faultMs) / 1000;
const valueAt = ({ values, columns }: Ticks, tick: number, column: number) => values[tick * columns.length + column]!;
const shown = (x: number) => (Number.isNaN(x) ? 'unknown' : String(Number(x.toPrecision(4))));

/** Switches, states and what was lost or found again; numbers that only move say nothing line by line. */
function turned(name: string, before: number, now: number): boolean {
  if (Number.isNaN(before) !== Number.isNaN(now)) return true;
  return /(On|Ok)( |$)|^(safety|latched)$/.test(name) && before !== now && !Number.isNaN(now);
}

/** What happened around a fault, in the order in which it did. */
export function ticksStory(ticks: Ticks, timeZone: string): string[] {
  const { atMs, columns, why, timeMs } = ticks;
  const lines: string[] = [];
  for (let tick = 1; tick < atMs.length; tick++) {
    const s = relativeS(ticks, tick);
    if (s < -BEFORE_S) continue;
    for (const [at, name] of columns.entries()) {
      const [before, now] = [valueAt(ticks, tick - 1, at), valueAt(ticks, tick, at)];
      if (turned(name, before, now))
        lines.push(`${s.toFixed(1).padStart(7)} s  ${name}: ${shown(before)} -> ${shown(now)}`);
    }
  }
  const last = atMs.findLastIndex((ms) => ms <= ticks.faultMs);
  const then = columns.map((name, at) => `${name} ${shown(valueAt(ticks, Math.max(0, last), at))}`);
  const left = lines.length > MOST_LINES ? [`          and ${lines.length - MOST_LINES} more changes: --csv`] : [];
  return [
    `${houseSecond(timeMs, timeZone)}: ${why}`,
    `${atMs.length} ticks, from ${relativeS(ticks, 0).toFixed(1)} s to ${relativeS(ticks, atMs.length - 1).toFixed(1)} s around it`,
    '',
    ...lines.slice(0, MOST_LINES),
    ...left,
    '',
    'in its moment:',
    ...then.map((text) => `  ${text}`),
  ];
}

/** All ticks for a spreadsheet; what is not known is empty. */
export function* ticksCsv(ticks: Ticks): Generator<string> {
  yield ['s', ...ticks.columns].join(',');
  for (let tick = 0; tick < ticks.atMs.length; tick++) {
    const cells = ticks.columns.map((_, at) => {
      const x = valueAt(ticks, tick, at);
      return Number.isNaN(x) ? '' : String(Number(x.toPrecision(6)));
    });
    yield [relativeS(ticks, tick).toFixed(1), ...cells].join(',');
  }
}
