import type { Event, Reason } from '../../contract/messages.ts';
import { unitOf } from '../../contract/units.ts';
import { HeatmineError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import { didYouMean } from '../../core/strict-file.ts';
import { tokenBucket } from '../buckets.ts';
import { openHealingStore } from './healing-store.ts';
import { type MinuteRow, minuteMeans } from './means.ts';
import { type Sample, SERIES, type SeriesName } from './series.ts';
import type { Span, Step } from './store.ts';
import { type Told, whenNew } from './why.ts';

export interface HistoryAnswer {
  stepS: number;
  /** True when the times are those of the simulated house. */
  simulated: boolean;
  points: SeriesName[];
  rows: [timeMs: number, ...(number | null)[]][];
  /** Of each row, how many minutes its means are made of: after a start or a gap fewer than its step has. */
  minutes: number[];
}

export interface History {
  sample(timeMs: number, simulated: boolean, sample: Sample): void;
  event(event: Event): void;
  /** Keeps the reasons of this moment, of the house last sampled, when they are others than before, at most once a minute, and every quarter of an hour. */
  tell(timeMs: number, reasons: readonly Reason[]): void;
  /** The reasons that held at this time, null when nothing is known of it. */
  whyAt(timeMs: number): Told | null;
  /** Throws MESSAGE_INVALID for an unknown name. At most MAX_ROWS rows; longer steps where it would be more. */
  query(points: readonly string[], hours: number): HistoryAnswer;
  /** Newest first. */
  events(limit: number): Event[];
  /** Writes what has gathered: called every few minutes. */
  flush(): void;
  close(): void;
}

const MAX_ROWS = 2_000;
const MINUTE_TABLE_HOURS = 30 * 24;
/** What waits for the next commit is bounded, also when the disk is full and no commit succeeds. */
const MAX_PENDING_ROWS = 3_600;
const MAX_PENDING_EVENTS = 200;
const MAX_PENDING_TOLD = 200;
const EVENT_RATE = { perS: 0.5, burst: 60 };
/** A fault that comes and goes must not wear the card out. */
const FAULT_RATE = { perS: 1 / 300, burst: 5 };
const TRIM_EVERY_FLUSHES = 60;
/** Two runs of the simulated house closer together than this are taken for one. */
const SIM_BACKWARD_MINUTES = 2;

export function openHistory(file: string, log: Log): History {
  const events: Event[] = [];
  const told: Told[] = [];
  const store = openHealingStore(file, log, (event) => events.push(event));
  const means = minuteMeans();
  let rows: MinuteRow[] = [];
  const bucket = tokenBucket(EVENT_RATE, performance.now());
  const faults = tokenBucket(FAULT_RATE, performance.now());
  let simulated = false;
  let latestMinute: number | undefined;
  let flushes = 0;

  const flush = () => {
    const taken = { rows: [...rows], events: [...events], told: [...told] };
    if (!rows.length && !events.length && !told.length) return;
    const written = store.run('write', (s) => {
      s.write(simulated, taken);
      if (flushes++ % TRIM_EVERY_FLUSHES === 0) s.trim();
      return true;
    });
    if (!written) return;
    rows = rows.slice(taken.rows.length);
    events.splice(0, taken.events.length);
    told.splice(0, taken.told.length);
  };

  const closeMinute = () => {
    const row = means.end();
    if (row) rows.push(row);
  };

  const startRun = (sim: boolean, minute: number) => {
    closeMinute();
    flush();
    rows = [];
    told.length = 0;
    simulated = sim;
    if (sim) store.run('a simulation starts again', (s) => s.forgetAfter(minute));
  };

  return {
    sample(timeMs, sim, sample) {
      const minute = Math.floor(timeMs / 60_000);
      const back = latestMinute !== undefined && minute < latestMinute - SIM_BACKWARD_MINUTES;
      if (latestMinute === undefined || sim !== simulated || (sim && back)) {
        startRun(sim, minute);
      }
      latestMinute = minute;
      const row = means.add(timeMs, sample);
      if (row) rows.push(row);
      if (rows.length > MAX_PENDING_ROWS) rows.shift();
    },
    event(event) {
      if (events.length >= MAX_PENDING_EVENTS || !bucket.take(1, performance.now())) return;
      events.push(event);
      // What led to a fault must outlive what may come of it.
      if (event.level === 'fault' && faults.take(1, performance.now())) flush();
    },
    tell: whenNew((each) => {
      told.push(each);
      if (told.length > MAX_PENDING_TOLD) told.shift();
    }),
    whyAt: (timeMs) =>
      told.findLast((each) => each.timeMs <= timeMs) ?? store.run('reasons', (s) => s.whyAt(simulated, timeMs)) ?? null,
    query: (points, hours) => answerOf(store, { simulated, latestMinute, rows }, points, hours),
    events(limit) {
      return [...events.toReversed(), ...(store.run('events', (s) => s.events(limit)) ?? [])].slice(0, limit);
    },
    flush,
    close() {
      closeMinute();
      flush();
      store.close();
    },
  };
}

interface Pending {
  simulated: boolean;
  latestMinute: number | undefined;
  rows: readonly MinuteRow[];
}

function answerOf(
  store: ReturnType<typeof openHealingStore>,
  { simulated, latestMinute, rows }: Pending,
  points: readonly string[],
  hours: number,
): HistoryAnswer {
  const names = points.map(knownSeries);
  const latest = latestMinute ?? store.run('query', (s) => s.latestMinute(simulated)) ?? 0;
  const span = spanOf(hours, latest);
  const found = store.run('query', (s) => s.query(simulated, names, span)) ?? [];
  if (span.table === 'minute') {
    // In fast motion hours wait to be committed: no more of them than were asked for.
    const within = rows.filter(({ minute }) => minute >= span.fromMinute);
    found.push(...pendingRows(within, names, span.stepMinutes, found.at(-1)?.atMs ?? 0));
  }
  const shown = found.slice(-MAX_ROWS);
  return {
    stepS: span.stepMinutes * 60,
    simulated,
    points: names,
    rows: shown.map((step) => rounded(step, names)),
    minutes: shown.map(({ minutes }) => minutes),
  };
}

/** Which table answers, and in steps of how many of its rows, so that no answer is longer than MAX_ROWS. */
function spanOf(hours: number, latestMinute: number): Span {
  const fine = hours <= MINUTE_TABLE_HOURS;
  const base = fine ? 1 : 15;
  const stepMinutes = base * Math.ceil((hours * 60) / base / MAX_ROWS);
  return {
    table: fine ? 'minute' : 'quarter',
    fromMinute: latestMinute - hours * 60,
    toMinute: latestMinute,
    stepMinutes,
  };
}

/** What is not committed yet, behind the last row that is, in the same steps. */
function pendingRows(rows: readonly MinuteRow[], names: readonly SeriesName[], stepMinutes: number, lastMs: number) {
  const stepMs = (row: MinuteRow) => Math.floor(row.minute / stepMinutes) * stepMinutes * 60_000;
  const steps = Map.groupBy(
    rows.filter((row) => stepMs(row) > lastMs),
    stepMs,
  );
  return [...steps].map(
    ([atMs, within]): Step => ({ atMs, minutes: within.length, values: names.map((name) => meanOf(within, name)) }),
  );
}

function meanOf(rows: readonly MinuteRow[], name: SeriesName): number | null {
  const known = rows.flatMap(({ means }) => means[name] ?? []);
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
}

const rounded = ({ atMs, values }: Step, names: readonly SeriesName[]): HistoryAnswer['rows'][number] => [
  atMs,
  ...values.map((value, i) => (value === null ? null : Number(value.toFixed(unitOf(names[i]!)?.decimals ?? 3)))),
];

function knownSeries(name: string): SeriesName {
  if ((SERIES as readonly string[]).includes(name)) return name as SeriesName;
  const meant = didYouMean(name.slice(0, 40), SERIES);
  throw new HeatmineError(
    'MESSAGE_INVALID',
    `unknown point "${name.slice(0, 40)}"${meant ? `, did you mean "${meant}"?` : ''}`,
  );
}
