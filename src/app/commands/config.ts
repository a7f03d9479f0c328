import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { parseConfig } from '../../core/config.ts';
import { migratedText, migrateFile } from '../../core/config-file.ts';
import { CONFIG_VERSION } from '../../core/config-versions.ts';
import { HeatmineError } from '../../core/errors.ts';
import { ensurePaths, type Paths } from '../../core/paths.ts';
import { didYouMean } from '../../core/strict-file.ts';
import { asTyped } from '../../core/words.ts';
import { loadBoard } from '../../hal/board.ts';
import { askBroker, type Joined } from '../broker-ask.ts';
import { brokerOffer, HOUSE_BROKER_PASSWORD } from '../broker-offer.ts';
import { type Command, nextSteps, type Parsed, parseCommand, print, say } from '../command.ts';
import { askAll, suggested, withPerson } from '../config-ask.ts';
import { ANSWERABLE, type Answer, defaultOf, faultOf, typed, yamlOf } from '../config-init.ts';
import { look } from '../config-look.ts';

function check(paths: Paths, json: boolean): number {
  const found = look(paths);
  const { file, sound, version, toMigrate, faults, config } = found;
  if (json) print(JSON.stringify(found));
  if (!sound) {
    for (const { line, column, message } of json ? [] : faults) print(`${file}:${line}:${column}: ${message}`);
    say(faults.length === 1 ? 'one fault' : `${faults.length} faults`);
    return 1;
  }
  const { board } = config!;
  const devices = Object.keys(loadBoard(board).devices).length;
  const what = version === null ? `there is no ${file}: the defaults hold, and are sound` : `${file} is sound`;
  if (!json) print(`${what}; board ${board}: ${devices} devices`);
  if (toMigrate.length) {
    const now = asTyped('config migrate');
    say(`names of an older version (${toMigrate.join(', ')}): the next start, or ${now}, writes them anew`);
  }
  return 0;
}

function migrate(paths: Paths, json: boolean): number {
  if (!existsSync(paths.config)) throw new HeatmineError('USAGE', `there is no ${paths.config}: the defaults hold`);
  const done = migrateFile(paths.config, systemClock.wallMs());
  if (json) print(JSON.stringify(done ?? { from: CONFIG_VERSION, to: CONFIG_VERSION, backup: null, changes: [] }));
  else print(done ? migratedText(done) : `${paths.config} has the names of version ${CONFIG_VERSION}: nothing to do`);
  return 0;
}

/** `--set path=value`, each one an answer that is not asked for any more. */
function given(values: Parsed['values']): Map<string, Answer> {
  const answers = new Map<string, Answer>();
  const known = ANSWERABLE.map((q) => q.path);
  for (const pair of (values.set as unknown as string[] | undefined) ?? []) {
    const [path = '', text = ''] = pair.split(/=(.*)/s);
    if (!known.includes(path)) {
      const meant = didYouMean(path, known);
      throw new HeatmineError('USAGE', `no question "${path}"${meant ? `, did you mean ${meant}?` : ''}`);
    }
    const fault = faultOf(path, typed(path, text));
    if (fault) throw new HeatmineError('USAGE', `${path}: ${fault}`);
    answers.set(path, typed(path, text));
  }
  return answers;
}

/** All answers: at a terminal asked for, else the defaults. */
async function answered(values: Parsed['values']): Promise<Joined> {
  const known = given(values);
  if (process.stdin.isTTY)
    return withPerson(async (person) => {
      const answers = await askAll(person, known);
      const joined = await askBroker(person, known);
      return { ...joined, answers: new Map([...answers, ...(joined?.answers ?? [])]) };
    });
  say(
    'no terminal to ask at, and a pipe is not read: what --set does not give takes its default, such as --set house.designLoadW=9000',
  );
  const zone = 'house.comfort.timeZone';
  return { answers: new Map([[zone, suggested(zone)!], ...known]) };
}

async function init(paths: Paths, values: Parsed['values'], json: boolean): Promise<number> {
  if (existsSync(paths.config) && !values.force) {
    throw new HeatmineError(
      'USAGE',
      `${paths.config} is there already; --force writes a new one and keeps it as config.yaml.bak`,
    );
  }
  const { answers, password } = await answered(values);
  const yaml = yamlOf(answers);
  loadBoard(String(answers.get('board') ?? defaultOf('board')));
  ensurePaths(paths);
  if (existsSync(paths.config)) copyFileSync(paths.config, `${paths.config}.bak`);
  if (password !== undefined) keepPassword(paths, password);
  writeFileSync(paths.config, yaml);
  print(json ? JSON.stringify({ file: paths.config }) : `wrote ${paths.config}`);
  // At a terminal it has been asked.
  const offer = process.stdin.isTTY ? undefined : await brokerOffer(parseConfig(yaml, paths.config), paths);
  if (offer) say(offer);
  say(nextSteps(paths));
  return 0;
}

function keepPassword({ home }: Paths, password: string): void {
  const file = join(home, HOUSE_BROKER_PASSWORD);
  rmSync(file, { force: true });
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
}

async function runConfig(args: string[]): Promise<number> {
  const options = { set: { type: 'string', multiple: true }, force: { type: 'boolean' } } as const;
  const { positionals, paths, json, values } = parseCommand(args, options, 1);
  if (positionals[0] === 'check') return check(paths, json);
  if (positionals[0] === 'init') return init(paths, values, json);
  if (positionals[0] === 'migrate') return migrate(paths, json);
  throw new HeatmineError('USAGE', 'config what? init, check or migrate');
}

export const config: Command = {
  name: 'config',
  about:
    'init asks the questions of a first set-up and writes config.yaml; check reports all its faults at once, with line and column; migrate brings one of an older version to this one, as each start does, and keeps the old file beside it.',
  usage: 'heatmine config init|check|migrate [--set house.designLoadW=9000 …] [--force] [--json]',
  example: 'npm run -s heatmine -- config init',
  run: runConfig,
};
