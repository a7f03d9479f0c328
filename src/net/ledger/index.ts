import { DatabaseSync } from 'node:sqlite';
import type { ChainRecord } from './chain.ts';
import { answeredCodec, KIND } from './entries.ts';
import { TIERS } from './price.ts';
import { receiptCodec } from './receipt.ts';

export interface ReceiptRow {
  seq: number;
  side: 'earned' | 'spent';
  hour: number;
  expert: string;
  tier: string;
  promptTokens: number;
  answerTokens: number;
  amountUc: number;
  /** Whether both sides have signed. */
  signed: boolean;
}

export interface ReceiptFilter {
  side?: 'earned' | 'spent';
  expert?: string;
  limit: number;
}

const COLUMNS = 'seq, side, hour, expert, tier, promptTokens, answerTokens, amountUc, signed';

/** The receipts of a ledger in SQLite, for look-ups. The ledger file is the truth: this is made from it, never kept. */
export function openIndex(): {
  add(record: ChainRecord): void;
  /** Newest first. */
  find(filter: ReceiptFilter): ReceiptRow[];
  close(): void;
} {
  const db = new DatabaseSync(':memory:');
  db.exec(`CREATE TABLE receipt (${COLUMNS}); CREATE INDEX by_expert ON receipt (expert, seq)`);
  const insert = db.prepare(`INSERT INTO receipt (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const select = db.prepare(`SELECT ${COLUMNS} FROM receipt
    WHERE (?1 IS NULL OR side = ?1) AND (?2 IS NULL OR expert = ?2) ORDER BY hour DESC, seq DESC LIMIT ?3`);
  return {
    add({ seq, kind, payload }) {
      if (kind !== KIND.earned && kind !== KIND.spent) return;
      const { receipt, signed } = answeredCodec.decode(payload);
      const r = receiptCodec.decode(receipt);
      const side = kind === KIND.earned ? 'earned' : 'spent';
      const sizes = [r.promptTokens, r.answerTokens, r.amountUc, signed] as const;
      insert.run(seq, side, r.hour, r.expert, TIERS[r.tier] ?? '?', ...sizes);
    },
    find: ({ side, expert, limit }) =>
      select.all(side ?? null, expert ?? null, limit).map((row) => {
        return { ...(row as unknown as ReceiptRow), signed: row.signed === 1 };
      }),
    close: () => db.close(),
  };
}
