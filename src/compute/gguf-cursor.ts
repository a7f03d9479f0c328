import { HeatmineError } from '../core/errors.ts';

/** Where the bytes come from; `read` returns fewer bytes than asked only at the end. */
export interface ByteSource {
  sizeBytes: number;
  read(offset: number, length: number): Uint8Array;
}

const MAX_HEADER_BYTES = 64 * 2 ** 20;
export const MAX_STRING_BYTES = 4 * 2 ** 20;
const CHUNK_BYTES = 65_536;
/** http://www.isthe.com/chongo/tech/comp/fnv/ */
const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Reads forward through the header, one chunk in memory. */
export class Cursor {
  position = 0;
  readonly #source: ByteSource;
  readonly #where: string;
  #chunk: Uint8Array = new Uint8Array(0);
  #chunkAt = 0;

  constructor(source: ByteSource, where: string) {
    this.#source = source;
    this.#where = where;
  }
  fail(what: string): never {
    throw new HeatmineError('MODEL_INVALID', `${this.#where}: ${what} (byte ${this.position})`);
  }
  take(length: number, what: string): DataView {
    this.#reserve(length, what);
    const from = this.position - this.#chunkAt;
    if (from < 0 || from + length > this.#chunk.length) {
      this.#chunk = this.#source.read(this.position, Math.max(length, CHUNK_BYTES));
      this.#chunkAt = this.position;
      if (this.#chunk.length < length) this.fail(`the file ends inside ${what}`);
    }
    const view = new DataView(this.#chunk.buffer, this.#chunk.byteOffset + this.position - this.#chunkAt, length);
    this.position += length;
    return view;
  }
  skip(length: number, what: string): void {
    this.#reserve(length, what);
    this.position += length;
  }
  u32(what: string): number {
    return this.take(4, what).getUint32(0, true);
  }
  /** A u64 that must stay below `limit`. */
  count(what: string, limit: number): number {
    const n = this.take(8, what).getBigUint64(0, true);
    if (n > BigInt(limit)) this.fail(`${what} is ${n}, more than ${limit}`);
    return Number(n);
  }
  string(what: string, limit: number): string {
    const view = this.take(this.count(`length of ${what}`, limit), what);
    return new TextDecoder().decode(view);
  }
  skipString(what: string): void {
    this.skip(this.count(`length of ${what}`, MAX_STRING_BYTES), what);
  }
  /** A number of 53 bits for a string, the same for the same bytes; 0 for none. */
  mark(what: string): number {
    const view = this.take(this.count(`length of ${what}`, MAX_STRING_BYTES), what);
    let [low, high] = [FNV_START, view.byteLength];
    for (let i = 0; i < view.byteLength; i++) {
      low = Math.imul(low ^ view.getUint8(i), FNV_PRIME);
      high = Math.imul(high ^ low, FNV_PRIME) + i;
    }
    return view.byteLength === 0 ? 0 : (high >>> 11) * 2 ** 32 + (low >>> 0) + 1;
  }
  #reserve(length: number, what: string): void {
    if (this.position + length > this.#source.sizeBytes) this.fail(`the file ends inside ${what}`);
    if (this.position + length > MAX_HEADER_BYTES) this.fail(`the header is larger than ${MAX_HEADER_BYTES} bytes`);
  }
}
