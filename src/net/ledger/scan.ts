import { type ChainRecord, decodeRecord } from './chain.ts';
import { GENESIS, HEADER_BYTES, type Head, readHeader } from './heads.ts';

export interface Scan {
  /** How far the records are whole. */
  end: number;
  seq: number;
  hash: Buffer;
  /** No number up to here may be given again, lost records included. */
  usedSeq: number;
  nextTurn: number;
  /** Bytes behind the last whole record: a write that was under way. Never acknowledged. */
  tailBytes: number;
  /** Head slots that do not check: a torn write or a flipped bit; the other one holds. */
  brokenSlots: number;
  /** Why records that were acknowledged are not there. */
  damage?: string;
}

/** Reads a whole ledger file. Pure; never throws: what is wrong with it is in the result. */
export function scan(bytes: Buffer, onRecord: (record: ChainRecord) => void): Scan {
  const header = readHeader(bytes);
  let at = HEADER_BYTES;
  let last: Head = { seq: 0, end: at, hash: GENESIS };
  // A slot is damaged, not newer, if it names a place within the chain with another hash.
  let passed = header?.head.end === at && header.head.hash.equals(GENESIS);
  for (;;) {
    const next = decodeRecord(last.hash, bytes, at);
    if (!next || next.record.seq < last.seq) break;
    at = next.end;
    last = { seq: next.record.seq, end: at, hash: next.hash };
    onRecord(next.record);
    if (header?.head.end === at) passed = header.head.hash.equals(next.hash) && header.head.seq === next.record.seq;
  }
  const usedSeq = Math.max(last.seq, header?.head.seq ?? 0);
  const rest = { tailBytes: Math.max(0, bytes.length - at), nextTurn: header?.nextTurn ?? 0 };
  const result = { ...last, usedSeq, ...rest, brokenSlots: header?.broken ?? 2 };
  if (!header) return { ...result, damage: 'the start of the file or both head records are damaged' };
  if (passed) return result;
  const lost = header.head.seq - last.seq;
  const damage = `${lost > 0 ? `records ${last.seq + 1} to ${header.head.seq} are` : 'a record is'} cut off or changed`;
  return { ...result, damage };
}
