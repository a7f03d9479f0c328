import { join } from 'node:path';
import type { Paths } from '../core/paths.ts';
import { type Books, emptyBooks } from '../net/ledger/books.ts';
import type { ChainRecord } from '../net/ledger/chain.ts';
import { ASKED_FILE, LEDGER_FILE } from '../net/ledger/ledger.ts';
import { type LedgerRead, readLedgerFile } from '../net/ledger/read.ts';

/** Both ledgers of a home, whether or not its unit runs: the unit's, and that of what was asked by command. */
export function readLedgers(paths: Paths, onRecord: (record: ChainRecord) => void = () => {}): LedgerRead[] {
  return [LEDGER_FILE, ASKED_FILE].map((name) => readLedgerFile(join(paths.state, name), onRecord));
}

/** The sums of all of them; channels are another in each. */
export function joined(reads: readonly LedgerRead[]): Pick<Books, 'totals' | 'channels'> {
  const { totals, channels } = emptyBooks();
  for (const { books } of reads) {
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += books.totals[name];
    for (const [name, channel] of books.channels) channels.set(name, channel);
  }
  return { totals, channels };
}
