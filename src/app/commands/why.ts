import type { ControlState } from '../../contract/messages.ts';
import { reasonsOf } from '../../contract/reasons.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { Paths } from '../../core/paths.ts';
import { readTicks, ticksFiles } from '../../core/ticks.ts';
import { fetchState, fetchWhy, unitOf } from '../client.ts';
import { type Command, parseCommand, print } from '../command.ts';
import { fromLocal, houseMinute, lastTimeOfDay, zoneOf } from '../house-clock.ts';
import { ticksCsv, ticksStory } from '../ticks-text.ts';

const LAST_MS = 59_999;

/** "14:05" is the last time that it was so by the clock of the house; a date with it, unless it names a zone, is meant so too. */
export function timeOfAt(text: string, nowMs: number, timeZone: string): number {
  if (!/^\d{1,2}:\d{2}$/.test(text)) {
    const named = /([zZ]|[+-]\d\d:\d\d)$/.test(text);
    const ms = Date.parse(named ? text : `${text}Z`);
    if (Number.isFinite(ms)) return named ? ms : fromLocal(ms, timeZone);
    throw new HeatmineError('USAGE', `--at takes a time such as 14:05 or 2026-01-15T14:05, not "${text}"`);
  }
  const [h, min] = text.split(':').map(Number) as [number, number];
  if (h > 23 || min > 59) throw new HeatmineError('USAGE', `--at takes a time such as 14:05, not "${text}"`);
  return lastTimeOfDay(60 * h + min, nowMs, timeZone) + LAST_MS;
}

/** Times are those of the house, and a simulated one has its own. */
const clockOf = ({ houseTimeMs, simulated }: ControlState, timeZone: string) =>
  `${simulated ? 'the simulated house has' : 'it is'} ${houseMinute(houseTimeMs, timeZone)} now`;

/** The ten minutes around the last fault, tick by tick; the unit need not run. */
function showTicks(paths: Paths, csv: boolean): number {
  const file = ticksFiles(paths.ticks).at(-1);
  if (file === undefined) {
    print('no fault has been written down yet');
    return 0;
  }
  try {
    const ticks = readTicks(file);
    for (const line of csv ? ticksCsv(ticks) : ticksStory(ticks, zoneOf(paths))) print(line);
  } catch (error) {
    throw new HeatmineError('USAGE', `${file} cannot be read (${messageOf(error)}); remove it to see the one before`);
  }
  return 0;
}

async function showWhy(args: string[]): Promise<number> {
  const options = { at: { type: 'string' }, ticks: { type: 'boolean' }, csv: { type: 'boolean' } } as const;
  const { paths, json, values } = parseCommand(args, options);
  if (values.ticks || values.csv) return showTicks(paths, values.csv === true);
  const { url } = unitOf(paths);
  const { control, compute, timeZone } = await fetchState(url);
  if (!control) throw new HeatmineError('NOT_RUNNING', 'the control loop has not reported');
  let told = { timeMs: control.houseTimeMs, reasons: reasonsOf(control, compute) };
  if (values.at !== undefined) {
    const then = await fetchWhy(url, timeOfAt(String(values.at), control.houseTimeMs, timeZone));
    if (!then) throw new HeatmineError('USAGE', `no reasons are kept of that time; ${clockOf(control, timeZone)}`);
    told = then;
    if (!json) print(`as of ${houseMinute(told.timeMs, timeZone)}`);
  }
  if (json) print(JSON.stringify({ asOf: new Date(told.timeMs).toISOString(), reasons: told.reasons }));
  else for (const { what, code, text } of told.reasons) print(`${what.padEnd(16)} ${text}  [${code}]`);
  return 0;
}

export const why: Command = {
  name: 'why',
  about:
    'Shows the reason beside every decision, of this moment or of an earlier one; --ticks: what control saw and did around the last fault, ten times a second.',
  usage: 'heatmine why [--at 14:05 | --ticks [--csv]] [--json]',
  example: 'npm run -s heatmine -- why --at 14:05',
  run: showWhy,
};
