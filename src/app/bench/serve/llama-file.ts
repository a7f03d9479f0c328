import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/**
 * GGUF files of the llama architecture with true headers, and weights that are random or not there at all (a sparse
 * file): real cost and real sizes without a download. Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export interface LlamaShape {
  layers: number;
  embedding: number;
  heads: number;
  kvHeads: number;
  feedForward: number;
  vocabulary: number;
  contextTokens: number;
  weights: 'f16' | 'q8_0' | 'q4_0';
}

const ALIGNMENT = 32;
/** ggml type -> its number, elements and bytes of a block, number of the mix in general.file_type. */
const TYPES = { f16: [1, 1, 2, 1], q8_0: [8, 32, 34, 7], q4_0: [2, 32, 18, 2] } as const;
const F32 = 0;
const pad = (n: number) => Math.ceil(n / ALIGNMENT) * ALIGNMENT;

const u32 = (n: number) => {
  const b = Buffer.alloc(4);
  b.writeUInt32LE(n);
  return b;
};
const u64 = (n: number) => {
  const b = Buffer.alloc(8);
  b.writeBigUInt64LE(BigInt(n));
  return b;
};
const f32 = (n: number) => {
  const b = Buffer.alloc(4);
  b.writeFloatLE(n);
  return b;
};
const text = (s: string) => Buffer.concat([u64(Buffer.byteLength(s)), Buffer.from(s)]);
const entry = (key: string, type: number, value: Buffer) => Buffer.concat([text(key), u32(type), value]);
const list = (type: number, items: Buffer[]) => Buffer.concat([u32(type), u64(items.length), ...items]);

