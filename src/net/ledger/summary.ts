import type { LedgerState } from '../../contract/ledger.ts';
import { type Books, emptyBooks } from './books.ts';
import { earningsOf } from './earnings.ts';
import { UC_PER_CREDIT } from './price.ts';
import { HOUR_MS } from './receipt.ts';
import { debtUc } from './voucher.ts';

export interface SummaryParts {
  books: Readonly<Books>;
  /** Of what this home asked others for; it has a file of its own. */
  asked?: Readonly<Books>;
  refusing: string | undefined;
  offer?: LedgerState['offer'];
  /** The house's midnight, which is no whole hour since 1970 everywhere. */
  dayStartMs: number;
}

/** What the page shows of swarm work. */
export function summaryOf({ books, asked = emptyBooks(), refusing, offer, dayStartMs }: SummaryParts): LedgerState {
  const { credits, paidOutEur } = earningsOf(books);
  const today = [...books.hours].filter(([hour]) => hour >= Math.floor(dayStartMs / HOUR_MS)).map(([, sums]) => sums);
  const sum = (name: 'answers' | 'free' | 'earnedUc') => today.reduce((total, sums) => total + sums[name], 0);
  const owedUc = [...books.channels.values()].reduce((total, channel) => total + debtUc(channel), 0);
  return {
    earnedCredits: credits.earned,
    spentCredits: credits.spent + asked.totals.spentUc / UC_PER_CREDIT,
    settledCredits: credits.settled,
    owedCredits: owedUc / UC_PER_CREDIT,
    paidOutEur,
    answers: credits.answers,
    answersToday: sum('answers'),
    freeAnswersToday: sum('free'),
    earnedTodayCredits: sum('earnedUc') / UC_PER_CREDIT,
    asked: books.totals.spentCount + asked.totals.spentCount,
    refusing: refusing ?? null,
    offer: offer ?? null,
  };
}
