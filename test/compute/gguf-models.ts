import type { GgufSpec, TensorSpec } from './gguf-writer.ts';

/** Small models of several architectures that llama.cpp loads and runs: as their makers write them, but for the weights. */
const SIZES = { layers: 2, embedding: 64, heads: 4, kvHeads: 2, feedForward: 128, context: 128 };
const F32 = 0;
const Q8 = 8;

type Entry = GgufSpec['metadata'][number];

const tensor = (name: string, dims: number[], type = F32): TensorSpec => {
  const elements = dims.reduce((a, b) => a * b, 1);
  return { name, dims, type, bytes: type === Q8 ? (elements / 32) * 34 : elements * 4 };
};

const hexOf = (n: number) => n.toString(16).toUpperCase().padStart(2, '0');
/** Control tokens, the 256 bytes and two words. */
const SPM = ['<unk>', '<s>', '</s>', ...Array.from({ length: 256 }, (_, i) => `<0x${hexOf(i)}>`), '\u2581', 'a'];
const BPE = ['<|endoftext|>', ...Array.from({ length: 256 }, (_, i) => byteLetter(i)), 'ab'];
/** As GPT-2 writes a byte: printable ones as they are, the others from 256 on. */
function byteLetter(n: number): string {
  const printable = (n >= 33 && n <= 126) || (n >= 161 && n <= 172) || n >= 174;
  const before = Array.from({ length: n }, (_, i) => i).filter(
    (i) => i < 33 || (i > 126 && i < 161) || i === 173,
  ).length;
  return String.fromCharCode(printable ? n : 256 + before);
}

const spmKind = (i: number) => (i === 0 ? 2 : i < 3 ? 3 : i < 259 ? 6 : 1);
const spm = (): Entry[] => [
  ['tokenizer.ggml.model', { text: 'llama' }],
  ['tokenizer.ggml.tokens', { texts: SPM }],
  ['tokenizer.ggml.scores', { f32s: SPM.map((_, i) => -i) }],
  ['tokenizer.ggml.token_type', { i32s: SPM.map((_, i) => spmKind(i)) }],
  ['tokenizer.ggml.bos_token_id', { u32: 1 }],
  ['tokenizer.ggml.eos_token_id', { u32: 2 }],
];
const bpe = (): Entry[] => [
  ['tokenizer.ggml.model', { text: 'gpt2' }],
  ['tokenizer.ggml.pre', { text: 'gpt-2' }],
  ['tokenizer.ggml.tokens', { texts: BPE }],
  ['tokenizer.ggml.token_type', { i32s: BPE.map((_, i) => (i === 0 ? 3 : 1)) }],
  ['tokenizer.ggml.merges', { texts: ['a b'] }],
  ['tokenizer.ggml.eos_token_id', { u32: 0 }],
];

interface Kind {
  tokenizer?: () => Entry[];
  /** Key of the epsilon, without the architecture. */
  epsilon?: string;
  more?: Entry[];
  /** Tensors of a layer, without `blk.N.`. */
  layer: TensorSpec[];
  top?: (words: number) => TensorSpec[];
}

const { embedding: E, feedForward: F, kvHeads, heads } = SIZES;
const KV = (E / heads) * kvHeads;
const vector = (name: string, size = E) => tensor(`${name}.weight`, [size]);
const bias = (name: string, size = E) => tensor(`${name}.bias`, [size]);
const matrix = (name: string, from: number, to: number) => tensor(`${name}.weight`, [from, to], Q8);
const attention = [
  matrix('attn_q', E, E),
  matrix('attn_k', E, KV),
  matrix('attn_v', E, KV),
  matrix('attn_output', E, E),
];
const gated = [matrix('ffn_gate', E, F), matrix('ffn_up', E, F), matrix('ffn_down', F, E)];
const norms = [vector('attn_norm'), vector('ffn_norm')];
const untied = (words: number) => [vector('output_norm'), matrix('output', E, words)];
const tied = () => [vector('output_norm')];
const EXPERTS = 4;
const expert = (name: string, from: number, to: number) => tensor(`${name}.weight`, [from, to, EXPERTS], Q8);
const SSM = { conv: 4, inner: 128, state: 16, rank: 4 };

