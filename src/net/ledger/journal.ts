import { type Clock, systemClock } from '../../core/clock.ts';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import { type ChainRecord, encodeRecord, MAX_PAYLOAD_BYTES } from './chain.ts';
import type { Disk } from './disk.ts';
import { encodeHeader, encodeSlot, GENESIS, HEADER_BYTES, type Head, slotAt } from './heads.ts';
import { type Scan, scan } from './scan.ts';

export interface JournalLimits {
  /** A record waits no longer than this for its fsync; with the fsync itself it stays below 60 s. */
  holdMs: number;
  /** More than this not yet on disk, micro-credits, is written at once. */
  exposureUc: number;
  pending: number;
  /** After a failed write. */
  retryMs: number;
}
export const JOURNAL_LIMITS: JournalLimits = { holdMs: 50_000, exposureUc: 100_000, pending: 10_000, retryMs: 30_000 };

/** Calls back once after `ms`; the answer takes it back. */
export type Schedule = (ms: number, body: () => void) => () => void;

export interface Appended {
  seq: number;
  /** Resolves with `seq` once the record is fsynced: only then may it be acknowledged. */
  committed: Promise<number>;
}

export interface Journal {
  /** Throws LEDGER_REFUSES while the disk does not take what is written, BUSY with too much under way. */
  append(kind: number, payload: Uint8Array, exposureUc?: number): Appended;
  /** Resolves when all that was appended is on disk; rejects with LEDGER_REFUSES. */
  flush(): Promise<void>;
  /** Why nothing is taken now. */
  refusing(): string | undefined;
  /** Puts other records in the place of all committed ones. `choose` gets a scan of the file. */
  rewrite(choose: (committed: ChainRecord[]) => ChainRecord[]): Promise<void>;
  fsyncs(): number;
  close(): Promise<void>;
}

export interface JournalOptions {
  disk: Disk;
  onRecord: (record: ChainRecord) => void;
  /** Damage found at the start: the text for people. Called after the good records. */
  onDamage: (text: string) => void;
  /** Where a damaged file is kept, from its last good record. */
  asideName: (seq: number) => string;
  limits?: Partial<JournalLimits>;
  clock?: Clock;
  schedule?: Schedule;
}

interface Pending extends ChainRecord {
  exposureUc: number;
  done: (seq: number) => void;
}

/** After damage that took the head records too nobody knows which numbers were given. */
const UNKNOWN_GAP = 1_000_000;

export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { start, head, nextTurn } = await recover(options);
  return new FileJournal(options, { head, seq: start, turn: nextTurn });
}

/** Reads what is there; damaged, it is kept aside and the good part goes on. */
async function recover({ disk, onRecord, onDamage, asideName }: JournalOptions) {
  const bytes = await disk.read();
  if (!bytes) {
    const head: Head = { seq: 0, end: HEADER_BYTES, hash: GENESIS };
    await disk.replace(encodeHeader(head));
    return { start: 0, head, nextTurn: 0 };
  }
  const found: Scan = scan(bytes, onRecord);
  const head: Head = { seq: found.seq, end: found.end, hash: found.hash };
  if (found.damage) {
    const aside = asideName(found.seq);
    const good = bytes.subarray(HEADER_BYTES, found.end);
    await disk.replace(Buffer.concat([encodeHeader(head), good]), aside);
    onDamage(`${found.damage}; the good part goes on, the old file is ${aside}`);
    return { start: found.usedSeq + (found.brokenSlots === 2 ? UNKNOWN_GAP : 0), head, nextTurn: 0 };
  }
  if (found.tailBytes) await disk.truncate(found.end);
  if (found.tailBytes || found.brokenSlots) {
    await disk.sync();
    await disk.write(encodeSlot(head), slotAt(found.nextTurn));
    await disk.sync();
  }
  return { start: found.usedSeq, head, nextTurn: found.nextTurn };
}

