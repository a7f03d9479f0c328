/**
 * The tensor formats that can be merged: to numbers and back. The quantised ones round as ggml's reference does
 * (quantize_row_*_ref of https://github.com/ggml-org/ggml/blob/master/src/ggml-quants.c): the same bytes, held by a test.
 * Little-endian, as GGUF is and as every machine is that runs this.
 */
export interface Format {
  name: string;
  blockElements: number;
  blockBytes: number;
  /** `bytes` hold as many elements as `out`. */
  decode(bytes: Uint8Array, out: Float32Array): void;
  /** Numbers beyond the format become infinite: the caller checks what it gives. */
  encode(x: Float32Array, out: Uint8Array): void;
  /** The largest number that it can hold. */
  most: number;
}

const BLOCK = 32;
const HALF_BYTES = 2;
const MOST_HALF = 65_504;
const { fround, abs } = Math;

const halfBits = new Uint16Array(1);
const half = new Float16Array(halfBits.buffer);
function fromHalf(bytes: Uint8Array, at: number): number {
  halfBits[0] = bytes[at]! | (bytes[at + 1]! << 8);
  return half[0]!;
}
function toHalf(value: number, out: Uint8Array, at: number): void {
  half[0] = value;
  out[at] = halfBits[0]! & 255;
  out[at + 1] = halfBits[0]! >> 8;
}

/** A view needs an even address, which a piece of a file need not have. */
const aligned = (bytes: Uint8Array) => new Uint8Array(bytes).buffer;
const bytesOf = (view: Float32Array | Float16Array | Uint16Array) =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

const F32: Format = {
  ...{ name: 'F32', blockElements: 1, blockBytes: 4, most: 3.4028234663852886e38 },
  decode: (bytes, out) => out.set(new Float32Array(aligned(bytes))),
  encode: (x, out) => out.set(bytesOf(x)),
};

const F16: Format = {
  ...{ name: 'F16', blockElements: 1, blockBytes: 2, most: MOST_HALF },
  decode: (bytes, out) => out.set(new Float16Array(aligned(bytes))),
  encode: (x, out) => out.set(bytesOf(new Float16Array(x))),
};

/** The upper half of a float, rounded to the nearest and ties to even. */
const BF16: Format = {
  ...{ name: 'BF16', blockElements: 1, blockBytes: 2, most: 3.3895313892515355e38 },
  decode(bytes, out) {
    const wide = new Uint32Array(out.buffer, out.byteOffset, out.length);
    const narrow = new Uint16Array(aligned(bytes));
    for (let i = 0; i < narrow.length; i++) wide[i] = narrow[i]! << 16;
  },
  encode(x, out) {
    const narrow = new Uint16Array(x.length);
    const wide = new Uint32Array(x.buffer, x.byteOffset, x.length);
    for (let i = 0; i < x.length; i++) narrow[i] = (wide[i]! + (0x7fff + ((wide[i]! >>> 16) & 1))) >>> 16;
    out.set(bytesOf(narrow));
  },
};

/** C's roundf: halves away from zero. */
const roundAway = (x: number) => (x < 0 ? -Math.floor(0.5 - x) : Math.floor(x + 0.5));

const Q8_0: Format = {
  ...{ name: 'Q8_0', blockElements: BLOCK, blockBytes: HALF_BYTES + BLOCK, most: MOST_HALF * 127 },
  decode(bytes, out) {
    for (let b = 0, at = 0; b < out.length; b += BLOCK, at += HALF_BYTES + BLOCK) {
      const scale = fromHalf(bytes, at);
      for (let i = 0; i < BLOCK; i++) out[b + i] = ((bytes[at + HALF_BYTES + i]! << 24) >> 24) * scale;
    }
  },
  encode(x, out) {
    for (let b = 0, at = 0; b < x.length; b += BLOCK, at += HALF_BYTES + BLOCK) {
      let most = 0;
      for (let i = 0; i < BLOCK; i++) most = Math.max(most, abs(x[b + i]!));
      const scale = fround(most / 127);
      const inverse = scale ? fround(1 / scale) : 0;
      toHalf(scale, out, at);
      for (let i = 0; i < BLOCK; i++) out[at + HALF_BYTES + i] = roundAway(fround(x[b + i]! * inverse));
    }
  },
};

/** The number of greatest size, with its sign: of equals the first. */
function greatest(x: Float32Array, from: number): number {
  let found = 0;
  for (let i = 0; i < BLOCK; i++) if (abs(x[from + i]!) > abs(found)) found = x[from + i]!;
  return found;
}

/** 4 or 5 bits a number: the greatest becomes the lowest step, exactly. The fifth bits stand together before the rest. */
function steps(name: string, bits: 4 | 5): Format {
  const low = 2 ** (bits - 1);
  const highBytes = bits === 5 ? 4 : 0;
  const nibbles = HALF_BYTES + highBytes;
  const blockBytes = nibbles + BLOCK / 2;
  const highOf = (bytes: Uint8Array, at: number, i: number) =>
    highBytes ? ((bytes[at + HALF_BYTES + (i >> 3)]! >> (i & 7)) & 1) << 4 : 0;
  return {
    ...{ name, blockElements: BLOCK, blockBytes, most: MOST_HALF * low },
    decode(bytes, out) {
      for (let b = 0, at = 0; b < out.length; b += BLOCK, at += blockBytes) {
        const scale = fromHalf(bytes, at);
        for (let i = 0; i < BLOCK; i++) {
          const packed = bytes[at + nibbles + (i & 15)]!;
          const step = (i < BLOCK / 2 ? packed & 15 : packed >> 4) | highOf(bytes, at, i);
          out[b + i] = (step - low) * scale;
        }
      }
    },
    encode(x, out) {
      for (let b = 0, at = 0; b < x.length; b += BLOCK, at += blockBytes) {
        const scale = fround(greatest(x, b) / -low);
        const inverse = scale ? fround(1 / scale) : 0;
        out.fill(0, at, at + blockBytes);
        toHalf(scale, out, at);
        for (let i = 0; i < BLOCK; i++) {
          const step = Math.min(2 * low - 1, Math.trunc(fround(fround(x[b + i]! * inverse) + (low + 0.5))));
          out[at + nibbles + (i & 15)]! |= (step & 15) << (i < BLOCK / 2 ? 0 : 4);
          if (highBytes) out[at + HALF_BYTES + (i >> 3)]! |= (step >> 4) << (i & 7);
        }
      }
    },
  };
}

/** By ggml's number of the type. */
export const FORMATS: Readonly<Record<number, Format>> = {
  0: F32,
  1: F16,
  2: steps('Q4_0', 4),
  6: steps('Q5_0', 5),
  8: Q8_0,
  30: BF16,
};
