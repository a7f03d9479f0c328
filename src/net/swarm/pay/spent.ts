import type { Books } from '../../ledger/books.ts';
import { hourOf, RECEIPT_HOURS } from '../../ledger/receipt.ts';

const DAY_HOURS = 24;

/** What this ledger says was paid for answers in the last 24 hours, micro-credits. A receipt's hour is its server's word, up to two off: they count too. */
export function spentUc({ hours }: Pick<Books, 'hours'>, wallMs: number): number {
  const since = hourOf(wallMs) - DAY_HOURS - RECEIPT_HOURS;
  return [...hours].reduce((sum, [hour, { spentUc: uc }]) => sum + (hour > since ? uc : 0), 0);
}
