import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../core/errors.ts';
import type { Paths } from '../core/paths.ts';
import { type Books, emptyBooks, post } from '../net/ledger/books.ts';
import type { ChainRecord } from '../net/ledger/chain.ts';
import { LEDGER_FILE } from '../net/ledger/ledger.ts';
import { type Scan, scan } from '../net/ledger/scan.ts';

export interface LedgerRead {
  file: string;
  books: Books;
  /** Undefined where there is no ledger yet. */
  found?: Scan;
}

/** Reads the ledger of a home, whether or not its unit runs; the chain is checked on the way. */
export function readLedger(paths: Paths, onRecord: (record: ChainRecord) => void = () => {}): LedgerRead {
  const file = join(paths.state, LEDGER_FILE);
  const books = emptyBooks();
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { file, books };
    throw new Error(`${file}: ${messageOf(error)}`);
  }
  const found = scan(bytes, (record) => {
    post(books, record);
    onRecord(record);
  });
  return { file, books, found };
}