class FileJournal implements Journal {
  readonly #disk: Disk;
  readonly #limits: JournalLimits;
  readonly #clock: Clock;
  readonly #schedule: Schedule;
  readonly #pending: Pending[] = [];
  #head: Head;
  #seq: number;
  #turn: number;
  #fsyncs = 0;
  #openUc = 0;
  #oldestMs = 0;
  #fault: string | undefined;
  #cancel: (() => void) | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: JournalOptions, at: { head: Head; seq: number; turn: number }) {
    this.#disk = options.disk;
    this.#limits = { ...JOURNAL_LIMITS, ...options.limits };
    this.#clock = options.clock ?? systemClock;
    this.#schedule = options.schedule ?? systemSchedule;
    this.#head = at.head;
    this.#seq = at.seq;
    this.#turn = at.turn;
  }

  append(kind: number, payload: Uint8Array, exposureUc = 0): Appended {
    if (this.#fault !== undefined) throw this.#refusal();
    if (this.#pending.length >= this.#limits.pending)
      throw new HeatmineError('BUSY', 'the ledger has too much under way');
    if (payload.length > MAX_PAYLOAD_BYTES) throw new Error(`a record of ${payload.length} bytes`);
    const { promise, resolve } = Promise.withResolvers<number>();
    if (this.#pending.length === 0) this.#oldestMs = this.#clock.monoMs();
    const seq = ++this.#seq;
    this.#pending.push({ seq, kind, payload, exposureUc, done: resolve });
    this.#openUc += exposureUc;
    if (this.#openUc > this.#limits.exposureUc) this.flush().catch(() => {});
    else this.#later(Math.max(0, this.#oldestMs + this.#limits.holdMs - this.#clock.monoMs()));
    return { seq, committed: promise };
  }

  flush(): Promise<void> {
    return this.#inTurn(() => this.#commit());
  }

  refusing(): string | undefined {
    return this.#fault;
  }

  rewrite(choose: (committed: ChainRecord[]) => ChainRecord[]): Promise<void> {
    return this.#inTurn(async () => {
      const committed: ChainRecord[] = [];
      const bytes = await this.#disk.read();
      const found = bytes && scan(bytes.subarray(0, this.#head.end), (record) => committed.push(record));
      if (!found || found.damage) throw new HeatmineError('LEDGER_DAMAGED', `${found?.damage ?? 'the file is gone'}`);
      const { bytes: records, last } = encodeAll({ seq: 0, end: HEADER_BYTES, hash: GENESIS }, choose(committed));
      this.#fsyncs += 2;
      await this.#disk.replace(Buffer.concat([encodeHeader(last), records]));
      this.#head = last;
      this.#turn = 0;
    });
  }

  fsyncs(): number {
    return this.#fsyncs;
  }

  async close(): Promise<void> {
    await this.flush().catch(() => {});
    this.#cancel?.();
    // Takes the last head record along.
    if (this.#fault === undefined) await this.#sync().catch(() => {});
    await this.#disk.close();
  }

  async #commit(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const batch = this.#pending.slice();
    if (batch.length === 0) return;
    try {
      await this.#write(batch);
      this.#fault = undefined;
    } catch (error) {
      this.#fault = messageOf(error);
    }
    if (this.#pending.length) this.#later(this.#fault === undefined ? this.#limits.holdMs : this.#limits.retryMs);
    if (this.#fault !== undefined) throw this.#refusal();
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    if (this.#fault !== undefined) await this.#disk.truncate(this.#head.end);
    const { bytes, last } = encodeAll(this.#head, batch);
    await this.#disk.write(bytes, this.#head.end);
    await this.#sync();
    this.#head = last;
    this.#pending.splice(0, batch.length);
    this.#openUc -= batch.reduce((sum, p) => sum + p.exposureUc, 0);
    this.#oldestMs = this.#clock.monoMs();
    for (const p of batch) p.done(p.seq);
    // After the fsync: a slot on disk then always tells of records that are on disk. The next fsync takes it along.
    await this.#disk.write(encodeSlot(last), slotAt(this.#turn++));
  }

  #sync(): Promise<void> {
    this.#fsyncs++;
    return this.#disk.sync();
  }

  #refusal(): HeatmineError {
    return new HeatmineError('LEDGER_REFUSES', `the ledger cannot be written: ${this.#fault}`);
  }

  #later(ms: number): void {
    this.#cancel ??= this.#schedule(ms, () => {
      this.#cancel = undefined;
      this.flush().catch(() => {});
    });
  }

  #inTurn<T>(body: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(body);
    this.#queue = next.catch(() => {});
    return next;
  }
}

function encodeAll(from: Head, records: readonly ChainRecord[]): { bytes: Buffer; last: Head } {
  let { hash, seq } = from;
  const parts = records.map((record) => {
    const next = encodeRecord(hash, record);
    ({ hash } = next);
    ({ seq } = record);
    return next.bytes;
  });
  const bytes = Buffer.concat(parts);
  return { bytes, last: { seq, hash, end: from.end + bytes.length } };
}

const systemSchedule: Schedule = (ms, body) => {
  const timer = setTimeout(body, ms);
  timer.unref();
  return () => clearTimeout(timer);
};
