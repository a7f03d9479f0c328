import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ROLES } from '../contract/topics.ts';
import type { Paths } from '../core/paths.ts';
import { say } from './command.ts';

const LEAST_CHARS = 16;

/**
 * One generated password per broker role; `home` is the one that the owner types into Home Assistant. A house is not left
 * cold for a damaged file: what is missing in it is made anew, and what was there lies beside it.
 */
export function loadPasswords(paths: Paths): Record<string, string> {
  const file = join(paths.keys, 'passwords.json');
  const found = existsSync(file) ? readSound(file) : {};
  const missing = ROLES.filter((role) => !(role in found));
  if (missing.length === 0) return found;
  if (existsSync(file)) {
    renameSync(file, `${file}.damaged`);
    say(`${file} is damaged and now called ${file}.damaged; new passwords for: ${missing.join(', ')}`);
    if (missing.includes('home')) say('Home Assistant needs the new one of its user home');
  }
  for (const role of missing) found[role] = randomBytes(18).toString('base64url');
  write(file, `${JSON.stringify(found, null, 2)}\n`);
  return found;
}

function readSound(file: string): Record<string, string> {
  // Copied or restored, it may have become readable to all.
  if (statSync(file).mode & 0o077) chmodSync(file, 0o600);
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
  const entries = typeof read === 'object' && read !== null ? Object.entries(read) : [];
  const sound = entries.filter(
    ([role, word]) =>
      (ROLES as readonly string[]).includes(role) && typeof word === 'string' && word.length >= LEAST_CHARS,
  );
  return Object.fromEntries(sound);
}

/** Whole or not there, whenever the power fails. */
function write(file: string, text: string): void {
  const draft = `${file}.new`;
  rmSync(draft, { force: true });
  const open = openSync(draft, 'wx', 0o600);
  try {
    writeSync(open, text);
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
  renameSync(draft, file);
}
