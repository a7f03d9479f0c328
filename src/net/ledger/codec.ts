import { HeatmineError } from '../../core/errors.ts';

/** Kinds of fields: `u53` and `i53` take eight bytes, big endian; `bN` are N bytes; `text` is a length byte and UTF-8, `bytes` two length bytes and so many. */
export type FieldKind = 'u8' | 'u53' | 'i53' | 'b16' | 'b32' | 'b64' | 'bytes' | 'text';
export type Layout = Readonly<Record<string, FieldKind>>;
type ValueOfKind<K extends FieldKind> = K extends 'u8' | 'u53' | 'i53'
  ? number
  : K extends 'text'
    ? string
    : Uint8Array;
export type ValueOf<L extends Layout> = { -readonly [F in keyof L]: ValueOfKind<L[F]> };

export interface Codec<T> {
  /** Throws RECEIPT_INVALID for a value outside its kind. */
  encode(value: T): Buffer;
  /** The one value whose encoding these bytes are. Throws RECEIPT_INVALID for any others. */
  decode(bytes: Uint8Array): T;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The fields of a layout one behind the other, in its order: one value has one encoding, one encoding one value. */
export function codec<L extends Layout>(name: string, layout: L): Codec<ValueOf<L>> {
  const fields = Object.entries(layout);
  const refuse = (field: string, why: string): never => {
    throw new HeatmineError('RECEIPT_INVALID', `${name}.${field}: ${why}`);
  };
  return {
    encode(value) {
      const record = value as Record<string, number | string | Uint8Array>;
      return Buffer.concat(
        fields.map(([field, kind]) => encodeField(kind, record[field]!, (why) => refuse(field, why))),
      );
    },
    decode(bytes) {
      const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      const value: Record<string, number | string | Uint8Array> = {};
      let at = 0;
      for (const [field, kind] of fields) {
        const take = (count: number) => {
          if (at + count > all.length) refuse(field, `cut after ${all.length} bytes`);
          at += count;
          return all.subarray(at - count, at);
        };
        value[field] = decodeField(kind, take, (why) => refuse(field, why));
      }
      if (at !== all.length) refuse('end', `${all.length - at} bytes too many`);
      return value as ValueOf<L>;
    },
  };
}

const widthOf = (kind: 'b16' | 'b32' | 'b64') => Number(kind.slice(1));

function encodeField(kind: FieldKind, value: number | string | Uint8Array, refuse: (why: string) => never): Buffer {
  if (kind === 'u8') {
    if (!Number.isInteger(value) || Number(value) < 0 || Number(value) > 255) refuse(`${value} is no byte`);
    return Buffer.from([value as number]);
  }
  if (kind === 'u53' || kind === 'i53') {
    if (!Number.isSafeInteger(value) || (kind === 'u53' && Number(value) < 0)) refuse(`${value} is outside ${kind}`);
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(BigInt(value as number));
    return bytes;
  }
  if (kind === 'text') {
    const bytes = Buffer.from(String(value), 'utf8');
    if (bytes.length > 255 || bytes.toString('utf8') !== value) refuse('no text of at most 255 bytes');
    return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  }
  if (kind === 'bytes') {
    if (!(value instanceof Uint8Array) || value.length > 0xffff) refuse('not at most 65,535 bytes');
    const bytes = value as Uint8Array;
    return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
  }
  if (!(value instanceof Uint8Array) || value.length !== widthOf(kind)) refuse(`not ${widthOf(kind)} bytes`);
  return Buffer.from(value as Uint8Array);
}

function decodeField(
  kind: FieldKind,
  take: (count: number) => Buffer,
  refuse: (why: string) => never,
): number | string | Uint8Array {
  if (kind === 'u8') return take(1)[0]!;
  if (kind === 'u53' || kind === 'i53') {
    const value = Number(take(8).readBigInt64BE());
    return Number.isSafeInteger(value) && (kind === 'i53' || value >= 0) ? value : refuse(`outside ${kind}`);
  }
  if (kind === 'bytes') return Buffer.from(take(take(2).readUInt16BE()));
  if (kind !== 'text') return Buffer.from(take(widthOf(kind)));
  try {
    return utf8.decode(take(take(1)[0]!));
  } catch (error) {
    if (error instanceof HeatmineError) throw error;
    return refuse('invalid UTF-8');
  }
}
