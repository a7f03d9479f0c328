import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What a node keeps of what askers told: its keys, which tokens are spent, and the counts. */
const Epoch = z.object({
  secret: z.string(),
  key: z.string(),
  bornMs: z.number(),
  /** Hashes of told tokens. */
  spent: z.array(z.string()),
});
export type Epoch = z.infer<typeof Epoch>;
const Count = z.object({ useful: z.int().min(0), not: z.int().min(0) });
export type Count = z.infer<typeof Count>;
const Book = z.object({ epochs: z.array(Epoch), counts: z.record(z.string(), Count) });
export type Book = z.infer<typeof Book>;

export const BOOK_FILE = 'useful-told.json';

/** Absent or damaged: it begins anew, with keys of its own, so that no token of before counts. */
export function readBook(file: string): Book {
  try {
    return Book.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { epochs: [], counts: {} };
  }
}

/** Old or new, never half of it; counts and spent tokens together, so that none is counted twice. */
export function writeBook(file: string, book: Book): void {
  writeFileSync(`${file}.new`, JSON.stringify(book), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
