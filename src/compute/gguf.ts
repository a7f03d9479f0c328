import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { HeatmineError, messageOf } from '../core/errors.ts';
import { type ByteSource, Cursor } from './gguf-cursor.ts';
import {
  checkSizes,
  type Entry,
  type GgufSizes,
  positive,
  readMetadata,
  sizesOf,
  textAt,
  type Value,
} from './gguf-metadata.ts';
import { checkSense } from './gguf-sense.ts';

/**
 * Checks a GGUF before native code sees it: only the header is read, in bounded time and memory.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md (versions 2 and 3, little-endian).
 * Everything wrong is MODEL_INVALID, with the place (byte) and what was found there.
 */
export interface GgufInfo {
  version: number;
  architecture: string;
  contextTokens: number | undefined;
  vocabulary: number | undefined;
  tensors: number;
  parameters: number;
  headerBytes: number;
  /** All tensors, with their padding. */
  weightBytes: number;
  /** general.file_type of llama.cpp, when the file says so. */
  fileType: number | undefined;
  /** What the maker calls it, and its licence, when the file says so. */
  name: string | undefined;
  licence: string | undefined;
  sizes: GgufSizes;
  /** The model's own chat template, at most 1 MiB; a program, so it is only ever looked at. */
  chatTemplate: string | undefined;
}

export interface GgufTensor {
  name: string;
  dimensions: readonly number[];
  /** Of ggml. */
  type: number;
  elements: number;
  bytes: number;
  /** Of the data. */
  offset: number;
}

/** All of the header. */
export interface Gguf {
  info: GgufInfo;
  metadata: ReadonlyMap<string, Entry>;
  alignment: number;
  tensors: readonly GgufTensor[];
  /** Where the data begins in the file. */
  dataAt: number;
}

/** Types of a whole number and of text. */
const U32 = 4;
const TEXT = 8;
const LIMITS = {
  tensors: 65_536,
  nameBytes: 63,
  dimensions: 4,
  elements: 2 ** 45,
};
/** ggml type -> [elements per block, bytes per block], from ggml.h and ggml-common.h of ggml-org/ggml. */
const TENSOR_TYPES: Record<number, readonly [number, number]> = {
  ...{ 0: [1, 4], 1: [1, 2], 24: [1, 1], 25: [1, 2], 26: [1, 4], 27: [1, 8], 28: [1, 8], 30: [1, 2] },
  ...{ 2: [32, 18], 3: [32, 20], 6: [32, 22], 7: [32, 24], 8: [32, 34], 9: [32, 36], 20: [32, 18], 39: [32, 17] },
  ...{ 10: [256, 84], 11: [256, 110], 12: [256, 144], 13: [256, 176], 14: [256, 210], 15: [256, 292] },
  ...{ 16: [256, 66], 17: [256, 74], 18: [256, 98], 19: [256, 50], 21: [256, 110], 22: [256, 82] },
  ...{ 23: [256, 136], 29: [256, 56], 34: [256, 54], 35: [256, 66] },
};

/** Reads one tensor's entry. Offsets must follow each other, as llama.cpp demands. */
function readTensor(cursor: Cursor, names: Set<string>, expectedOffset: number): GgufTensor {
  const name = cursor.string('a tensor name', LIMITS.nameBytes);
  if (name === '' || names.has(name))
    cursor.fail(name === '' ? 'a tensor has no name' : `tensor "${name}" is there twice`);
  names.add(name);
  const dimensions = cursor.u32(`dimensions of ${name}`);
  if (dimensions < 1 || dimensions > LIMITS.dimensions) cursor.fail(`${name} has ${dimensions} dimensions`);
  let elements = 1;
  const sizes: number[] = [];
  for (let i = 0; i < dimensions; i++) {
    const size = cursor.count(`size of ${name}`, LIMITS.elements);
    sizes.push(size);
    elements *= size;
    if (size < 1 || elements > LIMITS.elements) cursor.fail(`${name} has an absurd size`);
  }
  const type = cursor.u32(`type of ${name}`);
  const block = TENSOR_TYPES[type];
  if (block === undefined) cursor.fail(`${name} has unknown type ${type}`);
  const row = sizes[0]!;
  if (row % block[0] !== 0) cursor.fail(`a row of ${name} has ${row} elements, not a multiple of ${block[0]}`);
  const offset = cursor.count(`offset of ${name}`, Number.MAX_SAFE_INTEGER);
  if (offset !== expectedOffset) cursor.fail(`${name} begins at ${offset} of the data, expected ${expectedOffset}`);
  return { name, dimensions: sizes, type, elements, bytes: (elements / block[0]) * block[1], offset };
}

function alignmentOf(cursor: Cursor, metadata: Map<string, Value>): number {
  const entry = metadata.get('general.alignment');
  if (entry === undefined) return 32;
  const { type, value } = entry;
  if (type !== 4 || typeof value !== 'number' || value < 8 || value > 65_536 || (value & (value - 1)) !== 0) {
    cursor.fail('general.alignment is not a power of two from 8 to 65536');
  }
  return value;
}

