import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checkGguf, checkGgufFile } from '../../src/compute/gguf.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { type GgufSpec, soundSpec, writeGguf } from './gguf-writer.ts';

const source = (bytes: Uint8Array, reads: number[] = []) => ({
  sizeBytes: bytes.length,
  read: (offset: number, length: number) => {
    const part = bytes.subarray(offset, offset + length);
    reads.push(part.length);
    return part;
  },
});

/** The message of the refusal; undefined when accepted; anything but MODEL_INVALID fails the test. */
function refusal(bytes: Uint8Array): string | undefined {
  try {
    checkGguf(source(bytes), 'x.gguf');
    return undefined;
  } catch (error) {
    if (!(error instanceof HeatmineError) || error.code !== 'MODEL_INVALID') throw error;
    return error.message;
  }
}
const changed = (change: (spec: GgufSpec) => void) => {
  const spec = soundSpec();
  change(spec);
  return writeGguf(spec);
};

test('a sound file is described', () => {
  const info = checkGguf(source(writeGguf(soundSpec())), 'x.gguf');
  assert.is(info.architecture, 'llama');
  assert.is(info.contextTokens, 128);
  assert.is(info.vocabulary, 4);
  assert.is(info.tensors, 11);
  assert.is(info.parameters, 32 * 4 + 3 * 32 + 4 * 32 * 32 + 3 * 32 * 64);
});

test('each fault is named with its place', () => {
  const cases: [Buffer, RegExp][] = [
    [Buffer.from('GGML too short to be true'), /not a GGUF/],
    [changed((s) => (s.version = 1)), /version 1 is not supported/],
    [changed((s) => s.metadata.push(['some.flag', { bool: false }])), /"some.flag" is there twice/],
    [changed((s) => s.tensors.push(s.tensors[0]!)), /"token_embd.weight" is there twice/],
    [changed((s) => (s.tensors[0]!.type = 99)), /unknown type 99/],
    [changed((s) => (s.tensors[0]!.dims = [33, 4])), /not a multiple of 32/],
    [changed((s) => (s.tensors[1]!.offset = 32)), /begins at 32 of the data, expected 160/],
    [changed((s) => (s.tensors[0]!.dims = [2 ** 40, 2 ** 40])), /absurd size/],
    [changed((s) => (s.tensors[1]!.dims = [2 ** 30])), /more bytes than the file/],
    [changed((s) => (s.tensors[0]!.dims = [1, 1, 1, 1, 1])), /5 dimensions/],
    [changed((s) => (s.tensors = [])), /no tensors/],
    [changed((s) => s.metadata.push(['general.alignment', { u32: 33 }])), /alignment/],
    [changed((s) => s.metadata.shift()), /general.architecture/],
    [changed((s) => (s.metadata[6] = ['tokenizer.ggml.scores', { f32s: [0] }])), /scores does not fit/],
    [changed((s) => (s.metadata[8] = ['tokenizer.ggml.bos_token_id', { u32: 4 }])), /bos_token_id is no token/],
  ];
  for (const [bytes, expected] of cases) assert.match(refusal(bytes) ?? 'accepted', expected);
  assert.match(refusal(changed((s) => (s.version = 1)))!, /^x\.gguf: .*\(byte 8\)$/);
});

test('what llama.cpp would end the process for is refused by the header alone', () => {
  const having = (key: string, entry: GgufSpec['metadata'][number][1]) =>
    changed((s) => {
      const down = s.tensors.find(({ name }) => name === 'blk.0.ffn_down.weight')!;
      Object.assign(down, { type: 8, bytes: (64 * 32 * 34) / 32 });
      s.metadata = [...s.metadata.filter(([name]) => name !== key), [key, entry]];
    });
  assert.is(refusal(having('llama.feed_forward_length', { u32: 64 })), undefined);
  const cases: [string, GgufSpec['metadata'][number][1], RegExp][] = [
    ['llama.block_count', { u32: 0 }, /block_count is 0/],
    ['llama.attention.head_count', { u32: 0 }, /head_count is 0/],
    ['llama.attention.head_count_kv', { u32: 0 }, /head_count_kv is 0/],
    ['llama.attention.value_length', { u32: 0 }, /value_length is 0/],
    ['llama.feed_forward_length', { u32: 3 }, /feed_forward_length is 3: not a multiple of 32/],
    ['llama.attention.layer_norm_rms_epsilon', { f32: Number.NaN }, /epsilon is NaN/],
    ['llama.attention.layer_norm_rms_epsilon', { f32: -1 }, /epsilon is -1/],
    ['llama.expert_count', { u32: 0xffff_ffff }, /expert_count is 4294967295/],
    ['llama.expert_count', { u32: 8 }, /expert_used_count is undefined: of 8/],
    ['llama.expert_used_count', { u32: 2 }, /expert_used_count is 2: of 0/],
    ['llama.rope.scaling.type', { text: 'nonsense' }, /rope.scaling.type is nonsense/],
    ['tokenizer.ggml.model', { text: 'no_vocab' }, /no vocabulary/],
    ['tokenizer.ggml.model', { text: 'bert' }, /tokenizer of bert/],
  ];
  for (const [key, entry, expected] of cases) assert.match(refusal(having(key, entry)) ?? 'accepted', expected);
});