const KINDS: Record<string, Kind> = {
  llama: { layer: [...norms, ...attention, ...gated] },
  qwen2: {
    tokenizer: bpe,
    layer: [...norms, ...attention, bias('attn_q'), bias('attn_k', KV), bias('attn_v', KV), ...gated],
  },
  qwen3: {
    tokenizer: bpe,
    more: [
      ['qwen3.attention.key_length', { u32: E / heads }],
      ['qwen3.attention.value_length', { u32: E / heads }],
    ],
    layer: [...norms, ...attention, vector('attn_q_norm', E / heads), vector('attn_k_norm', E / heads), ...gated],
  },
  gemma: {
    more: [
      ['gemma.attention.key_length', { u32: E / heads }],
      ['gemma.attention.value_length', { u32: E / heads }],
    ],
    layer: [...norms, ...attention, ...gated],
    top: tied,
  },
  phi3: {
    more: [['phi3.rope.dimension_count', { u32: E / heads }]],
    layer: [
      ...norms,
      matrix('attn_qkv', E, E + 2 * KV),
      matrix('attn_output', E, E),
      matrix('ffn_up', E, 2 * F),
      matrix('ffn_down', F, E),
    ],
  },
  mixtral: {
    more: [
      ['llama.expert_count', { u32: EXPERTS }],
      ['llama.expert_used_count', { u32: 2 }],
    ],
    layer: [
      ...norms,
      ...attention,
      tensor('ffn_gate_inp.weight', [E, EXPERTS]),
      expert('ffn_gate_exps', E, F),
      expert('ffn_up_exps', E, F),
      expert('ffn_down_exps', F, E),
    ],
  },
  stablelm: {
    epsilon: 'attention.layer_norm_epsilon',
    more: [['stablelm.rope.dimension_count', { u32: 4 }]],
    layer: [...norms, bias('attn_norm'), bias('ffn_norm'), ...attention, ...gated],
    top: (words) => [...untied(words), bias('output_norm')],
  },
  gpt2: {
    tokenizer: bpe,
    epsilon: 'attention.layer_norm_epsilon',
    layer: [
      ...[vector('attn_norm'), bias('attn_norm'), matrix('attn_qkv', E, E + 2 * E), bias('attn_qkv', 3 * E)],
      ...[matrix('attn_output', E, E), bias('attn_output'), vector('ffn_norm'), bias('ffn_norm')],
      ...[matrix('ffn_up', E, F), bias('ffn_up', F), matrix('ffn_down', F, E), bias('ffn_down')],
    ],
    top: (words) => [...untied(words), bias('output_norm'), tensor('position_embd.weight', [E, SIZES.context])],
  },
  mamba: {
    more: [
      ['mamba.ssm.conv_kernel', { u32: SSM.conv }],
      ['mamba.ssm.inner_size', { u32: SSM.inner }],
      ['mamba.ssm.state_size', { u32: SSM.state }],
      ['mamba.ssm.time_step_rank', { u32: SSM.rank }],
    ],
    layer: [
      ...[vector('attn_norm'), matrix('ssm_in', E, 2 * SSM.inner), tensor('ssm_conv1d.weight', [SSM.conv, SSM.inner])],
      ...[tensor('ssm_conv1d.bias', [SSM.inner]), matrix('ssm_x', SSM.inner, SSM.rank + 2 * SSM.state)],
      ...[tensor('ssm_dt.weight', [SSM.rank, SSM.inner]), tensor('ssm_dt.bias', [SSM.inner])],
      ...[tensor('ssm_a', [SSM.state, SSM.inner]), tensor('ssm_d', [SSM.inner]), matrix('ssm_out', SSM.inner, E)],
    ],
  },
};

export const MODEL_KINDS: readonly string[] = Object.keys(KINDS);

/** Sound: llama.cpp loads it and answers, nonsense but in time. */
export function modelSpec(kind: string): GgufSpec {
  const {
    tokenizer = spm,
    epsilon = 'attention.layer_norm_rms_epsilon',
    more = [],
    layer,
    top = untied,
  } = KINDS[kind]!;
  const architecture = kind === 'mixtral' ? 'llama' : kind;
  const words = tokenizer === spm ? SPM.length : BPE.length;
  const number = (key: string, u32: number): Entry => [`${architecture}.${key}`, { u32 }];
  const isMamba = kind === 'mamba';
  const metadata: Entry[] = [
    ['general.architecture', { text: architecture }],
    number('context_length', SIZES.context),
    number('embedding_length', E),
    number('block_count', SIZES.layers),
    number('feed_forward_length', isMamba ? 0 : F),
    number('attention.head_count', isMamba ? 0 : heads),
    ...(isMamba ? [] : [number('attention.head_count_kv', kind === 'gpt2' ? heads : kvHeads)]),
    [`${architecture}.${epsilon}`, { f32: 1e-5 }],
    ...structuredClone(more),
    ...tokenizer(),
  ];
  const blocks = Array.from({ length: SIZES.layers }, (_, i) =>
    layer.map((one) => ({ ...one, dims: [...one.dims], name: `blk.${i}.${one.name}` })),
  ).flat();
  return { metadata, tensors: [matrix('token_embd', E, words), ...blocks, ...top(words)] };
}
