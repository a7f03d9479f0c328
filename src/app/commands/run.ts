import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { applyStaged } from '../../core/backup/files.ts';
import type { ChildStart } from '../../core/child.ts';
import { systemClock } from '../../core/clock.ts';
import { type Config, portsOf } from '../../core/config.ts';
import { migratedText, migrateFile } from '../../core/config-file.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { ensurePaths, type Paths } from '../../core/paths.ts';
import { asTyped } from '../../core/words.ts';
import { type Board, loadBoard } from '../../hal/board.ts';
import { openWeather } from '../../hal/sim/weather/weather.ts';
import { brokerOffer } from '../broker-offer.ts';
import { fetchState } from '../client.ts';
import { type Command, numberOption, parseCommand, print, say } from '../command.ts';
import { checkHardware } from '../hardware-check.ts';
import { healthWatch } from '../healthy.ts';
import { zoneOf } from '../house-clock.ts';
import { type Booted, bootConfig, keepLastGood } from '../last-good.ts';
import { formatLog } from '../log-format.ts';
import { preflight, runningPid, unsoundExperts } from '../preflight.ts';
import { restoredLines } from '../restored.ts';
import { loadPasswords } from '../secrets.ts';
import { type ProcessSpec, processFile, supervise } from '../supervisor.ts';

/** Control reaches its safe state before the hardware under it goes away. */
const STOP_ORDER = [['net', 'compute'], ['control'], ['broker', 'plant']];

/** Heat comes back within seconds however often control dies (F18); the others back off, so that a crash loop costs little (F23). */
const HEAT = { startsAfterMs: 0, firstDelayMs: 200, longestDelayMs: 1000 };
const REST = { startsAfterMs: 800, firstDelayMs: 500, longestDelayMs: 60_000 };

/** When memory runs out compute goes first and control last (F25). */
const OOM: Record<string, number> = { control: -900, plant: 0, broker: 100, net: 300, compute: 800 };

function specsOf(
  { config, refused }: Booted,
  migrated: string | undefined,
  paths: Paths,
  simulated: boolean,
): ProcessSpec[] {
  const passwords = loadPasswords(paths);
  const start = (...roles: string[]): ChildStart => ({
    config,
    home: paths.home,
    sockets: paths.sockets,
    refused,
    migrated,
    passwords: Object.fromEntries(roles.map((role) => [role, passwords[role]!])),
  });
  const spec = (name: string, file: string, delays: typeof HEAT | typeof REST, ...roles: string[]): ProcessSpec => ({
    name,
    file: processFile(file),
    ...delays,
    oomScore: OOM[name] ?? 0,
    start: start(...roles),
  });
  return [
    ...(simulated ? [spec('plant', '../hal/sim/main.ts', HEAT, 'plant')] : []),
    spec('control', '../control/main.ts', HEAT, 'control'),
    spec('broker', '../net/broker/main.ts', REST, ...Object.keys(passwords)),
    spec('compute', '../compute/main.ts', REST, 'compute'),
    spec('net', '../net/main.ts', REST, 'net'),
  ];
}

/** Prints the leading reason whenever it changes in kind, so that the terminal tells a story instead of scrolling. */
function narrate(url: string, json: boolean): () => void {
  let lastCode = '';
  const timer = setInterval(async () => {
    const reason = (await fetchState(url).catch(() => undefined))?.control?.reasons[0];
    if (!reason || reason.code === lastCode) return;
    lastCode = reason.code;
    print(json ? JSON.stringify({ reason }) : reason.text);
  }, 1000);
  return () => clearInterval(timer);
}

/** A full disk costs the spare copy, not the heat (F26). */
function keep(paths: Paths, config: Config): void {
  try {
    keepLastGood(paths, config);
  } catch (error) {
    say(`the configuration could not be kept for a bad day: ${(error as Error).message}`);
  }
}

/** A real board starts whatever it lacks, and says what that is. */
function tellHardware(board: Board): void {
  const faults = checkHardware(board).filter((f) => f.level === 'FAIL');
  for (const { what, text } of faults) say(`${what}: ${text}`);
  if (faults.length > 0) say(`the unit starts without them; ${asTyped('doctor')} looks again`);
}

