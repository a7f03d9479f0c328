import { setTimeout as sleep } from 'node:timers/promises';
import { ACTUATOR_NAMES, ACTUATORS, type ActuatorName, SENSOR_NAMES, type SensorName } from '../../contract/points.ts';
import { unitOf } from '../../contract/units.ts';
import { loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { didYouMean } from '../../core/strict-file.ts';
import { asTyped } from '../../core/words.ts';
import { type Board, loadBoard } from '../../hal/board.ts';
import type { IoView } from '../../hal/io-server.ts';
import { type BoardPoint, pointsOfBoard } from '../../hal/wiring.ts';
import { type Command, numberOption, type Parsed, parseCommand, print, say } from '../command.ts';
import { type Io, openIo } from '../io-client.ts';

const WATCH_MS = 100;
/** Less often than what is driven by hand lapses. */
const RENEW_MS = 500;
/** The interlock, the bus and the read-back of a drive have had their time. */
const OBEY_MS = 3000;
const VERBS = ['list', 'read', 'watch', 'write', 'pulse'];

function chosen(board: Board, names: readonly string[]): BoardPoint[] {
  const all = pointsOfBoard(board);
  if (names.length === 0) return all;
  return names.map((name) => {
    const point = all.find((p) => p.name === name);
    if (point) return point;
    const known = [...SENSOR_NAMES, ...ACTUATOR_NAMES] as string[];
    if (known.includes(name)) throw new HeatmineError('USAGE', `board ${board.name} does not serve ${name}`);
    const meant = didYouMean(name, known);
    throw new HeatmineError(
      'USAGE',
      `no point "${name}"${meant ? `, did you mean "${meant}"?` : `; ${asTyped('io list')} lists them`}`,
    );
  });
}

const figure = (name: string, value: number) => {
  const unit = unitOf(name);
  return Number.isFinite(value) ? `${value.toFixed(unit?.decimals ?? 1)} ${unit?.symbol ?? ''}`.trim() : '-';
};

/** One point now: value, how old, or why it has none, which wire that is and what to check. */
export function readLine({ name, where, note, direction }: BoardPoint, view: IoView): { ok: boolean; text: string } {
  const label = name.padEnd(16);
  if (direction === 'out') {
    const [ordered, confirmed] = [view.ordered[name as ActuatorName], view.confirmed[name as ActuatorName]];
    const differs = ordered === confirmed ? '' : `, ordered ${figure(name, ordered)}`;
    return { ok: differs === '', text: `${label} ${figure(name, confirmed).padEnd(12)} ${where}${differs}` };
  }
  const { value, atMs, quality, reason } = view.sensors[name as SensorName];
  if (quality !== 'good')
    return { ok: false, text: `${label} ${quality.padEnd(12)} ${reason ?? 'no value'} (wire: ${note})` };
  const ageMs = Math.max(0, view.atMs - atMs);
  return { ok: true, text: `${label} ${figure(name, value).padEnd(12)} ${where}, ${(ageMs / 1000).toFixed(1)} s old` };
}

async function list(board: Board, io: Io | undefined, json: boolean): Promise<number> {
  const points = pointsOfBoard(board);
  const health = io ? (await io.look()).health : [];
  if (json) print(JSON.stringify({ points, health }));
  else {
    for (const p of points)
      print(`${p.name.padEnd(16)} ${p.direction.padEnd(3)} ${p.driver.padEnd(13)} ${p.where.padEnd(30)} ${p.note}`);
    for (const h of health) {
      const counts = `${h.ok} ok, ${h.absent} absent, ${h.stuck} stuck, ${h.noise} noise, ${h.timeout} late`;
      print(`${h.device.padEnd(16)} ${h.where.padEnd(20)} ${counts}${h.lastError ? `; last: ${h.lastError}` : ''}`);
    }
  }
  return 0;
}

async function read(points: readonly BoardPoint[], io: Io, json: boolean): Promise<number> {
  const view = await io.look();
  const lines = points.map((p) => readLine(p, view));
  if (json) {
    const { sensors, ordered, confirmed, atMs, health } = view;
    print(JSON.stringify({ atMs, sensors, ordered, confirmed, health }));
  } else for (const { text } of lines) print(text);
  const wrong = points.filter((_, i) => !lines[i]!.ok).map((p) => p.name);
  if (wrong.length === 0) return 0;
  say(`not good, or not as ordered: ${wrong.join(', ')}`);
  return 1;
}

/** A line for each point whenever what it shows has changed, until Ctrl-C or the end of the time asked for. */
async function watch(points: readonly BoardPoint[], io: Io, forS: number, json: boolean): Promise<number> {
  const shown = new Map<string, string>();
  const untilMs = performance.now() + forS * 1000;
  while (performance.now() < untilMs) {
    const view = await io.look();
    for (const p of points) {
      const isOut = p.direction === 'out';
      const value = isOut ? view.confirmed[p.name as ActuatorName] : view.sensors[p.name as SensorName].value;
      const mark = `${figure(p.name, value)} ${isOut ? '' : view.sensors[p.name as SensorName].quality}`;
      if (shown.get(p.name) === mark) continue;
      shown.set(p.name, mark);
      const quality = isOut ? 'good' : view.sensors[p.name as SensorName].quality;
      if (json) print(JSON.stringify({ atMs: view.atMs, name: p.name, value, quality }));
      else print(`${(view.atMs / 1000).toFixed(1).padStart(9)} s ${readLine(p, view).text}`);
    }
    await sleep(WATCH_MS);
  }
  return 0;
}

/** Drives one output until the time is over; tells what was confirmed, or what holds it. */
async function drive(point: BoardPoint, value: number, forMs: number, io: Io, json: boolean): Promise<number> {
  const name = point.name as ActuatorName;
  const startedMs = performance.now();
  let obeyed = false;
  let view: IoView | undefined;
  do {
    await io.drive(name, value);
    await sleep(Math.min(RENEW_MS, Math.max(20, forMs / 4)));
    view = await io.look();
    if (!obeyed && view.confirmed[name] === value) {
      obeyed = true;
      say(`${name} is ${figure(name, value)} at ${point.where}; Ctrl-C lets go`);
    }
    if (!obeyed && performance.now() - startedMs > Math.min(OBEY_MS, forMs)) break;
  } while (performance.now() - startedMs < forMs);
  const { ordered, confirmed } = view;
  if (json) print(JSON.stringify({ name, asked: value, ordered: ordered[name], confirmed: confirmed[name], obeyed }));
  else print(readLine(point, view).text);
  if (obeyed) return 0;
  const why = view.ordered[name] === value ? `check the wire: ${point.note}` : view.reasons.join('; ');
  say(`${name} did not become ${figure(name, value)}: ${why}`);
  return 1;
}

function target(board: Board, [name, text]: readonly string[], pulse: boolean): { point: BoardPoint; value: number } {
  const actuators = ACTUATOR_NAMES.join(', ');
  if (name === undefined) throw new HeatmineError('USAGE', `which output? ${actuators}`);
  const point = chosen(board, [name])[0]!;
  if (point.direction !== 'out') throw new HeatmineError('USAGE', `${name} is a sensor; outputs are ${actuators}`);
  const { max } = unitOf(name)!;
  const away = ACTUATORS[name as ActuatorName].safe > 0 ? 0 : max;
  const value = text === undefined && pulse ? away : Number(text ?? Number.NaN);
  if (!Number.isFinite(value)) throw new HeatmineError('USAGE', `give a value for ${name}, like ${away}`);
  return { point, value };
}

async function withIo(verb: string, rest: string[], { values, json }: Parsed, board: Board, open: () => Promise<Io>) {
  const forS = numberOption(values.for, 'for', 0.1, 86_400);
  // Everything that can be refused is refused before any hardware is touched.
  const driven = verb === 'write' || verb === 'pulse' ? target(board, rest, verb === 'pulse') : undefined;
  const points = driven ? [] : chosen(board, rest);
  const io = await open();
  try {
    if (driven && !io.running)
      throw new HeatmineError('NOT_RUNNING', 'outputs are driven through the running unit only');
    if (driven)
      return await drive(driven.point, driven.value, (forS ?? (verb === 'pulse' ? 0.5 : 86_400)) * 1000, io, json);
    if (verb === 'watch') return await watch(points, io, forS ?? Number.POSITIVE_INFINITY, json);
    return verb === 'read' ? await read(points, io, json) : await list(board, io, json);
  } finally {
    await io.close();
  }
}

async function runIo(args: string[]): Promise<number> {
  const parsed = parseCommand(args, { for: { type: 'string' }, board: { type: 'string' } }, Number.POSITIVE_INFINITY);
  const { positionals, paths, values, json } = parsed;
  const [verb = 'list', ...rest] = positionals;
  if (!VERBS.includes(verb)) throw new HeatmineError('USAGE', `io takes ${VERBS.join(', ')}, not "${verb}"`);
  const name = values.board === undefined ? loadConfig(paths.home).board : String(values.board);
  const board = loadBoard(name);
  if (verb !== 'list') return withIo(verb, rest, parsed, board, () => openIo(paths, board));
  // The list is in the board file; the counters are told as well when somebody can tell them.
  const io = await openIo(paths, board).catch(() => undefined);
  try {
    return await list(board, io, json);
  } finally {
    await io?.close();
  }
}

export const io: Command = {
  name: 'io',
  about:
    'Single points of the board: list (where each wire goes, counters of each device), read, watch, and in operation `commission` write and pulse, through the interlock. What is driven by hand lasts until Ctrl-C or --for; then everything is safe again. Ends with 1 where a point is bad or an output does not obey.',
  usage:
    'heatmine io list | read [POINT …] | watch [POINT …] [--for S] | write OUTPUT VALUE [--for S] | pulse OUTPUT [VALUE] [--for S] [--json]',
  example: 'npm run -s heatmine -- set operation commission && npm run -s heatmine -- io pulse hotWaterOn --for 2',
  run: runIo,
};
