import { HeatmineError } from '../../../core/errors.ts';
import { type Codec, codec, type ValueOf } from '../../ledger/codec.ts';
import { receiptCodec, type SignedReceipt } from '../../ledger/receipt.ts';
import { type SignedVoucher, voucherCodec } from '../../ledger/voucher.ts';

export const ORDER_VERSION = 1;
export const ORDER_DOMAIN = 'order';
const SIGNATURE_BYTES = 64;

const ORDER = {
  version: 'u8',
  /** 16 bytes of chance for this question: the receipt must name it. A second try of the same question keeps it. */
  id: 'b16',
  /** The asker's short-lived key, not that of its node. */
  asker: 'b32',
  /** Key of the node that is asked. */
  server: 'b32',
  /** Where the debt goes; sixteen zeros for a question that costs nothing. */
  channel: 'b16',
  expert: 'text',
  tier: 'u8',
  /** The most that a million tokens may cost, micro-credits. */
  mostUcPerMtok: 'u53',
  hour: 'u53',
} as const;
/** What an asker signs before it is answered: nobody can run up a debt in its name. */
export type Order = ValueOf<typeof ORDER>;
export const orderCodec = codec('order', ORDER);

export interface SignedOrder {
  order: Order;
  signature: Uint8Array;
}

/** Bytes of a record, then its signatures; base64url in JSON. */
function slip<T>(name: string, of: Codec<T>, signatures: number) {
  const tail = signatures * SIGNATURE_BYTES;
  return {
    write: (value: T, ...signed: Uint8Array[]) => Buffer.concat([of.encode(value), ...signed]).toString('base64url'),
    /** Throws RECEIPT_INVALID. */
    read(text: string): { value: T; signed: Buffer[] } {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.toString('base64url') !== text || bytes.length <= tail) {
        throw new HeatmineError('RECEIPT_INVALID', `${name}: no base64url of a record and ${signatures} signatures`);
      }
      const at = (i: number) => bytes.subarray(bytes.length - tail + i * SIGNATURE_BYTES).subarray(0, SIGNATURE_BYTES);
      const value = of.decode(bytes.subarray(0, bytes.length - tail));
      return { value, signed: Array.from({ length: signatures }, (_, i) => at(i)) };
    },
  };
}

const orders = slip('order', orderCodec, 1);
const claims = slip('receipt', receiptCodec, 1);
const receipts = slip('receipt', receiptCodec, 2);
const vouchers = slip('voucher', voucherCodec, 1);

export const orderText = ({ order, signature }: SignedOrder): string => orders.write(order, signature);
export function readOrder(text: string): SignedOrder {
  const { value, signed } = orders.read(text);
  return { order: value, signature: signed[0]! };
}

/** A receipt as the server gives it: without the asker's signature. */
export const claimText = ({ receipt, serverSignature }: SignedReceipt): string =>
  claims.write(receipt, serverSignature);
export function readClaim(text: string): SignedReceipt {
  const { value, signed } = claims.read(text);
  return { receipt: value, serverSignature: signed[0]! };
}

/** A receipt that both have signed. */
export const receiptText = ({ receipt, serverSignature, askerSignature }: Required<SignedReceipt>): string =>
  receipts.write(receipt, serverSignature, askerSignature);
export function readReceipt(text: string): Required<SignedReceipt> {
  const { value, signed } = receipts.read(text);
  return { receipt: value, serverSignature: signed[0]!, askerSignature: signed[1]! };
}

export const voucherText = ({ voucher, signature }: SignedVoucher): string => vouchers.write(voucher, signature);
export function readVoucher(text: string): SignedVoucher {
  const { value, signed } = vouchers.read(text);
  return { voucher: value, signature: signed[0]! };
}