/** A backup that the page took in is put in place before anything reads what it replaces. */
function putBack(paths: Paths): void {
  const done = applyStaged(paths, systemClock.wallMs());
  if (!done) return;
  if ('refused' in done) say(`the backup to be restored is refused, all stays as it was: ${done.refused}`);
  else for (const line of restoredLines(done, zoneOf(paths))) say(line);
}

/** An older config.yaml is brought to this version. A disk that will not take it costs nothing: its names are understood. */
function bringUp(paths: Paths): string | undefined {
  if (!existsSync(paths.config)) return undefined;
  try {
    const done = migrateFile(paths.config, systemClock.wallMs());
    if (!done) return undefined;
    say(migratedText(done));
    return migratedText(done);
  } catch (error) {
    // What is wrong in the file itself is told where it is read.
    if (!(error instanceof HeatmineError))
      say(
        `config.yaml is of an older version and could not be rewritten, the unit starts all the same: ${messageOf(error)}`,
      );
    return undefined;
  }
}

async function runUnit(args: string[]): Promise<number> {
  const { values, paths, json } = parseCommand(args, { speed: { type: 'string' }, board: { type: 'string' } });
  const portBase = numberOption(values['port-base'], 'port-base', 1024, 65_000);
  const speed = numberOption(values.speed, 'speed', 0.1, 3600);
  const boardName = values.board as string | undefined;
  if (runningPid(paths) === undefined) putBack(paths);
  const migrated = bringUp(paths);
  const booted = bootConfig(paths, {
    ...(portBase && { portBase }),
    ...(speed && { speed }),
    ...(boardName && { board: boardName }),
  });
  const { config, refused } = booted;
  if (refused) say(`${refused}\nconfig.yaml is refused; the unit heats with the configuration it last ran with`);
  const board = loadBoard(config.board);
  const { simulated } = board;
  // A weather file that cannot be read is told before anything starts.
  if (simulated) openWeather({ seed: config.sim.seed, file: config.sim.weather });
  ensurePaths(paths);
  await preflight(config, paths, simulated);
  const wrongModels = await unsoundExperts(paths);
  if (simulated && wrongModels[0] !== undefined) throw new HeatmineError('MODEL_INVALID', wrongModels.join('; '));
  // A real house is heated without the expert: a damaged file must not cost the heat.
  for (const wrong of wrongModels) say(`${wrong}; the unit starts without it`);
  tellHardware(board);
  const offer = await brokerOffer(config, paths);
  if (offer) say(offer);
  const url = `http://${config.net.host}:${portsOf(config).http}`;
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  const health = healthWatch(() => process.send?.({ heatmine: 'healthy' }));
  const supervisor = supervise(specsOf(booted, migrated, paths, simulated), {
    line: (name, line) => {
      const text = formatLog(name, line, config.house.comfort.timeZone);
      if (text) say(text);
    },
    restarted: (name, reason, delayMs) => {
      health.restarted(name);
      say(`${name} ended (${reason}); again in ${delayMs / 1000} s`);
    },
    refused: () => end(2),
    ready: (name) => {
      health.ready(name);
      writeUnit();
      if (name === 'control' && !refused) keep(paths, config);
      if (name !== 'net') return;
      if (json) print(JSON.stringify({ url, simulated }));
      else print(`HeatMine ${simulated ? '(simulated house, modelled heat) ' : ''}is at ${url}`);
    },
  });
  /** For the command line: where the unit listens, and its processes as they are now. Nobody reads half of it. */
  const writeUnit = () => {
    const mqttPort = portsOf(config).mqtt;
    writeFileSync(
      `${paths.unit}.new`,
      JSON.stringify({ pid: process.pid, url, mqttPort, children: supervisor.pids() }),
    );
    renameSync(`${paths.unit}.new`, paths.unit);
  };
  writeUnit();
  const hush = narrate(url, json);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => end(0));
  const code = await ended;
  hush();
  if (code === 0) say('stopping: actuators to their safe state …');
  await supervisor.stop(STOP_ORDER);
  await rm(paths.unit, { force: true });
  if (code === 0) say('stopped');
  return code;
}

export const run: Command = {
  name: 'run',
  about:
    'Runs the whole unit: broker, control, compute, net and, on the board `sim`, the simulated house. Ctrl-C ends it safely.',
  usage: 'heatmine run [--home DIR] [--port-base N] [--board sim] [--speed N] [--json]',
  example: 'npm start -- --speed 60        # a day in 24 minutes',
  run: runUnit,
};
