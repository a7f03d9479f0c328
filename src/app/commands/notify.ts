import { loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { channelsOf, sayOn, testMessage } from '../../net/notify/channels.ts';
import { type Command, parseCommand, print } from '../command.ts';

async function runNotify(args: string[]): Promise<number> {
  const { positionals, paths, json } = parseCommand(args);
  if (positionals[0] !== 'test') throw new HeatmineError('USAGE', 'there is `notify test`');
  const config = loadConfig(paths.home);
  const channels = channelsOf(config, paths.home);
  if (channels.length === 0) {
    const how = `nobody is to be told: set notify.ntfy or notify.webhook in ${paths.config} (docs/troubleshooting.md)`;
    throw new HeatmineError('CONFIG_INVALID', how);
  }
  const tried = await sayOn(channels, testMessage(config.unit));
  if (json) print(JSON.stringify(tried));
  else for (const { channel, error } of tried) print(error ? `FAIL ${channel.padEnd(8)} ${error}` : `OK   ${channel}`);
  return tried.some((t) => t.error !== undefined) ? 1 : 0;
}

export const notify: Command = {
  name: 'notify',
  about:
    'Sends a test to every channel of `notify` in config.yaml (ntfy, webhook), and tells which took it. Ends with 1 when one did not. The unit itself tells heating faults there within a minute.',
  usage: 'heatmine notify test [--json]',
  example: 'npm run -s heatmine -- notify test',
  run: runNotify,
};
