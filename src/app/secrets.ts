import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ROLES } from '../contract/topics.ts';
import type { Paths } from '../core/paths.ts';

const Passwords = z.record(z.enum(ROLES), z.string().min(16));

/** One generated password per broker role; `home` is the one that the owner types into Home Assistant. */
export function loadPasswords(paths: Paths): Record<string, string> {
  const file = join(paths.keys, 'passwords.json');
  if (existsSync(file)) {
    // Copied or restored, it may have become readable to all.
    if (statSync(file).mode & 0o077) chmodSync(file, 0o600);
    return Passwords.parse(JSON.parse(readFileSync(file, 'utf8')));
  }
  const passwords = Object.fromEntries(ROLES.map((role) => [role, randomBytes(18).toString('base64url')]));
  writeFileSync(file, `${JSON.stringify(passwords, null, 2)}\n`, { mode: 0o600 });
  return passwords;
}
