import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Event } from '../../contract/messages.ts';
import type { MinuteRow } from './means.ts';
import { SERIES, type SeriesName } from './series.ts';
import { type Told, whyTable } from './why.ts';

/**
 * Two tables of means with one column per series, and the events. Values are stored as whole thousandths, which SQLite
 * keeps in two or three bytes where a real takes eight. `sim` keeps the simulated house's time apart from real time.
 * WAL with `synchronous = NORMAL`: a commit is a few pages and no fsync; a power cut costs the last minutes only.
 */
export interface Store {
  write(sim: boolean, gathered: Gathered): void;
  query(sim: boolean, points: readonly SeriesName[], span: Span): Step[];
  events(limit: number): Event[];
  /** The last that was told at or before this time. */
  whyAt(sim: boolean, timeMs: number): Told | undefined;
  latestMinute(sim: boolean): number | undefined;
  /** Forgets what a simulation wrote that had run further than the one that starts now. */
  forgetAfter(minute: number): void;
  trim(): void;
  close(): void;
}

/** What one commit writes. */
export interface Gathered {
  rows: readonly MinuteRow[];
  events: readonly Event[];
  told: readonly Told[];
}

/** Means over the minutes of one step that are there. */
export interface Step {
  atMs: number;
  minutes: number;
  values: (number | null)[];
}

export interface Span {
  table: 'minute' | 'quarter';
  fromMinute: number;
  /** What a clock that ran ahead has written beyond it is not shown. */
  toMinute: number;
  stepMinutes: number;
}

export const KEEP = { minute: 30 * 24 * 60, quarter: 10 * 366 * 24 * 4, event: 5_000 };
const SCALE = 1000;
const QUARTER_MINUTES = 15;
const columns = SERIES.map((name) => `"${name}"`).join(', ');

