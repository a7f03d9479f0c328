import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Descriptor } from '../descriptor.ts';
import type { End } from '../query.ts';
import { KEY_HINT_CHARS, type Wish } from './messages.ts';
import { blind } from './oprf.ts';

/** What an asker keeps to tell of one answer: no word of question or answer. */
const Token = z.strictObject({
  node: z.string(),
  expert: z.string(),
  /** The node's key that made it. */
  key: z.string(),
  input: z.string(),
  output: z.string(),
  /** By which the question entered; telling goes another way where there is one. */
  entry: z.string().optional(),
  /** To find the node again: what it said that it answers. */
  topics: z.array(z.string()),
});
export type Token = z.infer<typeof Token>;

export interface Telling {
  wish: Wish;
  /** Undefined where the node signed nothing, or not with the key that it shows to all. */
  token(end: End, entry: string | undefined): Promise<Token | undefined>;
}

/** For a question to this node; undefined where it counts nothing. */
export async function telling(descriptor: Descriptor, expert: string): Promise<Telling | undefined> {
  const { key: node, useful: key, experts } = descriptor;
  const made = key === undefined ? undefined : await blind(key, expert).catch(() => undefined);
  if (!made || key === undefined) return undefined;
  return {
    wish: { key: key.slice(0, KEY_HINT_CHARS), blinded: made.blinded },
    async token({ useful }, entry) {
      const proved = useful === undefined ? undefined : await made.finish(useful).catch(() => undefined);
      const topics = experts.find(({ id }) => id === expert)?.topics ?? [];
      return proved && { node, expert, key, ...proved, ...(entry !== undefined && { entry }), topics };
    },
  };
}

export const TOKEN_FILE = 'useful.json';
/** A node forgets its keys after one to two weeks; who tells does so while the answer is fresh. */
export const TOKEN_MS = 2 * 24 * 3_600_000;

const Kept = z.strictObject({ untilMs: z.number(), token: Token });

/** The last answer's only. */
export function keepToken(file: string, token: Token, nowMs: number): void {
  writeFileSync(`${file}.new`, JSON.stringify({ untilMs: nowMs + TOKEN_MS, token }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Undefined where there is none, or it is too old, or the file is damaged. */
export function keptToken(file: string, nowMs: number): Token | undefined {
  try {
    const { untilMs, token } = Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
    return untilMs > nowMs ? token : undefined;
  } catch {
    return undefined;
  }
}

export const dropToken = (file: string): void => rmSync(file, { force: true });
