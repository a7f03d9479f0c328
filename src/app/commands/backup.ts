import { existsSync, writeFileSync } from 'node:fs';
import { makeBackup } from '../../core/backup/files.ts';
import { systemClock } from '../../core/clock.ts';
import { loadConfig } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { asTyped } from '../../core/words.ts';
import { type Command, parseCommand, print, say } from '../command.ts';
import { readPassphrase } from '../passphrase.ts';

async function runBackup(args: string[]): Promise<number> {
  const { positionals, paths, json, values } = parseCommand(
    args,
    {
      plain: { type: 'boolean' },
      'passphrase-file': { type: 'string' },
    },
    1,
  );
  const file = positionals[0];
  if (file === undefined) throw new HeatmineError('USAGE', 'backup to which file?');
  if (existsSync(file)) throw new HeatmineError('USAGE', `${file} is there already: give another name`);
  if (!existsSync(paths.keys)) throw new HeatmineError('USAGE', `there is no unit in ${paths.home} (--home DIR)`);
  const passphrase = values.plain
    ? undefined
    : await readPassphrase(values['passphrase-file'] as string | undefined, 'Passphrase for the backup: ');
  if (passphrase === undefined && !values.plain)
    throw new HeatmineError(
      'USAGE',
      'the backup holds keys and passwords: give --passphrase-file FILE, or --plain to write it unsealed',
    );
  const bytes = await makeBackup(paths, loadConfig(paths.home).unit, systemClock.wallMs(), passphrase);
  writeFileSync(file, bytes, { mode: 0o600, flag: 'wx', flush: true });
  if (json) print(JSON.stringify({ file, bytes: bytes.length, sealed: passphrase !== undefined }));
  else print(`wrote ${file}, ${Math.ceil(bytes.length / 1024)} KiB${passphrase ? ', sealed' : ''}`);
  say(
    `${passphrase ? 'Without the passphrase nobody can open it, you included. ' : 'Whoever has this file has the keys of the unit. '}${asTyped('restore FILE')} puts it back.`,
  );
  return 0;
}

export const backup: Command = {
  name: 'backup',
  about:
    'Writes the configuration, keys, ledger, history and all that the unit has learnt into one file, sealed by a passphrase; experts by name only. The unit may run meanwhile.',
  usage: 'heatmine backup FILE [--passphrase-file FILE | --plain] [--json]',
  example: 'npm run -s heatmine -- backup house.heatmine',
  run: runBackup,
};
