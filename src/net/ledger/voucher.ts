import { HeatmineError } from '../../core/errors.ts';
import { codec, type ValueOf } from './codec.ts';
import type { Sign, Verify } from './receipt.ts';

export const VOUCHER_VERSION = 1;
const DOMAIN = 'voucher';

const LAYOUT = {
  version: 'u8',
  /** As `channelId` makes it, when the two neighbours first deal. */
  channel: 'b16',
  payer: 'b32',
  payee: 'b32',
  /** Counts up by one or more with each voucher of the channel. */
  counter: 'u53',
  /** All that the payer has ever owed on this channel, micro-credits: a lost voucher is made good by the next. */
  cumulativeUc: 'u53',
} as const;
export type Voucher = ValueOf<typeof LAYOUT>;
export const voucherCodec = codec('voucher', LAYOUT);

export interface SignedVoucher {
  voucher: Voucher;
  signature: Uint8Array;
}

/**
 * So far from the payee's hour a channel may have begun: its payer's key lives a day, and clocks differ. Without it one that was paid
 * up and forgotten could be opened anew, and its old voucher would pay once more.
 */
const CHANNEL_HOURS = 26;

/** The hour since 1970 in which it begins (4 bytes, big endian), then 12 bytes of chance. */
export function channelId(hour: number, chance: Uint8Array): Buffer {
  const id = Buffer.alloc(16);
  id.writeUInt32BE(hour);
  id.set(chance.subarray(0, 12), 4);
  return id;
}

/** Whether this channel may be used now. One for which that is false stays so: it may be forgotten. */
export const isOfNow = (channel: Uint8Array, nowHour: number): boolean =>
  Math.abs(nowHour - Buffer.from(channel).readUInt32BE()) <= CHANNEL_HOURS;

/** One direction between two neighbours, as either side keeps it. Plain data. */
export interface Channel {
  channel: Uint8Array;
  payer: Uint8Array;
  payee: Uint8Array;
  /** What has been delivered. */
  chargedUc: number;
  /** Of the newest voucher. */
  counter: number;
  cumulativeUc: number;
  /** Paid out or netted by a settlement. */
  settledUc: number;
}

export const openChannel = (channel: Uint8Array, payer: Uint8Array, payee: Uint8Array): Channel => ({
  channel,
  payer,
  payee,
  chargedUc: 0,
  counter: 0,
  cumulativeUc: 0,
  settledUc: 0,
});

/** Delivered and not yet covered by a voucher. */
export const debtUc = (c: Channel): number => Math.max(0, c.chargedUc - c.cumulativeUc);

/** Settled, as far as anything was delivered for it: a promise costs nothing, however large. */
export const settledFor = (c: Channel): number => Math.min(c.settledUc, c.chargedUc);

/** Whether the payee should deliver work of at most `uc` more before it sees a voucher. */
export function mayServe(c: Channel, uc: number, debtLimitUc: number): { ok: boolean; reason: string } {
  const after = debtUc(c) + uc;
  return after <= debtLimitUc
    ? { ok: true, reason: `debt ${debtUc(c)} of ${debtLimitUc} uc` }
    : { ok: false, reason: `a voucher is due: ${debtUc(c)} uc are open, ${uc} more would pass ${debtLimitUc}` };
}

/** Both sides, for each receipt. Throws RECEIPT_INVALID for an amount that is none. */
export function charge(c: Channel, uc: number): Channel {
  const chargedUc = c.chargedUc + uc;
  if (!Number.isSafeInteger(uc) || uc < 0 || !Number.isSafeInteger(chargedUc)) refuse(`${uc} uc cannot be charged`);
  return { ...c, chargedUc };
}

/** The payer's next voucher, over all that was delivered. */
export function issueVoucher(c: Channel, sign: Sign): { channel: Channel; signed: SignedVoucher } {
  const cumulativeUc = Math.max(c.chargedUc, c.cumulativeUc);
  const counter = c.counter + 1;
  const { channel, payer, payee } = c;
  const voucher: Voucher = { version: VOUCHER_VERSION, channel, payer, payee, counter, cumulativeUc };
  const signed = { voucher, signature: sign(DOMAIN, voucherCodec.encode(voucher)) };
  return { channel: { ...c, counter, cumulativeUc }, signed };
}

/**
 * The payee's look at a voucher. An older or repeated one changes nothing. Throws RECEIPT_INVALID for one of somebody
 * else, a forged one, or one that takes back what an earlier one promised.
 */
export function takeVoucher(c: Channel, signed: SignedVoucher, verify: Verify): Channel {
  const { voucher: v, signature } = signed;
  if (v.version !== VOUCHER_VERSION) refuse(`version ${v.version} is not ${VOUCHER_VERSION}`);
  for (const part of ['channel', 'payer', 'payee'] as const) {
    if (!Buffer.from(v[part]).equals(c[part])) refuse(`another ${part}`);
  }
  if (!verify(v.payer, DOMAIN, voucherCodec.encode(v), signature)) refuse('the signature does not fit');
  if (v.counter <= c.counter) {
    if (v.cumulativeUc > c.cumulativeUc) refuse('an old counter with a new amount');
    return c;
  }
  if (v.cumulativeUc < c.cumulativeUc) refuse('less than was promised before');
  return { ...c, counter: v.counter, cumulativeUc: v.cumulativeUc };
}

function refuse(why: string): never {
  throw new HeatmineError('RECEIPT_INVALID', `voucher: ${why}`);
}
