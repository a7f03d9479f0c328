import type { Cursor } from './gguf-cursor.ts';
import type { GgufSizes } from './gguf-metadata.ts';

/** Tensors that do not fit what the header says of the model: llama.cpp refuses them too, but only once it was started for it. */
export interface Shaped {
  name: string;
  dimensions: readonly number[];
  type: number;
}

interface Shape {
  architecture: string;
  sizes: GgufSizes;
  vocabulary: number;
  tensors: readonly Shaped[];
}

/** ggml's whole numbers and doubles: no arithmetic of a model takes them for weights. */
const NO_WEIGHTS: ReadonlySet<number> = new Set([24, 25, 26, 27, 28]);
/** F32, F16, BF16: single rows are never quantised. */
const PLAIN: ReadonlySet<number> = new Set([0, 1, 30]);
const WEIGHTS = /norm|attn|ffn|embd|output/;
const IN_BLOCK = /^(?:enc\.|dec\.)?blk\.(\d+)\.(.+)$/;
/** Separate queries, keys and values, a gated feed-forward or experts, and nothing by layer: one table of sizes fits them all. */
const PLAIN_DECODERS: ReadonlySet<string> = new Set([
  ...['llama', 'qwen2', 'qwen3', 'gemma', 'gemma2', 'gemma3', 'granite', 'smollm3', 'mistral3', 'internlm2', 'minicpm'],
]);
export const isPlain = (architecture: string): boolean => PLAIN_DECODERS.has(architecture);
/** Of each block of these. */
const NEEDED = ['attn_norm.weight', 'attn_output.weight', 'ffn_norm.weight'];

/** @throws HeatmineError MODEL_INVALID */
export function checkShape(cursor: Cursor, shape: Shape): void {
  const { sizes, vocabulary, tensors, architecture } = shape;
  const { embedding, layers } = sizes;
  const named = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  if (!named.has('token_embd.weight')) cursor.fail('there is no token_embd.weight: no token has a meaning');
  const expected: Record<string, number[]> = {
    'token_embd.weight': [embedding, vocabulary],
    'output.weight': [embedding, vocabulary],
    'output_norm.weight': [embedding],
  };
  for (const [name, dims] of Object.entries(expected)) checkDims(cursor, named.get(name), dims);
  for (const { name, type, dimensions } of tensors) {
    if (WEIGHTS.test(name) && (NO_WEIGHTS.has(type) || (dimensions.length === 1 && !PLAIN.has(type))))
      cursor.fail(`${name} is of type ${type}, in which there are no such weights`);
  }
  const blocks = blocksOf(tensors);
  const last = Math.max(-1, ...blocks.keys());
  if (last >= layers && !architecture.startsWith('t5'))
    cursor.fail(`there is a block ${last}, and ${architecture}.block_count is ${layers}`);
  if (blocks.size === 0) cursor.fail('no tensor is of a block');
  if (!isPlain(architecture)) return;
  if (!named.has('output_norm.weight')) cursor.fail('there is no output_norm.weight');
  checkDecoder(cursor, shape, blocks);
}

type Block = Map<string, Shaped>;

function blocksOf(tensors: readonly Shaped[]): Map<number, Block> {
  const blocks = new Map<number, Block>();
  for (const tensor of tensors) {
    const [, index, name] = IN_BLOCK.exec(tensor.name) ?? [];
    if (index === undefined || name === undefined) continue;
    const block = blocks.get(Number(index)) ?? new Map<string, Shaped>();
    blocks.set(Number(index), block.set(name, tensor));
  }
  return blocks;
}

function checkDecoder(cursor: Cursor, { sizes }: Shape, blocks: ReadonlyMap<number, Block>): void {
  const { embedding, heads, kvHeads, keyLength, valueLength, feedForward, layers } = sizes;
  const key = keyLength ?? Math.floor(embedding / heads);
  const value = valueLength ?? Math.floor(embedding / heads);
  for (let i = 0; i < layers; i++) {
    const block = blocks.get(i);
    const missing = block ? NEEDED.find((name) => !block.has(name)) : 'all';
    if (!block || missing) {
      cursor.fail(`blk.${i} lacks ${missing === 'all' ? 'all its tensors' : missing}`);
      return;
    }
    const kv = kvHeads[i] ?? kvHeads.at(-1) ?? heads;
    const expected: Record<string, number[]> = {
      ...{ 'attn_norm.weight': [embedding], 'ffn_norm.weight': [embedding] },
      ...{ 'attn_q.weight': [embedding, heads * key], 'attn_k.weight': [embedding, kv * key] },
      ...{ 'attn_v.weight': [embedding, kv * value], 'attn_output.weight': [heads * value, embedding] },
      ...{ 'ffn_gate.weight': [embedding, feedForward], 'ffn_up.weight': [embedding, feedForward] },
      ...{ 'ffn_down.weight': [feedForward, embedding] },
    };
    for (const [name, dims] of Object.entries(expected)) {
      checkDims(cursor, block.get(name), dims);
      checkDims(cursor, block.get(name.replace('.weight', '.bias')), dims.slice(-1));
    }
    const has = (...names: string[]) => names.every((name) => block.has(`${name}.weight`));
    if (!has('attn_q', 'attn_k', 'attn_v') && !has('attn_qkv')) cursor.fail(`blk.${i} has no attention`);
    if (!has('ffn_gate', 'ffn_up', 'ffn_down') && !has('ffn_gate_inp')) cursor.fail(`blk.${i} has no feed-forward`);
  }
}

/** Ones behind are none. */
function checkDims(cursor: Cursor, tensor: Shaped | undefined, expected: readonly number[]): void {
  if (!tensor) return;
  const { name, dimensions } = tensor;
  const fits = dimensions.every((n, i) => n === (expected[i] ?? 1)) && dimensions.length >= expected.length;
  if (!fits) cursor.fail(`${name} has ${dimensions.join(' x ')} elements, ${expected.join(' x ')} by the header`);
}
