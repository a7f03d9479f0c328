import type { DatabaseSync } from 'node:sqlite';
import type { Reason } from '../../contract/messages.ts';

/** The reasons of one moment, all of them. */
export interface Told {
  timeMs: number;
  reasons: Reason[];
}

/** About three months of a busy unit, 40 MB at the very most. */
const KEEP = 20_000;
const EVERY_MS = 60_000;
/** The figures in a reason grow old although the reason stays. */
const AGAIN_MS = 15 * 60_000;

/** A new line of reasons is worth keeping when its codes are others than before, at most once a minute, or after a quarter of an hour. */
export function whenNew(keep: (told: Told) => void) {
  let codes = '';
  let atMs = Number.NEGATIVE_INFINITY;
  return (timeMs: number, reasons: readonly Reason[]) => {
    const now = reasons.map((r) => `${r.what} ${r.code}`).join();
    if (Math.abs(timeMs - atMs) < (now === codes ? AGAIN_MS : EVERY_MS)) return;
    codes = now;
    atMs = timeMs;
    keep({ timeMs, reasons: [...reasons] });
  };
}

export function whyTable(db: DatabaseSync) {
  db.exec(`CREATE TABLE IF NOT EXISTS why
    (sim INTEGER, timeMs INTEGER, reasons TEXT, PRIMARY KEY (sim, timeMs)) WITHOUT ROWID`);
  const insert = db.prepare('INSERT OR REPLACE INTO why VALUES (?, ?, ?)');
  const last = db.prepare('SELECT timeMs, reasons FROM why WHERE sim = ? AND timeMs <= ? ORDER BY timeMs DESC LIMIT 1');
  return {
    write(sim: boolean, { timeMs, reasons }: Told) {
      insert.run(sim ? 1 : 0, Math.round(timeMs), JSON.stringify(reasons));
    },
    at(sim: boolean, timeMs: number): Told | undefined {
      const row = last.get(sim ? 1 : 0, Math.round(timeMs));
      return row && { timeMs: Number(row.timeMs), reasons: JSON.parse(String(row.reasons)) };
    },
    forgetAfter(timeMs: number) {
      db.prepare('DELETE FROM why WHERE sim = 1 AND timeMs > ?').run(timeMs);
    },
    trim() {
      for (const sim of [0, 1]) {
        db.prepare(`DELETE FROM why WHERE sim = ?1 AND timeMs <=
          (SELECT timeMs FROM why WHERE sim = ?1 ORDER BY timeMs DESC LIMIT 1 OFFSET ?2)`).run(sim, KEEP);
      }
    },
  };
}
