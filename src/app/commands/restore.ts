import { existsSync, readFileSync } from 'node:fs';
import { checkBackup, restoreFiles } from '../../core/backup/files.ts';
import { isSealed } from '../../core/backup/pack.ts';
import { systemClock } from '../../core/clock.ts';
import { HeatmineError } from '../../core/errors.ts';
import { ensurePaths } from '../../core/paths.ts';
import { type Command, nextSteps, parseCommand, print, say } from '../command.ts';
import { houseMinute, zoneOf } from '../house-clock.ts';
import { readPassphrase } from '../passphrase.ts';
import { runningPid } from '../preflight.ts';
import { restoredLines } from '../restored.ts';

async function runRestore(args: string[]): Promise<number> {
  const { positionals, paths, json, values } = parseCommand(
    args,
    {
      yes: { type: 'boolean' },
      'passphrase-file': { type: 'string' },
    },
    1,
  );
  const file = positionals[0];
  if (file === undefined) throw new HeatmineError('USAGE', 'restore from which file?');
  if (!existsSync(file)) throw new HeatmineError('USAGE', `there is no ${file}`);
  const pid = runningPid(paths);
  if (pid !== undefined)
    throw new HeatmineError('USAGE', `the unit in ${paths.home} runs (process ${pid}): stop it first`);
  const bytes = readFileSync(file);
  const passphrase = isSealed(bytes)
    ? await readPassphrase(values['passphrase-file'] as string | undefined, 'Passphrase of the backup: ')
    : undefined;
  const opened = checkBackup(bytes, passphrase);
  if (!values.yes) {
    const { unit, madeMs, version } = opened.facts;
    say(`backup of ${unit} by version ${version}, ${houseMinute(madeMs, zoneOf(paths))}:`);
    for (const { name, bytes: of } of opened.files) say(`  ${name}, ${of.length} bytes`);
    throw new HeatmineError('USAGE', `say --yes to put these files into ${paths.home}; what is there is moved aside`);
  }
  ensurePaths(paths);
  const restored = restoreFiles(paths, opened, systemClock.wallMs());
  if (json) print(JSON.stringify(restored));
  else for (const line of restoredLines(restored, zoneOf(paths))) print(line);
  say(nextSteps(paths));
  return 0;
}

export const restore: Command = {
  name: 'restore',
  about:
    'Puts a backup in place of what this unit has, which is moved aside; first it shows what it would write. A ledger that stands here stays: it may hold answers that are newer than the backup. Two units must not run with the keys of one.',
  usage: 'heatmine restore FILE [--yes] [--passphrase-file FILE] [--json]',
  example: 'npm run -s heatmine -- restore house.heatmine',
  run: runRestore,
};
