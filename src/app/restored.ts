import type { Restored } from '../core/backup/files.ts';
import { dayOf } from '../core/house-day.ts';
import { asTyped } from '../core/words.ts';

/** What a restored backup did, for people. */
export function restoredLines({ facts, written, keptLedger, aside }: Restored, timeZone: string): string[] {
  return [
    `restored ${written.length} files of the backup of ${dayOf(facts.madeMs, timeZone)}; what was here lies in ${aside}`,
    ...(keptLedger ? ['the ledger that stands here was kept: it may hold answers that are newer than the backup'] : []),
    ...(facts.experts.length
      ? [`experts to fetch again (${asTyped('experts pull')}): ${facts.experts.join(', ')}`]
      : []),
  ];
}
