import { createHash } from 'node:crypto';
import type { Clock } from '../../../core/clock.ts';
import { HeatmineError, messageOf } from '../../../core/errors.ts';
import type { Log } from '../../../core/log.ts';
import { tokenBucket } from '../../buckets.ts';
import type { Reply } from '../query.ts';
import { type Epoch, readBook, writeBook } from './book.ts';
import { KEY_HINT_CHARS, type TellRequest, type UsefulKeysRequest, type Wish } from './messages.ts';
import { isOurs, newSecret, publicOf, signer } from './oprf.ts';

export const EPOCH_MS = 7 * 24 * 3_600_000;
/** Tokens of this key and of the one before count. */
const KEPT = 2;
const MOST_SPENT = 20_000;
/** Each costs two evaluations of a curve. */
const TELLS = { perS: 5, burst: 20 };
/** The card is written once in this time at most; a crash loses the count and its token alike. */
const WRITE_MS = 60_000;
const SPENT_BYTES = 16;

/** The expert's side: signs one token an answer, and counts what is told with them. */
export interface Told {
  /** For the descriptor. */
  readonly key: string;
  keys(): Promise<string[]>;
  /** Makes the token of one answer at its end; undefined for a key that is no longer here. Throws MESSAGE_INVALID. */
  issue(expert: string, wish: Wish): (() => Promise<string>) | undefined;
  /** Throws TOKEN_REFUSED, RATE_LIMITED or BUSY. */
  take(tell: TellRequest['tell']): Promise<void>;
  close(): void;
}

export interface ToldOptions {
  file: string;
  clock: Pick<Clock, 'wallMs' | 'monoMs'>;
  log: Log;
  mostSpent?: number;
}

export async function openTold({ file, clock, log, mostSpent = MOST_SPENT }: ToldOptions): Promise<Told> {
  const book = readBook(file);
  const spent = new Map<Epoch, Set<string>>(book.epochs.map((epoch) => [epoch, new Set(epoch.spent)]));
  const save = saver(() => writeBook(file, { ...book, epochs: book.epochs.map(whole) }), clock, log);
  const whole = (epoch: Epoch): Epoch => ({ ...epoch, spent: [...spent.get(epoch)!] });
  let turning: Promise<void> | undefined;
  const turn = async () => {
    const secret = await newSecret();
    const epoch: Epoch = { secret, key: publicOf(secret), bornMs: clock.wallMs(), spent: [] };
    spent.set(epoch, new Set());
    book.epochs.push(epoch);
    for (const old of book.epochs.splice(0, book.epochs.length - KEPT)) spent.delete(old);
    save.now();
    turning = undefined;
  };
  const fresh = async () => {
    const newest = book.epochs.at(-1);
    if (newest && clock.wallMs() - newest.bornMs < EPOCH_MS) return;
    turning ??= turn();
    await turning;
  };
  const tells = tokenBucket(TELLS, clock.monoMs());
  await fresh();
  return {
    get key() {
      // One past its week is shown once more; its tokens count for another week.
      void fresh();
      return book.epochs.at(-1)!.key;
    },
    async keys() {
      await fresh();
      return book.epochs.map(({ key }) => key);
    },
    issue(expert, { key: hint, blinded }) {
      const epoch = book.epochs.find(({ key }) => key.slice(0, KEY_HINT_CHARS) === hint);
      return epoch && signer(epoch.secret, expert, blinded);
    },
    async take({ expert, input, output, useful }) {
      if (!tells.take(1, clock.monoMs())) throw new HeatmineError('RATE_LIMITED', 'too many tell at once');
      await fresh();
      const epoch = await epochOf(book.epochs, expert, { input, output });
      if (!epoch) throw new HeatmineError('TOKEN_REFUSED', 'no token of this node, or of a key that is gone');
      const used = spent.get(epoch);
      // Of the bytes, not of the text: a token that is written another way is the same one.
      const name = createHash('sha256')
        .update(input, 'base64url')
        .digest()
        .subarray(0, SPENT_BYTES)
        .toString('base64url');
      if (!used || used.has(name)) throw new HeatmineError('TOKEN_REFUSED', 'told before with this token');
      if (used.size >= mostSpent) throw new HeatmineError('BUSY', 'no more can be told this week');
      used.add(name);
      const { useful: yes, not } = Object.hasOwn(book.counts, expert) ? book.counts[expert]! : { useful: 0, not: 0 };
      book.counts[expert] = useful ? { useful: yes + 1, not } : { useful: yes, not: not + 1 };
      save.soon();
    },
    close: save.close,
  };
}

/** Throws NOT_OFFERED where nothing is counted, else as `take`. */
export async function replyTo(told: Told | undefined, request: TellRequest | UsefulKeysRequest): Promise<Reply> {
  if (!told) throw new HeatmineError('NOT_OFFERED', 'this node counts no answers as useful or not');
  if ('usefulKeys' in request) return { type: 'usefulKeys', keys: await told.keys() };
  await told.take(request.tell);
  return { type: 'told' };
}

async function epochOf(epochs: readonly Epoch[], expert: string, token: { input: string; output: string }) {
  for (const epoch of epochs.toReversed()) if (await isOurs(epoch.secret, expert, token)) return epoch;
  return undefined;
}

/** `soon`: at once where the last one is long ago, else when its time has come. */
function saver(write: () => void, { monoMs }: Pick<Clock, 'monoMs'>, log: Log) {
  let lastMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  const now = () => {
    try {
      write();
    } catch (error) {
      log.warn({ err: messageOf(error) }, 'what askers told could not be written down');
    }
  };
  const due = () => {
    clearTimeout(timer);
    timer = undefined;
    lastMs = monoMs();
    now();
  };
  return {
    now,
    soon() {
      const waitMs = lastMs + WRITE_MS - monoMs();
      if (waitMs <= 0) due();
      else timer ??= setTimeout(due, waitMs).unref();
    },
    close() {
      if (timer) due();
    },
  };
}
