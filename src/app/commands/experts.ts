import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type FoundExpert, scanExperts } from '../../compute/experts.ts';
import { loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { ensurePaths, type Paths } from '../../core/paths.ts';
import { printable } from '../../core/printable.ts';
import { asTyped } from '../../core/words.ts';
import { BOOK_FILE, readBook } from '../../net/swarm/useful/book.ts';
import { originOf } from '../../net/swarm/weights/installed.ts';
import { fetchModels, fetchState, unitOf } from '../client.ts';
import { type Command, numberOption, type Parsed, parseCommand, print, say } from '../command.ts';
import { evaluateExpert } from '../experts/evaluate.ts';
import { evolveStatus } from '../experts/evolve.ts';
import { fitExpert } from '../experts/fit.ts';
import { isSwarmName, pullFromSwarm } from '../experts/from-swarm.ts';
import { mergeExperts } from '../experts/merge.ts';
import { offerDir, publishExpert } from '../experts/publish.ts';
import { pullExpert } from '../experts/pull.ts';
import { searchSwarm } from '../experts/search.ts';
import { runningPid } from '../preflight.ts';

const SHIPPED = join(import.meta.dirname, '../../../models');
const size = (bytes: number) =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;

type Sub = (parsed: Parsed, rest: string[]) => Promise<number>;

const found = (paths: Paths) => scanExperts([SHIPPED, paths.models]);

/** From the unit that runs; without one, what is on the disk. */
const ls: Sub = async ({ paths, json }) => {
  const running = runningPid(paths) !== undefined;
  const experts = running
    ? ((await fetchState(unitOf(paths).url)).compute?.experts ?? [])
    : found(paths).map(({ id, fact, unsound }) => ({
        ...{ id, title: fact?.title ?? id, sizeBytes: fact?.sizeBytes ?? 0, resident: false },
        ...{ passes: fact?.quality?.passes ?? false, note: unsound ?? fact?.quality?.note },
      }));
  const known = new Map(found(paths).map((expert) => [expert.id, expert]));
  const { counts } = readBook(join(paths.state, BOOK_FILE));
  const rows = experts.map((expert) => ({
    ...{ ...expert, ...beginnings(known.get(expert.id)) },
    ...(counts[expert.id] && { told: counts[expert.id] }),
  }));
  if (json) print(JSON.stringify(rows));
  else {
    for (const { id, sizeBytes, resident, title, passes, note, parents, source, told } of rows) {
      const verdict = passes ? 'passes its test' : note ? `not proven: ${note}` : 'not tested';
      const place = resident ? 'in memory' : 'on disk  ';
      const lineage = parents.length ? ` (from ${parents.join(', ')})` : '';
      const said = told ? `; useful ${told.useful}, not ${told.not}` : '';
      print(
        `${id.padEnd(16)} ${size(sizeBytes).padStart(10)}  ${place}  ${title}${lineage}; ${source}; ${verdict}${said}`,
      );
    }
  }
  return experts.length ? 0 : 1;
};

/** What an expert was made from, and how it came here. */
function beginnings(expert: FoundExpert | undefined): { parents: string[]; source: string } {
  const parents = expert?.fact?.parents ?? [];
  if (!expert) return { parents, source: 'of the upstream' };
  if (expert.dir.startsWith(SHIPPED)) return { parents, source: 'ships with HeatMine' };
  const origin = originOf(expert.dir);
  if (!origin) return { parents, source: 'made here' };
  const nodes = Object.keys(origin.from).length;
  const given = `from ${nodes} node${nodes === 1 ? '' : 's'}`;
  if (origin.how === 'demand') return { parents, source: `brought by demand ${given}: ${printable(origin.what)}` };
  return { parents, source: origin.how === 'swarm' ? `pulled ${given} of the swarm` : `pulled: ${origin.what}` };
}

/** What is in memory now, what it takes, when it was last asked, and the energy of a token. */
const ps: Sub = async ({ paths, json }) => {
  const { url } = unitOf(paths);
  const rows = (await fetchModels(url)).filter((m) => m.resident && m.engine !== 'upstream');
  if (json) print(JSON.stringify(rows));
  const known = new Map(found(paths).map((expert) => [expert.id, expert]));
  for (const { id, memoryBytes, lastUsedMs, jPerToken, energyFrom } of json ? [] : rows) {
    const used = lastUsedMs === null ? 'not asked yet' : `asked ${ago(Date.now() - lastUsedMs)} ago`;
    print(
      `${id.padEnd(16)} ${size(memoryBytes).padStart(10)}  ${used.padEnd(20)}  ${jPerToken === null ? '?' : Number(jPerToken.toPrecision(3))} J/token (${ENERGY_FROM[energyFrom]})  ${beginnings(known.get(id)).source}`,
    );
  }
  return 0;
};

const ENERGY_FROM = { expert: 'measured', card: 'measured of the card', modelled: 'modelled' };

const ago = (ms: number) => (ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`);

const pull: Sub = async ({ values, paths, json }, [source]) => {
  if (!source)
    throw new HeatmineError('USAGE', 'pull what? NAME, topic:TOPIC, hf:OWNER/REPO:FILE, https://…, or a file');
  const stop = new AbortController();
  const interrupted = () => stop.abort(new HeatmineError('BUSY', 'stopped; pull again to go on'));
  process.once('SIGINT', interrupted);
  const options = {
    ...{ modelsDir: paths.models, taken: found(paths).map((e) => e.id), signal: stop.signal, say },
    id: values.id as string | undefined,
    sha256: values.sha256 as string | undefined,
    contextTokens: numberOption(values.context, 'context', 16, 1_048_576),
  };
  const maker = values.maker as string | undefined;
  const portBase = numberOption(values['port-base'], 'port-base', 1024, 65_000);
  const pulling =
    isSwarmName(source) && !existsSync(source)
      ? pullFromSwarm({ ...options, what: source, maker, paths, portBase })
      : pullExpert({ ...options, source, move: values.move === true });
  const id = await pulling.finally(() => process.off('SIGINT', interrupted));
  const served = runningPid(paths) === undefined ? 'served from the next start' : 'served within seconds';
  print(json ? JSON.stringify({ id }) : `${id}: ${served}; ask it: ${asTyped(`ask "…" --expert ${id}`)}`);
  return 0;
};

const publish: Sub = async ({ paths, json }, [dir]) => {
  if (!dir) throw new HeatmineError('USAGE', 'publish which DIR? It holds expert.json and the weights.');
  ensurePaths(paths);
  const { file, maker } = await publishExpert(dir, paths.keys);
  const { swarm } = loadConfig(paths.home);
  const isGiven = swarm.join && swarm.weights.seed;
  offerDir(dir, paths);
  print(json ? JSON.stringify({ file, maker, given: isGiven }) : `${file}: signed by ${maker}`);
  if (!json)
    say(
      isGiven
        ? 'offered to the swarm while the unit runs: whoever asks for its name or topics gets it'
        : 'not offered to the swarm: swarm.join and swarm.weights.seed in config.yaml are the questions (docs/swarm.md)',
    );
  return 0;
};

const rm: Sub = async ({ paths, json }, [id]) => {
  if (!id) throw new HeatmineError('USAGE', 'rm which ID? `experts ls` lists them');
  const expert = found(paths).find((e) => e.id === id);
  if (!expert) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${id}" here`);
  if (!expert.dir.startsWith(join(paths.models, '/')))
    throw new HeatmineError('USAGE', `${id} ships with HeatMine and stays`);
  rmSync(expert.dir, { recursive: true });
  print(json ? JSON.stringify({ id, removed: true }) : `${id}: removed`);
  return 0;
};