test('alignment 0, 2^31 dimensions, sizes whose product passes 2^64, tensors that overlap, lists in lists', () => {
  const deep: [Buffer, RegExp][] = [
    [changed((s) => s.metadata.push(['general.alignment', { u32: 0 }])), /alignment/],
    [changed((s) => s.metadata.push(['general.alignment', { u64: 2n ** 63n }])), /alignment/],
    [changed((s) => (s.tensors[0]!.dims = [2 ** 32, 2 ** 32, 2 ** 32])), /absurd size/],
    [changed((s) => (s.tensors[1]!.offset = 0)), /begins at 0 of the data, expected 160/],
  ];
  const many = changed((s) => s.tensors);
  const name = many.indexOf('token_embd.weight');
  many.writeUInt32LE(2 ** 31, name + 'token_embd.weight'.length);
  deep.push([many, /2147483648 dimensions/]);
  const nested = changed((s) => s.metadata.push(['some.list', { i32s: [9, 9, 9] }]));
  nested.writeUInt32LE(9, nested.indexOf('some.list') + 'some.list'.length + 4);
  deep.push([nested, /some.list is an array of unknown type 9/]);
  for (const [bytes, expected] of deep) assert.match(refusal(bytes) ?? 'accepted', expected);
});

test('absurd counts and lengths are refused before anything of their size is read or allocated', () => {
  for (const at of [8, 16, 24]) {
    const bytes = writeGguf(soundSpec());
    bytes.writeBigUInt64LE(2n ** 62n, at);
    assert.match(refusal(bytes)!, /more than/);
  }
});

test('cut at every length: always MODEL_INVALID', () => {
  const bytes = writeGguf(soundSpec());
  // The last tensor ends exactly at the file's end, so that no proper prefix is sound.
  assert.is(refusal(bytes), undefined);
  const headBytes = checkGguf(source(bytes), 'x.gguf').headerBytes;
  for (let length = 0; length < bytes.length; length += length < headBytes ? 1 : 97) {
    assert.ok(refusal(bytes.subarray(0, length)), `accepted a file cut at ${length} of ${bytes.length}`);
  }
});

test('random flips: accepted or MODEL_INVALID, quickly', () => {
  const sound = writeGguf(soundSpec());
  const flips = fc.array(fc.record({ at: fc.nat(sound.length - 1), to: fc.nat(255) }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(flips, (list) => {
      const bytes = Buffer.from(sound);
      for (const { at, to } of list) bytes[at] = to;
      const startedMs = performance.now();
      refusal(bytes);
      return performance.now() - startedMs < 5000;
    }),
    { seed: 20_26, numRuns: 20_000 },
  );
});

test('random bytes behind a good magic never do worse', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (tail) => {
      assert.ok(refusal(Buffer.concat([Buffer.from('GGUF\x03\0\0\0', 'latin1'), tail])));
    }),
    { seed: 20_26, numRuns: 5000 },
  );
});

test('only the header is read, however large the tensors', () => {
  const spec = soundSpec();
  spec.tensors.push({ name: 'big', dims: [1024, 1024], type: 0, bytes: 4 * 2 ** 20 });
  const reads: number[] = [];
  checkGguf(source(writeGguf(spec), reads), 'x.gguf');
  assert.ok(reads.reduce((a, b) => a + b, 0) <= 65_536);
});

test('files: absent, a directory, and a real model', () => {
  const dir = mkdtempSync(join(tmpdir(), 'gguf-'));
  try {
    assert.throws(() => checkGgufFile(join(dir, 'absent.gguf')), /absent\.gguf: ENOENT/);
    assert.throws(() => checkGgufFile(dir), /not a regular file/);
    writeFileSync(join(dir, 'small.gguf'), writeGguf(soundSpec()));
    assert.is(checkGgufFile(join(dir, 'small.gguf')).tensors, 11);
  } finally {
    rmSync(dir, { recursive: true });
  }
  const real = fileURLToPath(new URL('../../../shared/data/models/stories260K-q8_0.gguf', import.meta.url));
  if (!existsSync(real)) {
    process.stdout.write('SKIP gguf of a real model: needs ../shared\n');
    return;
  }
  const info = checkGgufFile(real);
  assert.is(info.vocabulary, 512);
  assert.is(info.contextTokens, 512);
});

test.run();
