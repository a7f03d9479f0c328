import { type Cursor, MAX_STRING_BYTES } from './gguf-cursor.ts';

/** The metadata of a GGUF: read in bounded time and memory, and what of it we look at. */
const ENTRIES = 4096;
const KEY_BYTES = 1024;
const ARRAY_ITEMS = 2 ** 22;
const STRING = 8;
const ARRAY = 9;
/** Bytes of each scalar type: u8 i8 u16 i16 u32 i32 f32 bool, then u64 i64 f64. */
const SCALAR_BYTES: Record<number, number> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };

const TOKENS = 'tokenizer.ggml.tokens';

export interface Value {
  type: number;
  value?: number | string;
  items?: number;
  itemType?: number;
  numbers?: number[];
  /** Of the list of tokens: one of them is there twice. */
  twice?: boolean;
}
/** With the bytes of the file that hold it, its key in front. */
export type Entry = Value & { from: number; to: number };
/** Arrays of whole numbers up to this are kept: some architectures give heads and widths by layer. */
const MOST_LAYERS = 1024;

/** Whether a text is there twice, told by 53 bits of each; empty ones do not count. */
function twiceIn(cursor: Cursor, items: number): boolean {
  const marks = new Float64Array(items);
  for (let i = 0; i < items; i++) marks[i] = cursor.mark(`item ${i} of ${TOKENS}`);
  marks.sort();
  return marks.some((mark, i) => mark !== 0 && mark === marks[i - 1]);
}

function readArray(cursor: Cursor, key: string): Value {
  const itemType = cursor.u32(`item type of ${key}`);
  const items = cursor.count(`items of ${key}`, ARRAY_ITEMS);
  const itemBytes = SCALAR_BYTES[itemType];
  if (itemType === STRING && key === TOKENS) return { type: ARRAY, items, itemType, twice: twiceIn(cursor, items) };
  if (itemType === STRING) for (let i = 0; i < items; i++) cursor.skipString(`item ${i} of ${key}`);
  else if (itemType === 4 || itemType === 5) {
    if (items <= MOST_LAYERS) {
      const numbers = Array.from({ length: items }, () => cursor.u32(`an item of ${key}`));
      return { type: ARRAY, items, itemType, numbers };
    }
    cursor.skip(items * 4, key);
  } else if (itemBytes !== undefined) cursor.skip(items * itemBytes, key);
  else cursor.fail(`${key} is an array of unknown type ${itemType}`);
  return { type: ARRAY, items, itemType };
}

function readScalar(cursor: Cursor, type: number, key: string): number {
  const bytes = SCALAR_BYTES[type];
  if (bytes === undefined) cursor.fail(`${key} has unknown type ${type}`);
  const view = cursor.take(bytes, key);
  if (type === 6) return view.getFloat32(0, true);
  if (type === 12) return view.getFloat64(0, true);
  if (type === 7 && view.getUint8(0) > 1) cursor.fail(`${key} is neither true nor false`);
  if (bytes === 1) return type === 1 ? view.getInt8(0) : view.getUint8(0);
  if (bytes === 2) return type === 3 ? view.getInt16(0, true) : view.getUint16(0, true);
  if (bytes === 4) return type === 5 ? view.getInt32(0, true) : view.getUint32(0, true);
  return Number(type === 11 ? view.getBigInt64(0, true) : view.getBigUint64(0, true));
}

function readValue(cursor: Cursor, type: number, key: string): Value {
  if (type === ARRAY) return readArray(cursor, key);
  if (type === STRING) return { type, value: cursor.string(key, MAX_STRING_BYTES) };
  return { type, value: readScalar(cursor, type, key) };
}

/** All entries; a key twice is refused. @throws HeatmineError MODEL_INVALID */
export function readMetadata(cursor: Cursor): Map<string, Entry> {
  const count = cursor.count('number of metadata entries', ENTRIES);
  const metadata = new Map<string, Entry>();
  for (let i = 0; i < count; i++) {
    const from = cursor.position;
    const key = cursor.string(`key ${i}`, KEY_BYTES);
    if (key === '' || metadata.has(key)) cursor.fail(key === '' ? `key ${i} is empty` : `key "${key}" is there twice`);
    const value = readValue(cursor, cursor.u32(`type of ${key}`), key);
    metadata.set(key, { ...value, from, to: cursor.position });
  }
  return metadata;
}

/** Of a transformer; 0 where the file does not say. */
export interface GgufSizes {
  layers: number;
  embedding: number;
  heads: number;
  /** One for all layers, or one each. */
  kvHeads: readonly number[];
  keyLength: number | undefined;
  valueLength: number | undefined;
  feedForward: number;
}

export const positive = (value: Value | undefined): number | undefined =>
  typeof value?.value === 'number' && value.value > 0 ? value.value : undefined;

export const textAt = (metadata: Map<string, Value>, key: string): string | undefined => {
  const value = metadata.get(key)?.value;
  return typeof value === 'string' ? value : undefined;
};

export function sizesOf(metadata: Map<string, Value>, architecture: string): GgufSizes {
  const at = (key: string) => metadata.get(`${architecture}.${key}`);
  const number = (key: string) => positive(at(key)) ?? Math.max(0, ...(at(key)?.numbers ?? []));
  const optional = (key: string) => positive(at(key)) && number(key);
  const heads = number('attention.head_count');
  return {
    layers: number('block_count'),
    embedding: number('embedding_length'),
    heads,
    kvHeads: at('attention.head_count_kv')?.numbers ?? [number('attention.head_count_kv') || heads],
    keyLength: optional('attention.key_length'),
    valueLength: optional('attention.value_length'),
    feedForward: number('feed_forward_length'),
  };
}

/** Beyond these llama.cpp ends the process, or asks for memory that nobody has; true models stay far below. */
const MOST = {
  layers: 512,
  embedding: 2 ** 17,
  heads: 4096,
  keyLength: 65_536,
  valueLength: 65_536,
  feedForward: 2 ** 21,
};

/** Sizes that cannot be, told before anything is computed from them. @throws HeatmineError MODEL_INVALID */
export function checkSizes(cursor: Cursor, sizes: GgufSizes): void {
  for (const [name, most] of Object.entries(MOST)) {
    const size = sizes[name as keyof typeof MOST];
    if (size !== undefined && !(size <= most)) cursor.fail(`${name} is ${size}, more than ${most}`);
  }
  const { heads, kvHeads, embedding } = sizes;
  const wide = kvHeads.find((n) => n > Math.max(heads, MOST.heads));
  if (wide !== undefined) cursor.fail(`${wide} heads of keys, more than ${MOST.heads}`);
  if (heads > embedding && embedding > 0) cursor.fail(`${heads} heads over a width of ${embedding}`);
}
