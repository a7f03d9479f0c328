import type { ChainRecord } from './chain.ts';
import {
  type Answered,
  answeredCodec,
  channelCodec,
  energyCodec,
  KIND,
  settledCodec,
  type Totals,
  totalsCodec,
  voucherEntryCodec,
} from './entries.ts';
import { type Receipt, receiptCodec } from './receipt.ts';
import { type Channel, charge, voucherCodec } from './voucher.ts';

/** What the records add up to. */
export interface Books {
  totals: Totals;
  /** By the channel's id in hex. */
  channels: Map<string, Channel>;
  /** Receipts of ours that stand in the file, by counter, and answers we got, by id in hex. */
  counters: Set<number>;
  ids: Set<string>;
  highestCounter: number;
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const NO_CHANNEL = Buffer.alloc(16);
const isNone = (channel: Uint8Array) => channel.every((byte) => byte === 0);

export function emptyBooks(): Books {
  const sums = ['floorCounter', 'earnedUc', 'spentUc', 'earnedCount', 'spentCount', 'promptTokens', 'answerTokens'];
  const energy = ['soldMilliWh', 'paidMicroEur', 'accelMilliWh', 'answersMilliWh', 'fillerMilliWh'];
  const names = [...sums, ...energy, 'electricityMicroEur', 'heatMicroEur', 'modelled'];
  const totals = Object.fromEntries(names.map((name) => [name, 0])) as unknown as Totals;
  return { totals, channels: new Map(), counters: new Set(), ids: new Set(), highestCounter: 0 };
}

/** Takes one record into the books; the record is one that was accepted before. */
export function post(books: Books, { kind, payload }: ChainRecord): void {
  const { totals, channels } = books;
  if (kind === KIND.earned || kind === KIND.spent) {
    const entry = answeredCodec.decode(payload);
    postAnswered(books, kind === KIND.earned, entry, receiptCodec.decode(entry.receipt));
  } else if (kind === KIND.voucher) {
    const voucher = voucherCodec.decode(voucherEntryCodec.decode(payload).voucher);
    const channel = channels.get(hexOf(voucher.channel));
    if (channel) Object.assign(channel, { counter: voucher.counter, cumulativeUc: voucher.cumulativeUc });
  } else if (kind === KIND.settled) {
    const settled = settledCodec.decode(payload);
    const channel = channels.get(hexOf(settled.channel));
    if (channel) channel.settledUc = Math.max(channel.settledUc, settled.cumulativeUc);
    totals.paidMicroEur += settled.paidMicroEur;
  } else if (kind === KIND.channel) {
    const channel = channelCodec.decode(payload);
    channels.set(hexOf(channel.channel), channel);
  } else if (kind === KIND.energy) {
    const { hour: _, modelled, ...sums } = energyCodec.decode(payload);
    for (const [name, value] of Object.entries(sums)) totals[name as keyof typeof sums] += value;
    totals.modelled = Math.max(totals.modelled, modelled);
  } else if (kind === KIND.totals) {
    books.totals = totalsCodec.decode(payload);
    books.highestCounter = books.totals.floorCounter;
  }
}

function postAnswered(books: Books, earned: boolean, entry: Answered, receipt: Receipt): void {
  const { totals } = books;
  if (earned) {
    books.counters.add(receipt.counter);
    books.highestCounter = Math.max(books.highestCounter, receipt.counter);
    totals.earnedUc += receipt.amountUc;
    totals.earnedCount++;
    totals.promptTokens += receipt.promptTokens;
    totals.answerTokens += receipt.answerTokens;
    totals.soldMilliWh += entry.energyMilliWh;
  } else {
    books.ids.add(hexOf(receipt.id));
    totals.spentUc += receipt.amountUc;
    totals.spentCount++;
  }
  const name = hexOf(entry.channel);
  const channel = books.channels.get(name);
  if (channel) books.channels.set(name, charge(channel, receipt.amountUc));
}

/** An answer stands in the file for a day, one not yet settled for a month; energy for the same day. */
export const KEEP_SETTLED_HOURS = 24;
export const KEEP_OPEN_HOURS = 30 * 24;

/**
 * What a pruned ledger holds: the sums and channels of the longest beginning that is settled and old, and the records
 * after it as they were. The same list where there is nothing to prune.
 */
export function pruned(records: readonly ChainRecord[], now: Books, nowHour: number): ChainRecord[] {
  const before = emptyBooks();
  let count = 0;
  for (const record of records) {
    if (!mayGo(record, before, now, nowHour)) break;
    post(before, record);
    count++;
  }
  const seq = records[count - 1]?.seq;
  if (seq === undefined || records.slice(0, count).every(({ kind }) => kind === KIND.totals || kind === KIND.channel)) {
    return [...records];
  }
  const totals = { ...before.totals, floorCounter: before.highestCounter };
  return [
    { seq, kind: KIND.totals, payload: totalsCodec.encode(totals) },
    ...[...before.channels.values()].map((c) => ({ seq, kind: KIND.channel, payload: channelCodec.encode(c) })),
    ...records.slice(count),
  ];
}

function mayGo({ kind, payload }: ChainRecord, before: Books, now: Books, nowHour: number): boolean {
  if (kind === KIND.energy) return energyCodec.decode(payload).hour <= nowHour - KEEP_SETTLED_HOURS;
  if (kind !== KIND.earned && kind !== KIND.spent) return true;
  const entry = answeredCodec.decode(payload);
  const { hour, amountUc } = receiptCodec.decode(entry.receipt);
  if (hour > nowHour - KEEP_SETTLED_HOURS) return false;
  if (isNone(entry.channel) || hour <= nowHour - KEEP_OPEN_HOURS) return true;
  const name = hexOf(entry.channel);
  const charged = (before.channels.get(name)?.chargedUc ?? 0) + amountUc;
  return charged <= (now.channels.get(name)?.settledUc ?? 0);
}
