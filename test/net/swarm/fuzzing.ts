import * as assert from 'uvu/assert';
import { HeatmineError } from '../../../src/core/errors.ts';
import { type Random, seededRandom } from '../../../src/core/random.ts';

const ROUNDS = 300;
/** Many times what any of them takes: quadratic or worse shows. */
const SLOWEST_MS = 2000;
const longMs = Number(process.env.FUZZ_S ?? 0) * 1000;

const NASTY = [
  '[',
  '{',
  '"',
  '\\u0000',
  '\\ud800',
  '1e999',
  '-0',
  '"__proto__":{"x":1},',
  'null',
  '9007199254740993',
  '€',
  '\u0000',
];

/** Flips, cuts, doubles, swaps in what parsers dislike, and now and then begins anew. */
function changed(good: Buffer, random: Random): Buffer {
  const below = (n: number) => Math.floor(random() * n);
  let bytes: Buffer = Buffer.from(good);
  for (let change = below(4); change >= 0; change--) {
    const at = below(bytes.length + 1);
    const end = at + below(bytes.length - at + 1);
    const kinds = [
      () => bytes.length && bytes.writeUInt8(bytes[at % bytes.length]! ^ (1 << below(8)), at % bytes.length),
      () => bytes.length && bytes.writeUInt8(below(256), at % bytes.length),
      () => (bytes = bytes.subarray(0, at)),
      () => (bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)])),
      () => (bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)])),
      () => (bytes = splice(bytes, at, Buffer.from(NASTY[below(NASTY.length)]!.repeat(1 + below(3))))),
      () => (bytes = splice(bytes, at, Buffer.from(NASTY[below(4)]!.repeat(below(20_000))))),
      () => (bytes = Buffer.from(Array.from({ length: below(200) }, () => below(256)))),
      () => (bytes = splice(bytes, at, Buffer.from([0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80]))),
    ];
    kinds[below(kinds.length)]!();
    bytes = Buffer.from(bytes.subarray(0, 70_000));
  }
  return bytes;
}
const splice = (bytes: Buffer, at: number, more: Buffer) =>
  Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);

export type Parse = (bytes: Buffer) => unknown;

/** Throws with the seed where `parse` does anything but give a value or refuse by a code; `mayThrow` false: where it throws at all. */
export async function fuzz(name: string, goods: readonly Buffer[], parse: Parse, mayThrow = true): Promise<void> {
  const endMs = performance.now() + longMs;
  let seed = 1;
  for (let round = 0; round < ROUNDS || performance.now() < endMs; round++) {
    const random = seededRandom(seed++);
    const bytes = changed(goods[Math.floor(random() * goods.length)]!, random);
    const startMs = performance.now();
    try {
      await parse(bytes);
    } catch (error) {
      const isOurs = mayThrow && error instanceof HeatmineError;
      assert.ok(isOurs, `${name}, seed ${seed - 1}: ${(error as Error).stack}`);
    }
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs < SLOWEST_MS, `${name}, seed ${seed - 1}: ${Math.round(tookMs)} ms for ${bytes.length} bytes`);
  }
  assert.is(({} as Record<string, unknown>).x, undefined, 'the prototype of all objects is as it was');
}

export const asText =
  (parse: (text: string) => unknown): Parse =>
  (bytes) =>
    parse(String(bytes));
export const json = (...values: unknown[]) => values.map((value) => Buffer.from(JSON.stringify(value)));
export const chance = (bytes: number) => Buffer.alloc(bytes, 7);
