import { HeatmineError } from '../../../core/errors.ts';
import { hexOf, NO_CHANNEL } from '../../ledger/books.ts';
import type { Appended } from '../../ledger/journal.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { SignedReceipt } from '../../ledger/receipt.ts';
import type { Via } from '../../ledger/sunshine.ts';
import {
  type Channel,
  charge,
  debtUc,
  isOfNow,
  openChannel,
  type SignedVoucher,
  takeVoucher,
} from '../../ledger/voucher.ts';
import { keyFromText, verifySignature } from '../identity.ts';

/** An answer that went out, with the receipt that its asker has not signed yet. */
export interface Held {
  signed: SignedReceipt;
  energyMilliWh: number;
  channel: Uint8Array;
  via: Via;
}

/**
 * A receipt of both, with the voucher that came along: all is looked at before anything is written. Resolves with the
 * number of its record once that is on disk. Throws RECEIPT_INVALID.
 */
export function writeSigned(
  ledger: Ledger,
  signed: SignedReceipt,
  voucher: SignedVoucher | undefined,
  { held, hour }: { held: Held | undefined; hour: number },
): Promise<number> {
  const { receipt } = signed;
  if (held && held.signed.receipt.counter !== receipt.counter) refuse('a later receipt took the place of this one');
  const standsAt = ledger.books().counters.get(receipt.counter);
  const channel = voucher && channelFor(ledger, signed, voucher, { held, hour, isCharged: standsAt !== undefined });
  const isNew = channel !== undefined && !ledger.books().channels.has(hexOf(channel.channel));
  let last: Appended | undefined;
  // What stands there already by our word alone was charged to nobody, if its channel is new.
  if (isNew) last = ledger.openChannel(standsAt === undefined ? channel : { ...channel, chargedUc: receipt.amountUc });
  if (standsAt === undefined) {
    last = ledger.earned(signed, held?.energyMilliWh ?? 0, channel?.channel);
    const relay = keyFromText(held?.via.relay ?? '');
    if (relay) last = ledger.cameBy(receipt.counter, relay);
  }
  if (voucher) last = ledger.voucher(voucher) ?? last;
  const { seq, committed } = last ?? { seq: standsAt!, committed: Promise.resolve(standsAt!) };
  // Told is the record of the receipt; all that belongs to it is on disk by then.
  return committed.then(() => ledger.books().counters.get(receipt.counter) ?? seq);
}

/** By our word alone: it pays for nothing, and a channel that has paid before owes it. */
export function writeUnsigned(ledger: Ledger, { signed, energyMilliWh, channel }: Held): void {
  const isKnown = ledger.books().channels.has(hexOf(channel));
  ledger.earned(signed, energyMilliWh, isKnown ? channel : NO_CHANNEL);
}

function channelFor(
  ledger: Ledger,
  { receipt }: SignedReceipt,
  signed: SignedVoucher,
  { held, hour, isCharged }: { held: Held | undefined; hour: number; isCharged: boolean },
): Channel {
  const { asker, server, amountUc } = receipt;
  const { channel } = signed.voucher;
  if (held && !same(held.channel, channel)) refuse('the voucher is of another channel than the order');
  const known = ledger.books().channels.get(hexOf(channel));
  if (!known && !isOfNow(channel, hour)) refuse('the channel is not of now');
  const before: Channel = known ?? openChannel(channel, asker, server);
  if (!same(before.payer, asker)) refuse('the channel is that of another key');
  const after = takeVoucher(before, signed, verifySignature);
  // What was open before may stay open; this answer may not add to it.
  const openBeforeUc = debtUc(isCharged ? { ...before, chargedUc: before.chargedUc - amountUc } : before);
  if (debtUc(isCharged ? after : charge(after, amountUc)) > openBeforeUc)
    refuse(`the voucher does not cover its ${amountUc} uc`);
  return before;
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.from(a).equals(b);

function refuse(why: string): never {
  throw new HeatmineError('RECEIPT_INVALID', `receipt: ${why}`);
}
