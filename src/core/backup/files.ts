import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup as copyDatabase, DatabaseSync } from 'node:sqlite';
import pkg from '../../../package.json' with { type: 'json' };
import { parseConfig } from '../config.ts';
import { HeatmineError } from '../errors.ts';
import type { Paths } from '../paths.ts';
import { type BackupFacts, type BackupFile, invalid, isPackable, openBackup, packBackup } from './pack.ts';

/** Of this moment, or of the way here. */
const LEFT_OUT = /^(unit\.json|config-last-good\.json|restore\.pending.*|.*\.(new|lock|before)|.*-(wal|shm|journal))$/;
const DATABASE = 'history.db';
/** What stands beside config.yaml and is larger is no setting. */
const MAX_SETTING_BYTES = 2 ** 20;
const PENDING = 'restore.pending';
/** Chains that only grow: an older one never replaces one that stands there. */
const LEDGERS: readonly string[] = ['state/ledger', 'state/asked'];

const filesIn = (dir: string): string[] =>
  existsSync(dir) ? readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isFile() ? [e.name] : [])) : [];

/** Configuration, keys, what was learnt, history and ledger of a unit, running or not; experts by name only. */
export async function makeBackup(paths: Paths, unit: string, nowMs: number, passphrase?: string): Promise<Buffer> {
  const files: BackupFile[] = [];
  // An editor's leavings would make the whole refused when it is needed.
  const add = (name: string, bytes: Buffer) => void (isPackable(name) && files.push({ name, bytes }));
  for (const name of filesIn(paths.home)) {
    const file = join(paths.home, name);
    if (statSync(file).size <= MAX_SETTING_BYTES) add(name, readFileSync(file));
  }
  for (const name of filesIn(paths.keys)) add(`keys/${name}`, readFileSync(join(paths.keys, name)));
  for (const name of filesIn(paths.state)) {
    if (LEFT_OUT.test(name)) continue;
    const file = join(paths.state, name);
    add(`state/${name}`, name === DATABASE ? await databaseAt(file) : readFileSync(file));
  }
  const experts = existsSync(paths.models) ? readdirSync(paths.models).filter((name) => !name.startsWith('.')) : [];
  return packBackup({ madeMs: nowMs, unit, version: pkg.version, experts }, files, passphrase);
}

/** A whole copy while another process writes to it. */
async function databaseAt(file: string): Promise<Buffer> {
  const copy = `${file}.backup.new`;
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    await copyDatabase(db, copy);
    return readFileSync(copy);
  } finally {
    db.close();
    rmSync(copy, { force: true });
  }
}

export interface Restored {
  facts: BackupFacts;
  written: string[];
  /** The ledger that stands here, where there is one: it may hold answers given after the backup, and is never put back. */
  keptLedger: boolean;
  /** Where what was replaced lies now. */
  aside: string;
}

/** Throws BACKUP_INVALID or CONFIG_INVALID for what must not be put in place of this unit's own. */
export function checkBackup(backup: Buffer, passphrase: string | undefined): ReturnType<typeof openBackup> {
  const opened = openBackup(backup, passphrase);
  const config = opened.files.find(({ name }) => name === 'config.yaml');
  if (!config) return opened;
  try {
    parseConfig(config.bytes.toString('utf8'), 'config.yaml of the backup');
  } catch (error) {
    const { version } = opened.facts;
    if (isNewer(version, pkg.version)) throw invalid(`it was made by HeatMine ${version}; update this one first`);
    throw error;
  }
  return opened;
}

/** By their numbers: 0.10.0 is newer than 0.9.1. */
function isNewer(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(/[^\d]+/).map(Number));
  const at = a!.findIndex((n, i) => n !== (b![i] ?? 0));
  return at >= 0 && a![at]! > (b![at] ?? 0);
}

/** Puts a checked backup in place of what is here, which is moved aside. The unit must not run. */
export function restoreFiles(paths: Paths, { facts, files }: ReturnType<typeof openBackup>, nowMs: number): Restored {
  const stamp = new Date(nowMs).toISOString().slice(0, 19).replaceAll(':', '');
  const aside = join(paths.home, `before-restore-${stamp}`);
  const isKept = ({ name }: BackupFile) => LEDGERS.includes(name) && existsSync(join(paths.home, name));
  const keptLedger = files.some(isKept);
  const taken = files.filter((file) => !isKept(file));
  const put = (from: string, to: string) => {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    renameSync(from, to);
  };
  // All is written before anything is replaced: a full disk must not leave half of each.
  const draft = join(paths.home, '.restoring');
  rmSync(draft, { recursive: true, force: true });
  for (const { name, bytes } of taken) {
    mkdirSync(dirname(join(draft, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(draft, name), bytes, { mode: 0o600, flush: true });
  }
  for (const { name } of taken) {
    const here = join(paths.home, name);
    if (existsSync(here)) put(here, join(aside, name));
    put(join(draft, name), here);
  }
  // A write-ahead log of the old database would be played into the new one.
  for (const end of ['-wal', '-shm']) rmSync(join(paths.state, `${DATABASE}${end}`), { force: true });
  rmSync(draft, { recursive: true, force: true });
  return { facts, written: taken.map(({ name }) => name), keptLedger, aside };
}

/** Lays a checked backup ready, in the clear and for this user only: the next start of the unit puts it in place. */
export function stageRestore(paths: Paths, { facts, files }: ReturnType<typeof openBackup>): void {
  const draft = join(paths.state, `${PENDING}.new`);
  writeFileSync(draft, packBackup(facts, files, undefined), { mode: 0o600, flush: true });
  renameSync(draft, join(paths.state, PENDING));
}

/** What was laid ready, if anything. One that does not check is moved out of the way: the house is heated as it was. */
export function applyStaged(paths: Paths, nowMs: number): Restored | { refused: string } | undefined {
  const file = join(paths.state, PENDING);
  if (!existsSync(file)) return undefined;
  try {
    const restored = restoreFiles(paths, checkBackup(readFileSync(file), undefined), nowMs);
    rmSync(file);
    return restored;
  } catch (error) {
    renameSync(file, `${file}.refused`);
    return { refused: error instanceof HeatmineError ? error.message : String(error) };
  }
}