const evaluate: Sub = async ({ values, paths, json }, [id]) => {
  const expert = found(paths).find((e) => e.id === id);
  if (!expert) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${id ?? ''}" here`);
  const file = values.lines as string | undefined;
  if (file !== undefined && !existsSync(file)) throw new HeatmineError('USAGE', `--lines ${file}: no such file`);
  const lines = file === undefined ? undefined : readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const result = await evaluateExpert(expert, lines);
  const { tokens, perplexity, logLikelihood, tokensPerS } = result;
  const text = `perplexity ${perplexity.toFixed(2)} (${logLikelihood.toFixed(3)} nats a token)`;
  print(
    json
      ? JSON.stringify(result)
      : `${id}: ${text} over ${result.lines} lines, ${tokens} tokens; ${tokensPerS.toFixed(0)} tokens/s`,
  );
  return 0;
};

const SUBS: Record<string, Sub> = {
  ls,
  search: searchSwarm,
  ps,
  fit: fitExpert,
  pull,
  publish,
  rm,
  eval: evaluate,
  merge: mergeExperts,
  evolve: evolveStatus,
};
const OPTIONS = {
  ...Object.fromEntries(
    [
      'id',
      'sha256',
      'context',
      'vram',
      'width',
      'lines',
      'maker',
      'topic',
      'language',
      'max-price',
      'ancestor',
      'method',
      'weight',
      'density',
      'seed',
      'out',
    ].map((name) => [name, { type: 'string' as const }]),
  ),
  move: { type: 'boolean' as const },
};

async function run(args: string[]): Promise<number> {
  const parsed = parseCommand(args, OPTIONS, Number.POSITIVE_INFINITY);
  const [name = '', ...rest] = parsed.positionals;
  const sub = SUBS[name];
  if (!sub) throw new HeatmineError('USAGE', `experts what? ${Object.keys(SUBS).join(', ')}`);
  return sub(parsed, rest);
}

export const experts: Command = {
  name: 'experts',
  about: `The experts on this box, and those of others.
  search        those of the swarm: nodes, price, languages, descent; by --topic, --language, --max-price
  ls            all of them: size, whether in memory, whether each passed its held-out test, what askers told of it
  ps            those in memory: bytes, last asked, energy of a token
  fit FILE      memory by context length, and whether it fits, is split over accelerators, or not
  pull SOURCE   NAME or topic:TOPIC from the swarm, hf:OWNER/REPO:FILE, https://… or a file: goes on where it stopped,
                checks the hash; never runs anything; --move takes a directory's files away from there
  publish DIR   signs name, topics, licence, lineage, context, price and royalty as manifest.json, and offers it to the
                swarm where swarm.weights.seed is on
  eval ID       perplexity over its held-out lines, or those of --lines FILE
  merge A B     makes one of experts that were tuned from one ancestor: --method linear, task, ties, dare or slerp,
                --weight 0.7,0.3, --ancestor ID, --density of ties and dare, --seed of dare; asked as A is
  evolve        what evolution is at, what it has tried, and its children here
  rm ID         removes a pulled or merged one`,
  usage:
    'heatmine experts ls|search|ps|fit|pull|publish|eval|merge|evolve|rm [--id ID] [--sha256 HEX] [--maker HEX] [--move] [--context N] [--vram GB,…] [--width N] [--lines FILE] [--topic T] [--language L] [--max-price N] [--method M] [--weight W,…] [--ancestor ID] [--density N] [--seed N] [--out NAME] [--json]',
  example: 'npm run -s heatmine -- experts fit model.gguf --vram 24,24',
  run,
};
