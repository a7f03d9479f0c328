import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { checkBackup, makeBackup, stageRestore } from '../../core/backup/files.ts';
import { MIN_PASSPHRASE } from '../../core/backup/pack.ts';
import type { Config } from '../../core/config.ts';
import { HeatmineError } from '../../core/errors.ts';
import { dayOf } from '../../core/house-day.ts';
import { pathsOf } from '../../core/paths.ts';
import { readBody } from './body.ts';
import { parseBody } from './change.ts';
import type { Level } from './claims.ts';
import { sendJson } from './reply.ts';

/**
 * Backup and restore for the page, for an installer: one takes all keys away with it, though sealed, and the other brings a
 * configuration, which may name commands.
 */
export interface Backups {
  make(req: IncomingMessage, res: ServerResponse, level: Level): Promise<void>;
  /** Takes effect at the next start. */
  stage(req: IncomingMessage, res: ServerResponse, level: Level): Promise<void>;
}

const MAX_BACKUP_BYTES = 64 * 2 ** 20;
const Make = z.strictObject({ passphrase: z.string().min(MIN_PASSPHRASE).max(200) });
const Stage = z.strictObject({ passphrase: z.string().max(200), backup: z.base64() });

function installerOnly(level: Level): void {
  if (level !== 'installer')
    throw new HeatmineError(
      'UNAUTHORISED',
      'backup and restore take the installer level: `heatmine claim --installer` on the unit prints a code for it',
    );
}

export function createBackups(
  home: string,
  { unit, house }: Pick<Config, 'unit' | 'house'>,
  wallMs: () => number,
): Backups {
  const paths = pathsOf(home);
  return {
    async make(req, res, level) {
      installerOnly(level);
      const { passphrase } = parseBody(Make, (await readBody(req, 1024)).toString('utf8'));
      const bytes = await makeBackup(paths, unit, wallMs(), passphrase);
      const day = dayOf(wallMs(), house.comfort.timeZone);
      res.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${unit}-${day}.heatmine"`,
        'content-length': bytes.length,
        'cache-control': 'no-store',
      });
      res.end(bytes);
    },
    async stage(req, res, level) {
      installerOnly(level);
      const { passphrase, backup } = parseBody(
        Stage,
        (await readBody(req, (MAX_BACKUP_BYTES * 4) / 3)).toString('utf8'),
      );
      const opened = checkBackup(Buffer.from(backup, 'base64'), passphrase || undefined);
      stageRestore(paths, opened);
      sendJson(res, 200, { facts: opened.facts, files: opened.files.map(({ name }) => name), when: 'next start' });
    },
  };
}
