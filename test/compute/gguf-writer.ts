/** A tiny GGUF writer, so that tests can make sound and unsound files without a model at hand. */
type Scalar = { u32: number } | { f32: number } | { bool: boolean } | { u64: bigint };
type Entry = Scalar | { text: string } | { texts: string[] } | { f32s: number[] } | { i32s: number[] };
export interface TensorSpec {
  name: string;
  dims: number[];
  type: number;
  bytes: number;
  offset?: number;
}

const u32 = (n: number) => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(n);
  return b;
};
const u64 = (n: number | bigint) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(n));
  return b;
};
const f32 = (n: number) => {
  const b = Buffer.alloc(4);
  b.writeFloatLE(n);
  return b;
};
const i32 = (n: number) => {
  const b = Buffer.alloc(4);
  b.writeInt32LE(n);
  return b;
};
const text = (s: string) => Buffer.concat([u64(Buffer.byteLength(s)), Buffer.from(s)]);

function value(entry: Entry): Buffer {
  if ('u32' in entry) return Buffer.concat([u32(4), u32(entry.u32)]);
  if ('f32' in entry) return Buffer.concat([u32(6), f32(entry.f32)]);
  if ('bool' in entry) return Buffer.concat([u32(7), Buffer.from([entry.bool ? 1 : 0])]);
  if ('u64' in entry) return Buffer.concat([u32(10), u64(entry.u64)]);
  if ('text' in entry) return Buffer.concat([u32(8), text(entry.text)]);
  if ('texts' in entry) return Buffer.concat([u32(9), u32(8), u64(entry.texts.length), ...entry.texts.map(text)]);
  if ('f32s' in entry) return Buffer.concat([u32(9), u32(6), u64(entry.f32s.length), ...entry.f32s.map(f32)]);
  return Buffer.concat([u32(9), u32(5), u64(entry.i32s.length), ...entry.i32s.map(i32)]);
}

export interface GgufSpec {
  version?: number;
  metadata: [string, Entry][];
  tensors: TensorSpec[];
}

export function writeGguf({ version = 3, metadata, tensors }: GgufSpec): Buffer {
  const alignment = 32;
  const pad = (n: number) => Math.ceil(n / alignment) * alignment;
  let offset = 0;
  const infos = tensors.map((t) => {
    const info = [text(t.name), u32(t.dims.length), ...t.dims.map(u64), u32(t.type), u64(t.offset ?? offset)];
    offset += pad(t.bytes);
    return Buffer.concat(info);
  });
  const entries = metadata.map(([key, entry]) => Buffer.concat([text(key), value(entry)]));
  const counts = [u64(tensors.length), u64(metadata.length)];
  const header = Buffer.concat([Buffer.from('GGUF'), u32(version), ...counts, ...entries, ...infos]);
  return Buffer.concat([header, Buffer.alloc(pad(header.length) - header.length), Buffer.alloc(offset, 7)]);
}

const F32 = 0;
const block = (name: string, dims: number[]): TensorSpec => ({
  ...{ name: `blk.0.${name}.weight`, dims, type: F32, bytes: 4 * dims.reduce((a, b) => a * b, 1) },
});

/** Small, and sound as a file: two tensors, a vocabulary of four. */
export const smallSpec = (): GgufSpec => ({
  metadata: [
    ['general.architecture', { text: 'llama' }],
    ['llama.context_length', { u32: 128 }],
    ['llama.rope.freq_base', { f32: 10000 }],
    ['some.flag', { bool: true }],
    ['some.size', { u64: 12n }],
    ['tokenizer.ggml.tokens', { texts: ['<unk>', '<s>', '</s>', 'a'] }],
    ['tokenizer.ggml.scores', { f32s: [0, 0, 0, -1] }],
    ['tokenizer.ggml.token_type', { i32s: [2, 3, 3, 1] }],
    ['tokenizer.ggml.bos_token_id', { u32: 1 }],
  ],
  tensors: [
    { name: 'token_embd.weight', dims: [32, 4], type: 8, bytes: 136 },
    { name: 'output_norm.weight', dims: [32], type: F32, bytes: 128 },
  ],
});

/** The same with all that a model of its architecture needs, in one block. */
export function soundSpec(): GgufSpec {
  const { metadata, tensors } = smallSpec();
  const shape: GgufSpec['metadata'] = [
    ['tokenizer.ggml.model', { text: 'llama' }],
    ['llama.embedding_length', { u32: 32 }],
    ['llama.block_count', { u32: 1 }],
    ['llama.feed_forward_length', { u32: 64 }],
    ['llama.attention.head_count', { u32: 4 }],
    ['llama.attention.layer_norm_rms_epsilon', { f32: 1e-5 }],
  ];
  const weights = [
    ...[block('attn_norm', [32]), block('ffn_norm', [32])],
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name) => block(name, [32, 32])),
    ...[block('ffn_gate', [32, 64]), block('ffn_up', [32, 64]), block('ffn_down', [64, 32])],
  ];
  return { metadata: [...metadata, ...shape], tensors: [...tensors, ...weights] };
}
