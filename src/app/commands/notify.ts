import { systemClock } from '../../core/clock.ts';
import { loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { createLog } from '../../core/log.ts';
import { createNotifier } from '../../net/notify.ts';
import { openNotifyBook } from '../../net/notify-targets.ts';
import { type Command, parseCommand, print } from '../command.ts';

async function runNotify(args: string[]): Promise<number> {
  const { positionals, paths, json } = parseCommand(args, {}, 1);
  if (positionals[0] !== 'test') throw new HeatmineError('USAGE', 'there is `notify test`');
  const { home } = paths;
  const [config, log] = [loadConfig(home), createLog('notify')];
  const notify = openNotifyBook(home, config.notify, log).now;
  const notifier = createNotifier({ config, notify, home, ...systemClock, log });
  if (notifier.targets().length === 0) {
    throw new HeatmineError(
      'CONFIG_INVALID',
      `nobody is told: set notify.ntfy, notify.email or notify.webhook in ${paths.config}, or on the page under Log`,
    );
  }
  const tried = await notifier.test();
  if (json) print(JSON.stringify(tried));
  else for (const { target, ok, detail } of tried) print(`${ok ? 'OK  ' : 'FAIL'} ${target.padEnd(8)} ${detail}`);
  return tried.every((t) => t.ok) ? 0 : 1;
}

export const notify: Command = {
  name: 'notify',
  about:
    'Sends a test to everybody whom config.yaml names under `notify` (ntfy, e-mail, webhook) or who was set on the page, and tells what each answered. Ends with 1 when one did not take it. The unit tells heating faults there within a minute.',
  usage: 'heatmine notify test [--json]',
  example: 'npm run -s heatmine -- notify test',
  run: runNotify,
};
