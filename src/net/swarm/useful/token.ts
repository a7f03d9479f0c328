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

/** By the number that its answer was shown with, 1 for the first. */
const Numbered = z.strictObject({ n: z.int().min(1), token: Token });
export type Numbered = z.infer<typeof Numbered>;
const Kept = z.strictObject({ untilMs: z.number(), tokens: z.array(Numbered).max(16) });

/** Of the last question's answers only. */
export function keepTokens(file: string, tokens: readonly Numbered[], nowMs: number): void {
  if (tokens.length) write(file, { untilMs: nowMs + TOKEN_MS, tokens: [...tokens] });
}

/** None where there is no file, or it is too old, or damaged. */
export function keptTokens(file: string, nowMs: number): Numbered[] {
  const kept = read(file);
  return kept && kept.untilMs > nowMs ? kept.tokens : [];
}

export function dropToken(file: string, n: number): void {
  const kept = read(file);
  const tokens = kept?.tokens.filter((each) => each.n !== n) ?? [];
  if (kept && tokens.length) write(file, { ...kept, tokens });
  else rmSync(file, { force: true });
}

function read(file: string): z.infer<typeof Kept> | undefined {
  try {
    return Kept.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function write(file: string, kept: z.infer<typeof Kept>): void {
  writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
