import { readFileSync, writeFileSync } from 'node:fs';
import { Cursor } from '../../../compute/gguf-cursor.ts';
import { readMetadata } from '../../../compute/gguf-metadata.ts';

/** A block of 32 weights in ggml's formats: half-precision scale, then the weights. https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h */
const BLOCK = 32;
const ALIGNMENT = 32;
const F32 = 0;
const Q8_0 = 8;
const TYPES = { f32: F32, q4_0: 2, q5_0: 6 } as const;
/** `f32` are the same weights as in the Q8_0 file, reckoned with by other code of the engine. */
export type Target = keyof typeof TYPES;

const u32 = (n: number) => Buffer.from(new Uint32Array([n]).buffer);
const u64 = (n: number) => Buffer.from(new BigUint64Array([BigInt(n)]).buffer);
const aligned = (n: number) => Math.ceil(n / ALIGNMENT) * ALIGNMENT;

interface Tensor {
  name: string;
  dimensions: number[];
  type: number;
  offset: number;
}

/** Writes a GGUF with its Q8_0 tensors in another format; all others stay as they are. */
export function requantise(from: string, to: string, target: Target): void {
  const file = readFileSync(from);
  const read = (offset: number, length: number) => file.subarray(offset, offset + length);
  const cursor = new Cursor({ sizeBytes: file.length, read }, from);
  cursor.skip(8, 'magic and version');
  const count = cursor.count('number of tensors', 65_536);
  readMetadata(cursor);
  const headEnd = cursor.position;
  const tensors: Tensor[] = Array.from({ length: count }, () => {
    const name = cursor.string('a name', 63);
    const dimensions = Array.from({ length: cursor.u32('dimensions') }, () => cursor.count('a size', 2 ** 40));
    return { name, dimensions, type: cursor.u32('a type'), offset: cursor.count('an offset', 2 ** 40) };
  });
  const dataAt = aligned(cursor.position);
  const entries: Buffer[] = [];
  const blobs: Buffer[] = [];
  let offset = 0;
  for (const { name, dimensions, type, offset: at } of tensors) {
    const weights = dimensions.reduce((a, b) => a * b, 1);
    const changed = type === Q8_0;
    const bytes = file.subarray(dataAt + at, dataAt + at + (changed ? (weights / BLOCK) * (2 + BLOCK) : weights * 4));
    if (!changed && type !== F32)
      throw new Error(`${from}: ${name} has type ${type}, only F32 and Q8_0 are known here`);
    const blob = changed ? encode(decode(bytes, weights), target) : bytes;
    const text = Buffer.from(name);
    entries.push(u64(text.length), text, u32(dimensions.length), ...dimensions.map(u64));
    entries.push(u32(changed ? TYPES[target] : type), u64(offset));
    blobs.push(blob, Buffer.alloc(aligned(blob.length) - blob.length));
    offset += aligned(blob.length);
  }
  const head = Buffer.concat([file.subarray(0, headEnd), ...entries]);
  writeFileSync(to, Buffer.concat([head, Buffer.alloc(aligned(head.length) - head.length), ...blobs]));
}

function decode(bytes: Buffer, weights: number): Float32Array {
  const out = new Float32Array(weights);
  for (let b = 0; b * BLOCK < weights; b++) {
    const at = b * (2 + BLOCK);
    const scale = fromHalf(bytes.readUInt16LE(at));
    for (let i = 0; i < BLOCK; i++) out[b * BLOCK + i] = bytes.readInt8(at + 2 + i) * scale;
  }
  return out;
}

function encode(x: Float32Array, target: Target): Buffer {
  if (target === 'f32') return Buffer.from(x.buffer);
  const blocks = Array.from({ length: x.length / BLOCK }, (_, b) => x.subarray(b * BLOCK, (b + 1) * BLOCK));
  return Buffer.concat(blocks.map((block) => blockOf(block, target === 'q4_0' ? 4 : 5)));
}

/** As ggml's reference quantiser: the weight of greatest size becomes the lowest step, -8 or -16, exactly. */
function blockOf(x: Float32Array, bits: 4 | 5): Buffer {
  const half = 2 ** (bits - 1);
  const greatest = x.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  const scale = greatest / -half;
  const steps = Array.from(x, (w) => (scale === 0 ? half : Math.min(2 * half - 1, Math.floor(w / scale + half + 0.5))));
  const low = Buffer.from(Array.from({ length: BLOCK / 2 }, (_, i) => (steps[i]! & 15) | ((steps[i + 16]! & 15) << 4)));
  const scaleBytes = Buffer.alloc(2);
  scaleBytes.writeUInt16LE(toHalf(scale));
  if (bits === 4) return Buffer.concat([scaleBytes, low]);
  const high = steps.reduce((sum, step, i) => (sum | ((step >> 4) << i)) >>> 0, 0);
  return Buffer.concat([scaleBytes, u32(high), low]);
}

function fromHalf(bits: number): number {
  return new Float16Array(new Uint16Array([bits]).buffer)[0]!;
}

function toHalf(value: number): number {
  return new Uint16Array(new Float16Array([value]).buffer)[0]!;
}
