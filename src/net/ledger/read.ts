import { readFileSync } from 'node:fs';
import { messageOf } from '../../core/errors.ts';
import { type Books, emptyBooks, post } from './books.ts';
import type { ChainRecord } from './chain.ts';
import { type Scan, scan } from './scan.ts';

export interface LedgerRead {
  file: string;
  books: Books;
  /** Undefined where there is no ledger yet. */
  found?: Scan;
}

/** Reads a ledger file, whether or not somebody writes to it; the chain is checked on the way. Throws where it cannot be read. */
export function readLedgerFile(file: string, onRecord: (record: ChainRecord) => void = () => {}): LedgerRead {
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
