import { createHash } from 'node:crypto';

/**
 * The start of a ledger file: magic, then two slots that take turns. A slot says how far the file was safe on disk when
 * it was written, so that a tail cut off later is noticed; each has a disk sector of its own, so that a torn write of one
 * leaves the other.
 */
export const SLOT_BYTES = 512;
export const HEADER_BYTES = 3 * SLOT_BYTES;
const MAGIC = Buffer.concat([Buffer.from('heatmine ledger 1\n', 'ascii')], SLOT_BYTES);
const USED_BYTES = 8 + 8 + 32 + 32;

export interface Head {
  /** Of the last record that was fsynced. */
  seq: number;
  /** Where the file ends with it. */
  end: number;
  hash: Buffer;
}

/** What the chain starts from. */
export const GENESIS = createHash('sha256').update(MAGIC).digest();

const sumOf = (bytes: Uint8Array) => createHash('sha256').update('head').update(bytes).digest();

/** Sequence number, end, hash of the record, SHA-256 over `head` and these; the rest is zero. */
export function encodeSlot(head: Head): Buffer {
  const bytes = Buffer.alloc(SLOT_BYTES);
  bytes.writeBigUInt64BE(BigInt(head.seq), 0);
  bytes.writeBigUInt64BE(BigInt(head.end), 8);
  head.hash.copy(bytes, 16);
  sumOf(bytes.subarray(0, 48)).copy(bytes, 48);
  return bytes;
}

function decodeSlot(bytes: Buffer): Head | undefined {
  if (bytes.length < SLOT_BYTES || !sumOf(bytes.subarray(0, 48)).equals(bytes.subarray(48, USED_BYTES)))
    return undefined;
  if (bytes.subarray(USED_BYTES).some((byte) => byte !== 0)) return undefined;
  const head = {
    seq: Number(bytes.readBigUInt64BE(0)),
    end: Number(bytes.readBigUInt64BE(8)),
    hash: bytes.subarray(16, 48),
  };
  return Number.isSafeInteger(head.seq) && Number.isSafeInteger(head.end) ? head : undefined;
}

/** A new file's start: both slots say the same. */
export const encodeHeader = (head: Head): Buffer => Buffer.concat([MAGIC, encodeSlot(head), encodeSlot(head)]);

export const slotAt = (turn: number): number => SLOT_BYTES * (1 + (turn % 2));

/** The newest slot, whose turn is next, and how many are broken. Undefined where magic or both slots are gone. */
export function readHeader(bytes: Buffer): { head: Head; nextTurn: number; broken: number } | undefined {
  if (bytes.length < HEADER_BYTES || !bytes.subarray(0, SLOT_BYTES).equals(MAGIC)) return undefined;
  const slots = [0, 1].map((turn) => decodeSlot(bytes.subarray(slotAt(turn), slotAt(turn) + SLOT_BYTES)));
  const newest = (slots[0]?.end ?? -1) >= (slots[1]?.end ?? -1) ? 0 : 1;
  const head = slots[newest];
  return head && { head, nextTurn: 1 - newest, broken: slots.filter((slot) => !slot).length };
}
