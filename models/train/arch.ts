/** The one architecture of the ancestor and its experts; merging needs them equal. Rows are multiples of 32 for Q8_0. */
export const ARCH = {
  dim: 96,
  heads: 6,
  headDim: 16,
  ffn: 128,
  layers: 4,
  vocab: 576,
  contextTokens: 512,
  /** Longest sequence trained on, prompt and answer together. */
  trainTokens: 416,
  normEps: 1e-5,
  ropeBase: 10000,
} as const;

export type Tensor = { name: string; rows: number; cols: number };

const block = (l: number): Tensor[] => {
  const { dim, ffn } = ARCH;
  const norm = (name: string): Tensor => ({ name: `blk.${l}.${name}.weight`, rows: 1, cols: dim });
  const square = (name: string): Tensor => ({ name: `blk.${l}.${name}.weight`, rows: dim, cols: dim });
  return [
    norm('attn_norm'),
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map(square),
    norm('ffn_norm'),
    { name: `blk.${l}.ffn_gate.weight`, rows: ffn, cols: dim },
    { name: `blk.${l}.ffn_up.weight`, rows: ffn, cols: dim },
    { name: `blk.${l}.ffn_down.weight`, rows: dim, cols: ffn },
  ];
};

/** Tensors in the order in which trainer.c lays them out in its checkpoint. */
export const tensors = (): Tensor[] => [
  { name: 'token_embd.weight', rows: ARCH.vocab, cols: ARCH.dim },
  ...Array.from({ length: ARCH.layers }, (_, l) => block(l)).flat(),
  { name: 'output_norm.weight', rows: 1, cols: ARCH.dim },
];
