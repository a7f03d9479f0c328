/** Writes a checkpoint as a GGUF of the llama architecture: matrices Q8_0, norms F32. */
import { ARCH, type Tensor, tensors } from './arch.ts';
import { allTokens } from './tokenizer.ts';

const BLOCK = 32;
const ALIGNMENT = 32;
const TYPE = { u32: 4, f32: 6, bool: 7, string: 8, array: 9, i32: 5 } as const;
const F32 = 0;
const Q8_0 = 8;

const u32 = (n: number): Buffer => Buffer.from(new Uint32Array([n]).buffer);
const u64 = (n: number): Buffer => Buffer.from(new BigUint64Array([BigInt(n)]).buffer);
const f32 = (n: number): Buffer => Buffer.from(new Float32Array([n]).buffer);
const str = (s: string): Buffer => Buffer.concat([u64(Buffer.byteLength(s)), Buffer.from(s)]);
const entry = (key: string, type: number, ...value: Buffer[]): Buffer => Buffer.concat([str(key), u32(type), ...value]);
const text = (key: string, value: string): Buffer => entry(key, TYPE.string, str(value));
const int = (key: string, value: number): Buffer => entry(key, TYPE.u32, u32(value));
const float = (key: string, value: number): Buffer => entry(key, TYPE.f32, f32(value));
const bool = (key: string, value: boolean): Buffer => entry(key, TYPE.bool, Buffer.from([value ? 1 : 0]));
const array = (key: string, type: number, items: Buffer[]): Buffer =>
  entry(key, TYPE.array, u32(type), u64(items.length), ...items);

/** Nearest half float, ties to even; scales here are always positive and finite. */
const toHalf = (value: number): number => {
  if (value === 0) return 0;
  const exponent = Math.max(-14, Math.floor(Math.log2(value)));
  const mantissa = value / 2 ** exponent;
  const scaled = exponent === -14 && mantissa < 1 ? mantissa * 1024 : (mantissa - 1) * 1024;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  return (exponent === -14 && mantissa < 1 ? 0 : (exponent + 15) * 1024) + rounded;
};

const quantise = (x: Float32Array): Buffer => {
  const out = Buffer.alloc((x.length / BLOCK) * (2 + BLOCK));
  for (let b = 0, at = 0; b < x.length; b += BLOCK, at += 2 + BLOCK) {
    let max = 0;
    for (let i = 0; i < BLOCK; i++) max = Math.max(max, Math.abs(x[b + i] ?? 0));
    const scale = max / 127;
    out.writeUInt16LE(toHalf(scale), at);
    for (let i = 0; i < BLOCK; i++) out.writeInt8(scale ? Math.round((x[b + i] ?? 0) / scale) : 0, at + 2 + i);
  }
  return out;
};

const pad = (b: Buffer): Buffer => Buffer.concat([b, Buffer.alloc((ALIGNMENT - (b.length % ALIGNMENT)) % ALIGNMENT)]);

const metadata = (name: string, pieces: string[]): Buffer[] => {
  const tokens = allTokens(pieces);
  const kind = (i: number): number => (i === 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1);
  return [
    text('general.architecture', 'llama'),
    text('general.name', name),
    text('general.license', 'apache-2.0'),
    int('general.file_type', 7),
    int('general.quantization_version', 2),
    int('llama.context_length', ARCH.contextTokens),
    int('llama.embedding_length', ARCH.dim),
    int('llama.block_count', ARCH.layers),
    int('llama.feed_forward_length', ARCH.ffn),
    int('llama.attention.head_count', ARCH.heads),
    int('llama.attention.head_count_kv', ARCH.heads),
    float('llama.attention.layer_norm_rms_epsilon', ARCH.normEps),
    int('llama.rope.dimension_count', ARCH.headDim),
    float('llama.rope.freq_base', ARCH.ropeBase),
    int('llama.vocab_size', ARCH.vocab),
    text('tokenizer.ggml.model', 'llama'),
    array('tokenizer.ggml.tokens', TYPE.string, tokens.map(str)),
    array(
      'tokenizer.ggml.scores',
      TYPE.f32,
      tokens.map((_, i) => f32(i < 259 ? 0 : 258 - i)),
    ),
    array(
      'tokenizer.ggml.token_type',
      TYPE.i32,
      tokens.map((_, i) => u32(kind(i))),
    ),
    int('tokenizer.ggml.bos_token_id', 1),
    int('tokenizer.ggml.eos_token_id', 2),
    int('tokenizer.ggml.unknown_token_id', 0),
    bool('tokenizer.ggml.add_bos_token', true),
    bool('tokenizer.ggml.add_eos_token', false),
    bool('tokenizer.ggml.add_space_prefix', false),
  ];
};

export const writeGguf = (name: string, pieces: string[], weights: Float32Array): Buffer => {
  const meta = metadata(name, pieces);
  const infos: Buffer[] = [];
  const blobs: Buffer[] = [];
  let at = 0;
  let offset = 0;
  const list: Tensor[] = tensors();
  for (const { name: tensor, rows, cols } of list) {
    const x = weights.subarray(at, at + rows * cols);
    at += rows * cols;
    const plain = rows === 1;
    const blob = pad(plain ? Buffer.from(x.slice().buffer) : quantise(x));
    const dims = plain ? [u32(1), u64(cols)] : [u32(2), u64(cols), u64(rows)];
    infos.push(str(tensor), ...dims, u32(plain ? F32 : Q8_0), u64(offset));
    offset += blob.length;
    blobs.push(blob);
  }
  if (at !== weights.length) throw new Error(`checkpoint holds ${weights.length} floats, the architecture ${at}`);
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(list.length), u64(meta.length), ...meta, ...infos]);
  return Buffer.concat([pad(head), ...blobs]);
};
