import { createHash } from 'node:crypto';

/**
 * Records one behind the other: length of the payload (4 bytes, big endian), sequence number (8), kind (1), payload, and
 * the SHA-256 of the hash before and all of these. A record is whole when its hash fits; nothing else is believed.
 */
export const RECORD_HEAD_BYTES = 13;
export const HASH_BYTES = 32;
export const MAX_PAYLOAD_BYTES = 65_536;

export interface ChainRecord {
  seq: number;
  kind: number;
  payload: Uint8Array;
}

export function encodeRecord(before: Uint8Array, { seq, kind, payload }: ChainRecord): { bytes: Buffer; hash: Buffer } {
  const head = Buffer.alloc(RECORD_HEAD_BYTES);
  head.writeUInt32BE(payload.length, 0);
  head.writeBigUInt64BE(BigInt(seq), 4);
  head[12] = kind;
  const hash = createHash('sha256').update(before).update(head).update(payload).digest();
  return { bytes: Buffer.concat([head, payload, hash]), hash };
}

/** The record at this place, or undefined where none is whole. */
export function decodeRecord(
  before: Uint8Array,
  bytes: Buffer,
  at: number,
): { record: ChainRecord; hash: Buffer; end: number } | undefined {
  if (at + RECORD_HEAD_BYTES + HASH_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32BE(at);
  const end = at + RECORD_HEAD_BYTES + length + HASH_BYTES;
  if (length > MAX_PAYLOAD_BYTES || end > bytes.length) return undefined;
  const seq = Number(bytes.readBigUInt64BE(at + 4));
  const hash = createHash('sha256')
    .update(before)
    .update(bytes.subarray(at, end - HASH_BYTES))
    .digest();
  if (!hash.equals(bytes.subarray(end - HASH_BYTES, end))) return undefined;
  const payload = bytes.subarray(at + RECORD_HEAD_BYTES, end - HASH_BYTES);
  return { record: { seq, kind: bytes[at + 12]!, payload }, hash, end };
}
