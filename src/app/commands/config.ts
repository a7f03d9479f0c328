import { existsSync } from 'node:fs';
import { loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { loadBoard } from '../../hal/board.ts';
import { type Command, parseCommand, print } from '../command.ts';

async function checkConfig(args: string[]): Promise<number> {
  const { positionals, paths, json } = parseCommand(args);
  if (positionals[0] !== 'check') throw new HeatmineError('USAGE', 'there is `heatmine config check`');
  const config = loadConfig(paths.home);
  const board = loadBoard(config.board);
  if (json) print(JSON.stringify(config));
  else
    print(
      `${existsSync(paths.config) ? paths.config : `no ${paths.config}: defaults`} is sound; board ${config.board}: ${Object.keys(board.devices).length} devices`,
    );
  return 0;
}

export const config: Command = {
  name: 'config',
  about:
    'Reports all faults of config.yaml and its board at once, with line and column. docs/config.schema.json serves editors.',
  usage: 'heatmine config check [--json]',
  example: 'npm run -s heatmine -- config check',
  run: checkConfig,
};
