import { type Books, emptyBooks, hexOf, post } from './books.ts';
import type { ChainRecord } from './chain.ts';
import {
  answeredCodec,
  channelCodec,
  energyCodec,
  KIND,
  settledCodec,
  totalsCodec,
  voucherEntryCodec,
} from './entries.ts';
import { receiptCodec } from './receipt.ts';
import { type Channel, isOfNow, settledFor, voucherCodec } from './voucher.ts';

/** An answer stands in the file for a day, one not yet settled for a month; energy for the same day. */
export const KEEP_SETTLED_HOURS = 24;
export const KEEP_OPEN_HOURS = 30 * 24;
/** Of answers that are settled, no more than this whatever their age: 2 a second for a day. */
export const MOST_ANSWERS = 200_000;

const isAnswer = ({ kind }: ChainRecord) => kind === KIND.earned || kind === KIND.spent;
const isPaidUp = (c: Channel) => c.settledUc >= c.chargedUc && c.settledUc >= c.cumulativeUc;
const isNone = (channel: Uint8Array) => channel.every((byte) => byte === 0);

/**
 * What a pruned ledger holds: the sums and channels of the longest beginning that is settled and old, and the records
 * after it as they were. The same list where there is nothing to prune.
 */
export function pruned(
  records: readonly ChainRecord[],
  now: Books,
  nowHour: number,
  mostAnswers = MOST_ANSWERS,
): ChainRecord[] {
  const before = emptyBooks();
  let over = records.filter(isAnswer).length - mostAnswers;
  let count = 0;
  for (const record of records) {
    if (!mayGo(record, before, now, nowHour, over > 0)) break;
    post(before, record);
    if (isAnswer(record)) over--;
    count++;
  }
  const kept = records.slice(count);
  const named = new Set(kept.map(channelOf));
  const channels = [...before.channels.entries()];
  // Paid up, nothing of it left in the file, and too old to be opened anew: keys are of a day, their channels are not for ever either.
  const isClosed = ([name, c]: (typeof channels)[number]) =>
    !named.has(name) &&
    isPaidUp(c) &&
    !isOfNow(c.channel, nowHour - 1) &&
    now.channels.get(name)?.chargedUc === c.chargedUc;
  const seq = records[count - 1]?.seq;
  const isDone = records.slice(0, count).every(({ kind }) => kind === KIND.totals || kind === KIND.channel);
  if (seq === undefined || (isDone && !channels.some(isClosed))) return [...records];
  const closedUc = channels.filter(isClosed).reduce((sum, [, c]) => sum + settledFor(c), 0);
  const totals = {
    ...before.totals,
    floorCounter: Math.max(before.highestCounter, before.totals.floorCounter),
    // Older releases counted promises in: what they wrote must not stop pruning for ever.
    settledUc: Math.min(Number.MAX_SAFE_INTEGER, before.totals.settledUc + closedUc),
  };
  const open = channels.filter((channel) => !isClosed(channel));
  return [
    { seq, kind: KIND.totals, payload: totalsCodec.encode(totals) },
    ...open.map(([, c]) => ({ seq, kind: KIND.channel, payload: channelCodec.encode(c) })),
    ...kept,
  ];
}

function mayGo({ kind, payload }: ChainRecord, before: Books, now: Books, nowHour: number, isOver: boolean): boolean {
  if (kind === KIND.energy) return energyCodec.decode(payload).hour <= nowHour - KEEP_SETTLED_HOURS;
  if (kind !== KIND.earned && kind !== KIND.spent) return true;
  const entry = answeredCodec.decode(payload);
  const { hour, amountUc } = receiptCodec.decode(entry.receipt);
  if (hour > nowHour - KEEP_SETTLED_HOURS && !isOver) return false;
  if (isNone(entry.channel) || hour <= nowHour - KEEP_OPEN_HOURS) return true;
  const name = hexOf(entry.channel);
  const charged = (before.channels.get(name)?.chargedUc ?? 0) + amountUc;
  return charged <= (now.channels.get(name)?.settledUc ?? 0);
}

/** The channel that a record speaks of, in hex. */
function channelOf({ kind, payload }: ChainRecord): string | undefined {
  if (kind === KIND.earned || kind === KIND.spent) return hexOf(answeredCodec.decode(payload).channel);
  if (kind === KIND.voucher) return hexOf(voucherCodec.decode(voucherEntryCodec.decode(payload).voucher).channel);
  if (kind === KIND.settled) return hexOf(settledCodec.decode(payload).channel);
  return kind === KIND.channel ? hexOf(channelCodec.decode(payload).channel) : undefined;
}

/** Lets go in memory what a rewrite has dropped from the file; sums stay, and a dropped counter stays used. */
export function forget(books: Books, kept: readonly ChainRecord[]): void {
  const first = kept[0];
  if (first?.kind !== KIND.totals) return;
  const { floorCounter, settledUc } = totalsCodec.decode(first.payload);
  for (const [counter, seq] of books.counters) if (seq <= first.seq) books.counters.delete(counter);
  for (const [id, seq] of books.ids) if (seq <= first.seq) books.ids.delete(id);
  const named = new Set(kept.map(channelOf));
  for (const [name, c] of books.channels) {
    // One opened since the file was read is named by no record yet.
    if (!named.has(name) && c.settledUc > 0 && isPaidUp(c)) books.channels.delete(name);
  }
  books.totals.floorCounter = floorCounter;
  books.totals.settledUc = settledUc;
}
