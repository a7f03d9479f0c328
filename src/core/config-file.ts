import {
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseConfig } from './config.ts';
import { CONFIG_VERSION, migrateText } from './config-versions.ts';

/** What a migration does to the disk, one step each: a power cut may fall before, in or after any of them. */
export interface Disk {
  /** Returns with the bytes on the disk; mode and owner are those of the file `like`. */
  write(file: string, bytes: Buffer, like: string): void;
  /** Fails with EEXIST where the target stands. */
  link(file: string, to: string): void;
  rename(file: string, to: string): void;
  remove(file: string): void;
  /** Names in the directory are on the disk. */
  sync(directory: string): void;
}

export const realDisk: Disk = {
  write(file, bytes, like) {
    const { mode, uid, gid } = statSync(like);
    const open = openSync(file, 'wx', mode & 0o777);
    try {
      writeSync(open, bytes);
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
    // Migrated by root, read by the user of the service.
    if (process.getuid?.() === 0) chownSync(file, uid, gid);
  },
  link: linkSync,
  rename: renameSync,
  remove: (file) => rmSync(file, { force: true }),
  sync(directory) {
    const open = openSync(directory, 'r');
    try {
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
  },
};

export interface FileMigrated {
  from: number;
  to: number;
  /** The old file as it was, beside the new one. */
  backup: string;
  changes: string[];
}

/**
 * Brings config.yaml to the version of this program: the old file is kept beside it first, under a name of its own, then
 * the new one takes its place at once. Cut anywhere, config.yaml is the old or the new one, whole, and the next try ends
 * alike. Undefined when there is nothing to do. Throws CONFIG_INVALID for what would not be sound then, and what the disk throws.
 */
export function migrateFile(file: string, nowMs: number, disk: Disk = realDisk): FileMigrated | undefined {
  const old = readFileSync(file);
  const text = old.toString('utf8');
  const migrated = migrateText(text, file);
  if (migrated.text === text) return undefined;
  parseConfig(text, file);
  // The owner may keep it elsewhere, behind a link.
  const real = realpathSync(file);
  const backup = keep(real, old, migrated.from, nowMs, disk);
  const draft = `${real}.new`;
  disk.remove(draft);
  disk.write(draft, Buffer.from(migrated.text), real);
  disk.rename(draft, real);
  disk.sync(dirname(real));
  return { from: migrated.from, to: CONFIG_VERSION, backup, changes: migrated.changes };
}

/** Whole or not there; none that stands is written over, and what is kept already is not kept twice. */
function keep(file: string, bytes: Buffer, version: number, nowMs: number, disk: Disk): string {
  const directory = dirname(file);
  const draft = `${file}.kept.new`;
  // It may be the kept file's other name, from before a cut: it must go before anything is written.
  disk.remove(draft);
  const prefix = `${basename(file)}.v${version}-`;
  const kept = readdirSync(directory)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(directory, name))
    .find((path) => readFileSync(path).equals(bytes));
  if (kept !== undefined) return kept;
  disk.write(draft, bytes, file);
  const time = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '');
  const backup = linkFree(draft, join(directory, `${prefix}${time}`), disk);
  disk.remove(draft);
  disk.sync(directory);
  return backup;
}

function linkFree(draft: string, wanted: string, disk: Disk): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    try {
      disk.link(draft, name);
      return name;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** For the owner. */
export const migratedText = ({ from, to, backup, changes }: FileMigrated): string =>
  `config.yaml was of version ${from} and is now of version ${to}; the old one is kept as ${backup}; other names: ${changes.join(', ') || '-'}`;