export function openStore(file: string): Store {
  const db = new DatabaseSync(file, { timeout: 1000 });
  try {
    prepareTables(db);
    return storeOn(db);
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A damaged file is kept beside the new one (the last damaged one only), so that somebody can look at it. */
export function moveAside(file: string): string {
  const aside = `${file}.damaged`;
  for (const suffix of ['-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true });
  rmSync(aside, { force: true });
  if (existsSync(file)) renameSync(file, aside);
  return aside;
}

const codeOf = (error: unknown) => ((error as { errcode?: number }).errcode ?? 0) & 0xff;

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html). */
export const isDamage = (error: unknown): boolean => [11, 26].includes(codeOf(error));

/** At the start also SQLITE_ERROR: a database of somebody else's shape. */
export const cannotBeRead = (error: unknown): boolean => isDamage(error) || codeOf(error) === 1;

function prepareTables(db: DatabaseSync): void {
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -1024;
    PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 4194304;`);
  for (const table of ['minute', 'quarter']) {
    db.exec(`CREATE TABLE IF NOT EXISTS ${table} (sim INTEGER, t INTEGER, PRIMARY KEY (sim, t)) WITHOUT ROWID`);
    const known = new Set(
      db
        .prepare(`SELECT name FROM pragma_table_info('${table}')`)
        .all()
        .map((row) => row.name),
    );
    for (const name of SERIES) if (!known.has(name)) db.exec(`ALTER TABLE ${table} ADD COLUMN "${name}" INTEGER`);
    db.prepare(`SELECT ${columns} FROM ${table} ORDER BY sim DESC, t DESC LIMIT 1`).all();
  }
  db.exec(`CREATE TABLE IF NOT EXISTS event
    (id INTEGER PRIMARY KEY, sim INTEGER, timeMs INTEGER, level TEXT, source TEXT, code TEXT, text TEXT)`);
}

function storeOn(db: DatabaseSync): Store {
  const why = whyTable(db);
  const marks = Array(SERIES.length + 2)
    .fill('?')
    .join(', ');
  const insertRow = db.prepare(`INSERT OR REPLACE INTO minute (sim, t, ${columns}) VALUES (${marks})`);
  const insertEvent = db.prepare(
    'INSERT INTO event (sim, timeMs, level, source, code, text) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const averages = SERIES.map((name) => `CAST(round(avg("${name}")) AS INTEGER)`).join(', ');
  const insertQuarters = db.prepare(`INSERT OR REPLACE INTO quarter (sim, t, ${columns})
    SELECT sim, t / 15 * 15, ${averages} FROM minute WHERE sim = ? AND t >= ? AND t < ? GROUP BY 2`);
  const latest = {
    minute: db.prepare('SELECT max(t) AS t FROM minute WHERE sim = ?'),
    quarter: db.prepare('SELECT max(t) AS t FROM quarter WHERE sim = ?'),
  };
  const latestOf = (table: 'minute' | 'quarter', sim: boolean) => latest[table].get(sim ? 1 : 0)?.t as number | null;
  return {
    write(sim, { rows, events, told }) {
      const flag = sim ? 1 : 0;
      transaction(db, () => {
        for (const { minute, means } of rows) {
          const values = SERIES.map((name) => (means[name] === undefined ? null : Math.round(means[name] * SCALE)));
          insertRow.run(flag, minute, ...values);
        }
        for (const each of told) why.write(sim, each);
        for (const e of events)
          insertEvent.run(e.houseClock ? 1 : 0, Math.round(e.timeMs), e.level, e.source, e.code, e.text);
        const first = rows[0]?.minute;
        const last = rows.at(-1)?.minute;
        if (first === undefined || last === undefined) return;
        // Only quarters that are over; the one a restart or a jump of the clock had left open is made up for.
        const from = Math.min((latestOf('quarter', sim) ?? first - 15) + 15, floor15(first));
        if (floor15(last) > from) insertQuarters.run(flag, from, floor15(last));
      });
    },
    query(sim, points, { table, fromMinute, toMinute, stepMinutes }) {
      const picked = points.map((name) => `avg("${name}")`).join(', ');
      const rows =
        db.prepare(`SELECT t / CAST(?1 AS INTEGER) * CAST(?1 AS INTEGER) AS t, count(*), ${picked} FROM ${table} WHERE sim = ?2 AND t BETWEEN ?3 AND ?4
        GROUP BY 1 ORDER BY 1`);
      rows.setReturnArrays(true);
      const rowMinutes = table === 'minute' ? 1 : QUARTER_MINUTES;
      return (rows.all(stepMinutes, sim ? 1 : 0, fromMinute, toMinute) as unknown as (number | null)[][]).map(
        ([minute, count, ...values]) => ({
          atMs: minute! * 60_000,
          minutes: count! * rowMinutes,
          values: values.map((value) => (value === null ? null : value / SCALE)),
        }),
      );
    },
    events: (limit) =>
      db
        .prepare('SELECT sim, timeMs, level, source, code, text FROM event ORDER BY id DESC LIMIT ?')
        .all(limit)
        .map(({ sim, ...event }) => ({ ...(event as unknown as Event), ...(sim === 1 && { houseClock: true }) })),
    whyAt: why.at,
    latestMinute: (sim) => latestOf('minute', sim) ?? undefined,
    forgetAfter(minute) {
      for (const table of ['minute', 'quarter']) {
        db.prepare(`DELETE FROM ${table} WHERE sim = 1 AND t > ?`).run(minute);
      }
      why.forgetAfter(minute * 60_000);
    },
    trim() {
      // By count, not by time: a clock that jumps ten years ahead must not erase what there is.
      for (const table of ['minute', 'quarter'] as const) {
        for (const sim of [0, 1]) {
          db.prepare(`DELETE FROM ${table} WHERE sim = ?1 AND t <=
            (SELECT t FROM ${table} WHERE sim = ?1 ORDER BY t DESC LIMIT 1 OFFSET ?2)`).run(sim, KEEP[table]);
        }
      }
      why.trim();
      db.prepare('DELETE FROM event WHERE id <= (SELECT max(id) FROM event) - ?').run(KEEP.event);
    },
    close: () => db.close(),
  };
}

function transaction(db: DatabaseSync, body: () => void): void {
  db.exec('BEGIN');
  try {
    body();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

const floor15 = (minute: number) => Math.floor(minute / QUARTER_MINUTES) * QUARTER_MINUTES;