/** llama.cpp indexes scores and types by token, and tokens by the special ids, so these must agree. */
function checkVocabulary(cursor: Cursor, metadata: Map<string, Value>): number | undefined {
  const tokens = metadata.get('tokenizer.ggml.tokens');
  if (tokens === undefined) return undefined;
  if (tokens.itemType !== TEXT || !tokens.items) cursor.fail('tokenizer.ggml.tokens is not a list of strings');
  if (tokens.twice) cursor.fail('tokenizer.ggml.tokens has a token twice');
  for (const [key, itemType] of [
    ['tokenizer.ggml.scores', 6],
    ['tokenizer.ggml.token_type', 5],
  ] as const) {
    const list = metadata.get(key);
    if (list && (list.itemType !== itemType || list.items !== tokens.items))
      cursor.fail(`${key} does not fit the tokens`);
  }
  for (const [key, { value, type }] of metadata) {
    if (!/^tokenizer\.ggml\.[a-z_]+_token_id$/.test(key)) continue;
    // 0xffffffff stands for "none" in files in the wild.
    if (type !== U32 || typeof value !== 'number' || (value >= tokens.items && value !== 0xffffffff))
      cursor.fail(`${key} is no token`);
  }
  return tokens.items;
}

/** @throws HeatmineError MODEL_INVALID, and nothing else. */
export function checkGguf(source: ByteSource, where: string): GgufInfo {
  const cursor = new Cursor(source, where);
  return askable(cursor, readGguf(cursor, source));
}

/** The header is sound: is it one of a model that llama.cpp can run? */
function askable(cursor: Cursor, { info, metadata, tensors }: Gguf): GgufInfo {
  const { architecture, sizes, vocabulary } = info;
  const blockOf = (type: number) => TENSOR_TYPES[type]![0];
  checkSense(cursor, { metadata, architecture, sizes, vocabulary, tensors, blockOf });
  return info;
}

function readGguf(cursor: Cursor, source: ByteSource): Gguf {
  if (cursor.u32('the magic').toString(16) !== '46554747') cursor.fail('not a GGUF: the first bytes are not "GGUF"');
  const version = cursor.u32('the version');
  if (version !== 2 && version !== 3) cursor.fail(`GGUF version ${version} is not supported, only 2 and 3`);
  const count = cursor.count('number of tensors', LIMITS.tensors);
  const metadata = readMetadata(cursor);
  const alignment = alignmentOf(cursor, metadata);
  const align = (n: number) => Math.ceil(n / alignment) * alignment;
  const names = new Set<string>();
  // Where the next tensor must begin, and where the last one really ends: the padding behind it may be missing.
  let nextOffset = 0;
  let dataBytes = 0;
  const tensors: GgufTensor[] = [];
  for (let i = 0; i < count; i++) {
    const tensor = readTensor(cursor, names, nextOffset);
    tensors.push(tensor);
    dataBytes = nextOffset + tensor.bytes;
    nextOffset = align(dataBytes);
    if (dataBytes > source.sizeBytes) cursor.fail('the tensors need more bytes than the file has');
  }
  if (count === 0) cursor.fail('there are no tensors');
  const dataAt = align(cursor.position);
  const endBytes = dataAt + dataBytes;
  if (endBytes > source.sizeBytes) cursor.fail(`the tensors end at byte ${endBytes}, the file at ${source.sizeBytes}`);
  const parameters = tensors.reduce((sum, { elements }) => sum + elements, 0);
  const sums = { version, tensors: count, parameters, headerBytes: cursor.position, weightBytes: dataBytes };
  const info = infoOf(cursor, metadata, sums);
  return { info, metadata, alignment, tensors, dataAt };
}

type Sums = Pick<GgufInfo, 'version' | 'tensors' | 'parameters' | 'headerBytes' | 'weightBytes'>;

function infoOf(cursor: Cursor, metadata: Map<string, Value>, sums: Sums): GgufInfo {
  const architecture = metadata.get('general.architecture')?.value;
  const named = typeof architecture === 'string' && /^[a-z0-9_.-]{1,64}$/.test(architecture);
  if (!named) return cursor.fail('general.architecture is missing or not a name');
  const vocabulary = checkVocabulary(cursor, metadata);
  const contextTokens = positive(metadata.get(`${architecture}.context_length`));
  const sizes = sizesOf(metadata, architecture);
  checkSizes(cursor, sizes);
  return {
    ...{ ...sums, architecture, contextTokens, vocabulary },
    fileType: positive(metadata.get('general.file_type')),
    name: textAt(metadata, 'general.name'),
    licence: textAt(metadata, 'general.license'),
    sizes,
    chatTemplate: textAt(metadata, 'tokenizer.chat_template'),
  };
}

/** A file whose header is sound, held open: what is read later is of the file that was checked. */
export interface OpenGguf extends Gguf {
  file: string;
  /** Bytes of the file; fewer only at its end. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/** Any tensors, whatever a model of its architecture needs. @throws HeatmineError MODEL_INVALID also when it cannot be read. */
export const openGguf = (file: string): OpenGguf => opened(file, () => {});

function opened(file: string, check: (cursor: Cursor, gguf: Gguf) => void): OpenGguf {
  let handle: number | undefined;
  const close = () => handle !== undefined && closeSync(handle);
  try {
    // A pipe that nobody writes to would be waited for.
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    handle = descriptor;
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new HeatmineError('MODEL_INVALID', `${file}: not a regular file`);
    const read = (offset: number, length: number) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    };
    const source = { sizeBytes: stat.size, read };
    const cursor = new Cursor(source, file);
    const gguf = readGguf(cursor, source);
    check(cursor, gguf);
    return { ...gguf, file, read, close };
  } catch (error) {
    close();
    if (error instanceof HeatmineError) throw error;
    throw new HeatmineError('MODEL_INVALID', `${file}: ${messageOf(error)}`, { cause: error });
  }
}

/** Only looks. @throws HeatmineError MODEL_INVALID also when it cannot be read. */
export function checkGgufFile(file: string): GgufInfo {
  const { info, close } = opened(file, askable);
  close();
  return info;
}
