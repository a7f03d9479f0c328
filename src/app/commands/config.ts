import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { didYouMean, loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { ensurePaths, type Paths } from '../../core/paths.ts';
import { asTyped } from '../../core/words.ts';
import { loadBoard } from '../../hal/board.ts';
import { type Command, type Parsed, parseCommand, print, say } from '../command.ts';
import { defaultOf, faultOf, QUESTIONS, typed, yamlOf } from '../config-init.ts';

function check(paths: Paths, json: boolean): number {
  const config = loadConfig(paths.home);
  const board = loadBoard(config.board);
  if (json) print(JSON.stringify(config));
  else
    print(
      `${existsSync(paths.config) ? `${paths.config} is sound` : `there is no ${paths.config}: the defaults hold, and are sound`}; board ${config.board}: ${Object.keys(board.devices).length} devices`,
    );
  return 0;
}

/** `--set path=value`, each one an answer that is not asked for any more. */
function given(values: Parsed['values']): Map<string, string | number> {
  const answers = new Map<string, string | number>();
  const known = QUESTIONS.map((q) => q.path);
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

/** Asks on standard error; lines typed ahead count. Ctrl-C or Ctrl-D: USAGE, and nothing has been written. */
async function ask(answers: Map<string, string | number>): Promise<void> {
  const input = createInterface({ input: process.stdin, output: process.stderr });
  input.on('SIGINT', () => input.close());
  const lines = input[Symbol.asyncIterator]();
  try {
    for (const { path, text } of QUESTIONS) {
      while (!answers.has(path)) {
        input.setPrompt(`${text} [${defaultOf(path)}]: `);
        input.prompt();
        const { value: line, done } = await lines.next();
        if (done) throw new HeatmineError('USAGE', 'broken off: nothing was written');
        const value = line.trim() === '' ? defaultOf(path) : typed(path, line);
        const fault = faultOf(path, value);
        if (fault) say(`  ${fault}`);
        else answers.set(path, value);
      }
    }
  } finally {
    input.close();
  }
}

async function init(paths: Paths, values: Parsed['values']): Promise<number> {
  const answers = given(values);
  if (existsSync(paths.config) && !values.force) {
    throw new HeatmineError(
      'USAGE',
      `${paths.config} is there already; --force writes a new one and keeps it as config.yaml.bak`,
    );
  }
  if (process.stdin.isTTY) await ask(answers);
  else say('no terminal to ask at: what --set does not give takes its default');
  const yaml = yamlOf(answers);
  loadBoard(String(answers.get('board') ?? defaultOf('board')));
  ensurePaths(paths);
  if (existsSync(paths.config)) copyFileSync(paths.config, `${paths.config}.bak`);
  writeFileSync(paths.config, yaml);
  print(`wrote ${paths.config}`);
  say(`next: ${asTyped('config check')}, ${asTyped('doctor')}, then \`npm start\``);
  return 0;
}

async function runConfig(args: string[]): Promise<number> {
  const options = { set: { type: 'string', multiple: true }, force: { type: 'boolean' } } as const;
  const { positionals, paths, json, values } = parseCommand(args, options);
  if (positionals[0] === 'check') return check(paths, json);
  if (positionals[0] === 'init') return init(paths, values);
  throw new HeatmineError('USAGE', `there are ${asTyped('config init')} and ${asTyped('config check')}`);
}

export const config: Command = {
  name: 'config',
  about:
    'init asks the questions of a first set-up and writes config.yaml; check reports all its faults at once, with line and column.',
  usage: 'heatmine config check|init [--set house.designLoadW=9000 …] [--force] [--json]',
  example: 'npm run -s heatmine -- config init',
  run: runConfig,
};
