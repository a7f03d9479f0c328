import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Config } from '../core/config.ts';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { pathsOf } from '../core/paths.ts';

/** Who is told of a fault: what config.yaml names under `notify`, and what an owner set on the page, which wins. */
export type NotifyTargets = Omit<Config['notify'], 'email'> & { email?: EmailTarget | undefined };
export type EmailTarget = NonNullable<Config['notify']['email']> & { password?: string | undefined };

export const TARGETS = ['ntfy', 'email', 'webhook'] as const;
export type Target = (typeof TARGETS)[number];

const InFile = Config.shape.notify.unwrap().shape;
const MAX_ADDRESS_CHARS = 500;
const address = (schema: z.ZodURL) =>
  schema
    .max(MAX_ADDRESS_CHARS)
    .refine((url) => !URL.canParse(url) || new URL(url).username === '', 'without user and password');
const Email = InFile.email.unwrap();

/** With its password, and without files: who is on the page must not choose which ones are read. */
const Kept = z.strictObject({
  ntfy: address(InFile.ntfy.unwrap())
    .refine(
      (url) => !URL.canParse(url) || /[^/]$/.test(new URL(url).pathname),
      'ends in the topic, as https://ntfy.sh/TOPIC',
    )
    .optional(),
  email: z
    .strictObject({
      to: Email.shape.to,
      host: z.string().regex(/^[\w.:-]{1,253}$/, 'the name of a server, without https://'),
      port: Email.shape.port,
      username: z.string().min(1).max(128).optional(),
      password: z.string().min(1).max(256).optional(),
      from: Email.shape.from,
    })
    .refine(({ username, password }) => (username === undefined) === (password === undefined), {
      message: 'user and password belong together',
      path: ['password'],
    })
    .optional(),
  webhook: address(InFile.webhook.unwrap()).optional(),
});
type Kept = z.infer<typeof Kept>;

/** Where the page's choice lies. */
export const notifyFile = (home: string): string => join(pathsOf(home).keys, 'notify.json');

/** Each that is named is replaced whole; null takes away what the page set. */
export const NotifyChange = z.strictObject({
  ntfy: Kept.shape.ntfy.nullable(),
  email: Kept.shape.email.nullable(),
  webhook: Kept.shape.webhook.nullable(),
});
type NotifyChange = z.infer<typeof NotifyChange>;

export interface NotifyBook {
  now(): NotifyTargets;
  /** Those set on the page. */
  byPage(): Target[];
  /** Takes effect at once. Throws CONFIG_INVALID where it cannot be written down, and then nothing has changed. */
  change(change: NotifyChange): void;
}

/** What the page set lies with the keys, for its owner alone: addresses of ntfy and webhooks are secrets as passwords are. */
export function openNotifyBook(home: string, inFile: Config['notify'], log: Log): NotifyBook {
  const file = notifyFile(home);
  let kept = load(file, log);
  return {
    now: () => ({ ...inFile, ...kept }),
    byPage: () => TARGETS.filter((target) => kept[target] !== undefined),
    change(change) {
      const next: Record<string, unknown> = { ...kept };
      for (const target of TARGETS) {
        if (change[target] === null) delete next[target];
        else if (change[target] !== undefined) next[target] = change[target];
      }
      const checked = Kept.parse(next);
      save(file, checked);
      kept = checked;
    },
  };
}

function load(file: string, log: Log): Kept {
  if (!existsSync(file)) return {};
  const kept = keptIn(file);
  // Not what the parser says: it may quote a password.
  if (!kept)
    log.warn(`${file} is damaged: who was set on the page is told of no fault; set it again on the page, under Log`);
  return kept ?? {};
}

/** Undefined for a file that cannot be read or is damaged. */
export function keptIn(file: string): Kept | undefined {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function save(file: string, kept: Kept): void {
  const draft = `${file}.new`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, JSON.stringify(kept), { mode: 0o600, flush: true });
    // The mode above is not that of a draft which a power cut left behind.
    chmodSync(draft, 0o600);
    renameSync(draft, file);
  } catch (error) {
    throw new HeatmineError('CONFIG_INVALID', `${file} cannot be written: ${messageOf(error)}`);
  }
}
