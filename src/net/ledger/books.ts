import type { ChainRecord } from './chain.ts';
import {
  type Answered,
  answeredCodec,
  cameByCodec,
  channelCodec,
  energyCodec,
  KIND,
  reservedCodec,
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
  /** Receipts of ours that stand in the file, by counter, and answers we got, by id in hex: the number of their record. */
  counters: Map<number, number>;
  ids: Map<string, number>;
  highestCounter: number;
  /** Answers given in each of the last hours, by hours since 1970. */
  hours: Map<number, HourSums>;
  /** The newest paid answers that their askers signed for, by counter. */
  uses: Map<number, PaidUse>;
}

/** What demand is reckoned from. */
export interface PaidUse {
  expert: string;
  payer: Uint8Array;
  /** Key of the relay that it came through. */
  relay?: Uint8Array;
  /** Of the answer. */
  tokens: number;
  /** Since 1970, UTC. */
  hour: number;
}

export interface HourSums {
  answers: number;
  /** Of them for nothing. */
  free: number;
  earnedUc: number;
  /** For answers of others. */
  spentUc: number;
}

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const NO_CHANNEL = Buffer.alloc(16);

export function emptyBooks(): Books {
  const sums = ['floorCounter', 'earnedUc', 'spentUc', 'earnedCount', 'spentCount', 'promptTokens', 'answerTokens'];
  const energy = ['soldMilliWh', 'paidMicroEur', 'accelMilliWh', 'answersMilliWh', 'fillerMilliWh'];
  const names = [...sums, ...energy, 'electricityMicroEur', 'heatMicroEur', 'modelled', 'settledUc'];
  const totals = Object.fromEntries(names.map((name) => [name, 0])) as unknown as Totals;
  const maps = { channels: new Map(), counters: new Map(), ids: new Map(), hours: new Map(), uses: new Map() };
  return { totals, ...maps, highestCounter: 0 };
}

/** Takes one record into the books; the record is one that was accepted before. */
export function post(books: Books, { seq, kind, payload }: ChainRecord): void {
  const { totals, channels } = books;
  if (kind === KIND.earned || kind === KIND.spent) {
    const entry = answeredCodec.decode(payload);
    const receipt = receiptCodec.decode(entry.receipt);
    if (kind === KIND.earned) books.counters.set(receipt.counter, seq);
    else books.ids.set(hexOf(receipt.id), seq);
    postAnswered(books, kind === KIND.earned, entry, receipt);
    if (kind === KIND.earned && entry.signed === 1 && receipt.amountUc > 0) noteUse(books.uses, receipt);
  } else if (kind === KIND.cameBy) {
    const { counter, relay } = cameByCodec.decode(payload);
    const use = books.uses.get(counter);
    if (use) use.relay = relay;
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
  } else if (kind === KIND.reserved) {
    books.highestCounter = Math.max(books.highestCounter, reservedCodec.decode(payload).counter);
  } else if (kind === KIND.totals) {
    books.totals = totalsCodec.decode(payload);
    books.highestCounter = books.totals.floorCounter;
  }
}

function postAnswered(books: Books, earned: boolean, entry: Answered, receipt: Receipt): void {
  const { totals } = books;
  if (earned) {
    const sums = hourOf(books.hours, receipt);
    sums.answers++;
    if (receipt.amountUc === 0) sums.free++;
    sums.earnedUc += receipt.amountUc;
    books.highestCounter = Math.max(books.highestCounter, receipt.counter);
    totals.earnedUc += receipt.amountUc;
    totals.earnedCount++;
    totals.promptTokens += receipt.promptTokens;
    totals.answerTokens += receipt.answerTokens;
    totals.soldMilliWh += entry.energyMilliWh;
  } else {
    hourOf(books.hours, receipt).spentUc += receipt.amountUc;
    totals.spentUc += receipt.amountUc;
    totals.spentCount++;
  }
  const name = hexOf(entry.channel);
  const channel = books.channels.get(name);
  if (channel) books.channels.set(name, charge(channel, receipt.amountUc));
}

const USES_KEPT = 20_000;

function noteUse(uses: Map<number, PaidUse>, { counter, expert, asker, answerTokens, hour }: Receipt): void {
  uses.set(counter, { expert, payer: asker, tokens: answerTokens, hour });
  if (uses.size > USES_KEPT) uses.delete(uses.keys().next().value!);
}

/** A day, and what clocks may differ by. */
const HOURS_KEPT = 29;

/** The sums of this receipt's hour. */
function hourOf(hours: Map<number, HourSums>, { hour }: Receipt): HourSums {
  const sums = hours.get(hour) ?? { answers: 0, free: 0, earnedUc: 0, spentUc: 0 };
  hours.set(hour, sums);
  if (hours.size > HOURS_KEPT) hours.delete(Math.min(...hours.keys()));
  return sums;
}
