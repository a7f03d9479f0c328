/** The quantisers against ggml's own, by hashes that its library gave, and against the files that ship. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openGguf } from '../../../src/compute/gguf.ts';
import { FORMATS } from '../../../src/compute/merge/formats.ts';
import { seededRandom } from '../../../src/core/random.ts';

const MODELS = join(import.meta.dirname, '../../../models');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const bytesOf = (x: Float32Array) => new Uint8Array(x.buffer);

/** 512 blocks over nine powers of eight, with zeros, whole numbers (ties of greatest size) and one block of zeros. */
function numbers(): Float32Array {
  const random = seededRandom(7);
  const x = new Float32Array(32 * 512);
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [random(), random()];
    const whole = ((a - 0.5) * 16) | 0;
    x[i] = b < 0.05 ? 0 : b < 0.15 ? whole : (a - 0.5) * 2 ** (3 * (Math.floor(i / 32) % 9) - 15);
  }
  return x.fill(0, 96, 128);
}

/**
 * SHA-256 of what `quantize_row_*_ref` and `dequantize_row_*` of the libggml-base.so in node-llama-cpp 3.21.1 make of
 * these numbers (called from C by name on an x86-64).
 */
const GGML: Record<number, [quantised: string, back: string]> = {
  2: [
    '41b7fdb6509798f6320b08f43a3232503c19ce131bae67aa34634efb09d766a5',
    '1563b5ccf1dd36b306e2837198912e9318dfe37b3bb25b8d28158282734a79d6',
  ],
  6: [
    '6a463e456d6100685b27b5443ed4c29d2483c6b5f725bc141ef1b3c212c2c5e9',
    '7dd0edb87632146290e6076e6b71b22244ffd26fc08aff0ca41e929ce8d39fba',
  ],
  8: [
    'd88a2f3dccdc26993063b41cd98889f09f1f24a90f0e87782b1061b7bfda26b7',
    '76e1d8c89ed780b78904358eb56b5a35f08eb5a57b28df990b4090fdf2c6228c',
  ],
};

test('Q4_0, Q5_0 and Q8_0 are ggml’s, bit for bit', () => {
  const x = numbers();
  assert.is(sha256(bytesOf(x)), 'd278cc478c32b875725541f1475b0a0147590249bf4641ff66af8853f9a5e924', 'the same numbers');
  for (const [type, [quantised, back]] of Object.entries(GGML)) {
    const format = FORMATS[Number(type)]!;
    const bytes = new Uint8Array((x.length / format.blockElements) * format.blockBytes);
    format.encode(x, bytes);
    assert.is(sha256(bytes), quantised, `${format.name}: quantised`);
    const again = new Float32Array(x.length);
    format.decode(bytes, again);
    assert.is(sha256(bytesOf(again)), back, `${format.name}: and back`);
  }
});

test('every tensor of the shipped experts comes back with the same bytes', () => {
  for (const id of ['ancestor', 'faults', 'status', 'convert']) {
    const gguf = openGguf(join(MODELS, id, `${id}.q8_0.gguf`));
    for (const { name, type, elements, bytes, offset } of gguf.tensors) {
      const stored = gguf.read(gguf.dataAt + offset, bytes);
      const x = new Float32Array(elements);
      FORMATS[type]!.decode(stored, x);
      const again = new Uint8Array(bytes);
      FORMATS[type]!.encode(x, again);
      assert.is(Buffer.compare(again, stored), 0, `${id}: ${name}`);
    }
    gguf.close();
  }
});

test('F16 and BF16 round to the nearest, ties to even', () => {
  const halves = new Uint8Array(8);
  FORMATS[1]!.encode(new Float32Array([1, 1 + 2 ** -11, 1 + 3 * 2 ** -11, -65_504]), halves);
  assert.equal([...new Uint16Array(halves.buffer)], [0x3c00, 0x3c00, 0x3c02, 0xfbff]);
  const brains = new Uint8Array(8);
  FORMATS[30]!.encode(new Float32Array([1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -2]), brains);
  assert.equal([...new Uint16Array(brains.buffer)], [0x3f80, 0x3f80, 0x3f82, 0xc000]);
  for (const [type, bytes] of [
    [1, halves],
    [30, brains],
  ] as const) {
    const x = new Float32Array(4);
    FORMATS[type]!.decode(bytes, x);
    const again = new Uint8Array(8);
    FORMATS[type]!.encode(x, again);
    assert.equal(again, bytes);
  }
});

test.run();
