import { HeatmineError } from '../../core/errors.ts';
import { type Bench, tableOf } from '../bench/table.ts';
import { type Command, numberOption, parseCommand, print, say } from '../command.ts';
import { progressTeller } from '../progress-teller.ts';

const BENCHES: Record<string, () => Promise<Bench>> = {
  sybils: () => import('../bench/sybils/sybils.ts').then((m) => m.sybils),
  seal: () => import('../bench/seal.ts').then((m) => m.seal),
  wire: () => import('../bench/wire/wire.ts').then((m) => m.wire),
  hostile: () => import('../bench/hostile/hostile.ts').then((m) => m.hostile),
  liars: () => import('../bench/liars/liars.ts').then((m) => m.liars),
  ledger: () => import('../bench/ledger/ledger.ts').then((m) => m.ledger),
  link: () => import('../bench/link/link.ts').then((m) => m.link),
  swarm: () => import('../bench/swarm/swarm.ts').then((m) => m.swarm),
  loop: () => import('../bench/loop/loop.ts').then((m) => m.loop),
  modbus: () => import('../bench/modbus/modbus.ts').then((m) => m.modbus),
  hal: () => import('../bench/hal.ts').then((m) => m.hal),
  echo: () => import('../bench/echo/echo.ts').then((m) => m.echo),
  live: () => import('../bench/live.ts').then((m) => m.live),
  kill: () => import('../bench/kill.ts').then((m) => m.kill),
  foreign: () => import('../bench/foreign.ts').then((m) => m.foreign),
  mutants: () => import('../bench/mutants.ts').then((m) => m.mutants),
  pid: () => import('../bench/pid.ts').then((m) => m.pid),
  sensors: () => import('../bench/sensors/sensors.ts').then((m) => m.sensors),
  plant: () => import('../bench/plant.ts').then((m) => m.plant),
  start: () => import('../bench/start.ts').then((m) => m.start),
  evict: () => import('../bench/evict/evict.ts').then((m) => m.evict),
  evolve: () => import('../bench/evolve/evolve.ts').then((m) => m.evolve),
  filler: () => import('../bench/filler.ts').then((m) => m.filler),
  heat: () => import('../bench/heat.ts').then((m) => m.heat),
  serve: () => import('../bench/serve/serve.ts').then((m) => m.serve),
  leak: () => import('../bench/leak/leak.ts').then((m) => m.leak),
  wear: () => import('../bench/wear/wear.ts').then((m) => m.wear),
  house: () => import('../bench/house.ts').then((m) => m.house),
  identify: () => import('../bench/identify.ts').then((m) => m.identify),
};

const LOOK_MS = 1000;

async function runBench(args: string[]): Promise<number> {
  const { positionals, values, json } = parseCommand(
    args,
    {
      quick: { type: 'boolean' },
      seed: { type: 'string' },
      minutes: { type: 'string' },
    },
    Number.POSITIVE_INFINITY,
  );
  const load = BENCHES[positionals[0] ?? ''];
  if (!load) throw new HeatmineError('USAGE', `which bench? ${Object.keys(BENCHES).join(', ')}`);
  const chosen = await load();
  const seed = numberOption(values.seed, 'seed', 0, 1e9) ?? 1;
  const minutes = numberOption(values.minutes, 'minutes', 1, 10_000);
  if (minutes !== undefined && !chosen.canEndSooner)
    throw new HeatmineError('USAGE', `${chosen.name} knows no --minutes: it runs to its end, --quick a part of it`);
  if (!json) say(`${chosen.name}: ${chosen.about}`);
  const tell = progressTeller(chosen.name, process.stderr, () => performance.now());
  const timer = setInterval(tell.look, LOOK_MS);
  const quick = values.quick === true;
  const figures = await chosen
    .run({ quick, seed, minutes, parts: positionals.slice(1), onProgress: tell.on })
    .finally(() => clearInterval(timer));
  tell.end();
  print(json ? JSON.stringify(figures) : tableOf(figures));
  return figures.every((f) => f.met) ? 0 : 1;
}

export const bench: Command = {
  name: 'bench',
  about: `Measures and compares: ${Object.keys(BENCHES).join(', ')}. Ends with 1 where a goal is missed.`,
  usage: 'heatmine bench NAME [PART ...] [--quick] [--seed 1] [--minutes N] [--json]',
  example: 'npm run bench -- loop',
  run: runBench,
};