/** Control tokens, the 256 bytes, then made-up words: enough for a tokenizer to read any text. */
function vocabularyOf(size: number): Buffer[] {
  const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, '0')}>`);
  const words = Array.from({ length: Math.max(0, size - 259) }, (_, i) => `\u2581w${i.toString(36)}`);
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...words].slice(0, size);
  const kind = (i: number) => (i === 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1);
  return [
    entry('tokenizer.ggml.model', 8, text('llama')),
    entry('tokenizer.ggml.tokens', 9, list(8, tokens.map(text))),
    entry(
      'tokenizer.ggml.scores',
      9,
      list(
        6,
        tokens.map((_, i) => f32(-i)),
      ),
    ),
    entry(
      'tokenizer.ggml.token_type',
      9,
      list(
        5,
        tokens.map((_, i) => u32(kind(i))),
      ),
    ),
    entry('tokenizer.ggml.bos_token_id', 4, u32(1)),
    entry('tokenizer.ggml.eos_token_id', 4, u32(2)),
  ];
}

interface Tensor {
  name: string;
  dims: number[];
  plain: boolean;
}

function tensorsOf({ layers, embedding, heads, kvHeads, feedForward, vocabulary }: LlamaShape): Tensor[] {
  const kv = (embedding / heads) * kvHeads;
  const matrix = (name: string, from: number, to: number): Tensor => ({ name, dims: [from, to], plain: false });
  const norm = (name: string): Tensor => ({ name, dims: [embedding], plain: true });
  const block = (i: number) => [
    norm(`blk.${i}.attn_norm.weight`),
    matrix(`blk.${i}.attn_q.weight`, embedding, embedding),
    matrix(`blk.${i}.attn_k.weight`, embedding, kv),
    matrix(`blk.${i}.attn_v.weight`, embedding, kv),
    matrix(`blk.${i}.attn_output.weight`, embedding, embedding),
    norm(`blk.${i}.ffn_norm.weight`),
    matrix(`blk.${i}.ffn_gate.weight`, embedding, feedForward),
    matrix(`blk.${i}.ffn_up.weight`, embedding, feedForward),
    matrix(`blk.${i}.ffn_down.weight`, feedForward, embedding),
  ];
  return [
    matrix('token_embd.weight', embedding, vocabulary),
    ...Array.from({ length: layers }, (_, i) => block(i)).flat(),
    norm('output_norm.weight'),
    matrix('output.weight', embedding, vocabulary),
  ];
}

function layout(shape: LlamaShape) {
  const [type, blockElements, blockBytes, fileType] = TYPES[shape.weights];
  const number = (key: string, n: number) => entry(key, 4, u32(n));
  const metadata = [
    entry('general.architecture', 8, text('llama')),
    number('general.file_type', fileType),
    number('llama.context_length', shape.contextTokens),
    number('llama.embedding_length', shape.embedding),
    number('llama.block_count', shape.layers),
    number('llama.feed_forward_length', shape.feedForward),
    number('llama.rope.dimension_count', shape.embedding / shape.heads),
    number('llama.attention.head_count', shape.heads),
    number('llama.attention.head_count_kv', shape.kvHeads),
    number('llama.vocab_size', shape.vocabulary),
    entry('llama.attention.layer_norm_rms_epsilon', 6, f32(1e-5)),
    ...vocabularyOf(shape.vocabulary),
  ];
  let offset = 0;
  const tensors = tensorsOf(shape).map((tensor) => {
    const elements = tensor.dims.reduce((a, b) => a * b, 1);
    const bytes = tensor.plain ? elements * 4 : (elements / blockElements) * blockBytes;
    const at = offset;
    offset += pad(bytes);
    return { ...tensor, bytes, at };
  });
  const infos = tensors.map(({ name, dims, plain, at }) =>
    Buffer.concat([text(name), u32(dims.length), ...dims.map(u64), u32(plain ? F32 : type), u64(at)]),
  );
  const head = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.length), ...metadata, ...infos];
  const header = Buffer.concat(head);
  return {
    header: Buffer.concat([header, Buffer.alloc(pad(header.length) - header.length)]),
    tensors,
    dataBytes: offset,
  };
}

/** The header alone is written; the weights are a hole. Returns the size that the file claims. */
export function writeSparseLlama(file: string, shape: LlamaShape): number {
  const { header, dataBytes } = layout(shape);
  const fd = openSync(file, 'w');
  try {
    writeSync(fd, header);
    ftruncateSync(fd, header.length + dataBytes);
  } finally {
    closeSync(fd);
  }
  return header.length + dataBytes;
}

/** With random weights of a size that keeps the activations sane; `q8_0` only. Returns the size in bytes. */
export function writeRandomLlama(file: string, shape: LlamaShape & { weights: 'q8_0' }, seed: number): number {
  const { header, tensors } = layout(shape);
  const noise = noiseOf(seed);
  const fd = openSync(file, 'w');
  try {
    writeSync(fd, header);
    tensors.forEach(({ plain, bytes, dims }, i) => {
      const body = plain ? Buffer.concat(Array.from({ length: dims[0]! }, () => f32(1))) : undefined;
      // Beginning elsewhere in the noise each time, on a block's border.
      let from = (i * 7919 * BLOCK) % (noise.length / 2 - ((noise.length / 2) % BLOCK));
      if (body) writeSync(fd, body);
      for (let left = body ? 0 : bytes; left > 0; from = 0)
        left -= writeSync(fd, noise, from, Math.min(left, noise.length - from));
      writeSync(fd, Buffer.alloc(pad(bytes) - bytes));
    });
  } finally {
    closeSync(fd);
  }
  return header.length + tensors.reduce((sum, t) => sum + pad(t.bytes), 0);
}

const BLOCK = 34;
/** Half-precision 0.00027: with bytes of -127..127 the weights have a deviation of 0.02, as trained ones have. */
const SCALE = 0x0c6c;

function noiseOf(seed: number): Buffer {
  const noise = Buffer.alloc(BLOCK * 120_000);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < noise.length; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    noise[at] = state & 0xff;
  }
  for (let at = 0; at < noise.length; at += BLOCK) noise.writeUInt16LE(SCALE, at);
  return noise;
}
