import type { GgufInfo } from './gguf.ts';

/**
 * Memory that a GGUF takes in llama.cpp, from its header alone. Weights: their bytes in the file. Cache: for each layer
 * and token the keys and values of its heads in half precision. Work space, as llama.cpp b-series lays out the graph of a
 * dense transformer with flash attention: per token of a batch either the feed-forward step (three times its width and
 * four times the embedding) with the attention mask, or the output step (the vocabulary and twice the embedding).
 * test/compute/fit.test.ts compares with llama.cpp's own dry run.
 */
export interface Memory {
  weightsBytes: number;
  cacheBytes: number;
  workBytes: number;
  totalBytes: number;
}

export interface Load {
  contextTokens: number;
  /** Answers at once, each with a context of its own. */
  width: number;
}

/** Tokens computed together: pieces of prompts and the next tokens of all answers. */
export const BATCH_TOKENS = 256;
/** Beside the askers': for the health check, so that a full house does not look like a broken one. */
export const SPARE_SEATS = 1;
/** llama.cpp rounds the context up to this. */
const CONTEXT_STEP = 256;
const HALF_BYTES = 2;
const FLOAT_BYTES = 4;
/** Ids, positions and the like, per token of a batch. */
const SMALL_FLOATS = 7;

export function memoryOf(info: GgufInfo, { contextTokens, width }: Load): Memory {
  const { layers, embedding, heads, feedForward } = info.sizes;
  const context = Math.ceil(contextTokens / CONTEXT_STEP) * CONTEXT_STEP;
  const keyLength = info.sizes.keyLength ?? embedding / Math.max(1, heads);
  const valueLength = info.sizes.valueLength ?? embedding / Math.max(1, heads);
  const kvHeads = Array.from({ length: layers }, (_, i) => info.sizes.kvHeads[i] ?? info.sizes.kvHeads.at(-1) ?? heads);
  const perToken = kvHeads.reduce((sum, n) => sum + n * (keyLength + valueLength), 0) * HALF_BYTES;
  const cacheBytes = perToken * context * width;
  const step = BATCH_TOKENS * FLOAT_BYTES * (3 * feedForward + 4 * embedding + SMALL_FLOATS);
  const mask = BATCH_TOKENS * HALF_BYTES * context;
  const output = BATCH_TOKENS * FLOAT_BYTES * ((info.vocabulary ?? 0) + 2 * embedding + 1);
  const workBytes = Math.max(step + mask, output);
  const { weightBytes: weightsBytes } = info;
  return { weightsBytes, cacheBytes, workBytes, totalBytes: weightsBytes + cacheBytes + workBytes };
}

/** As many answers at once as the memory holds beside the spare seat, at least one. */
export function widthWithin(info: GgufInfo, contextTokens: number, budgetBytes: number, most: number): number {
  for (let width = most; width > 1; width--)
    if (memoryOf(info, { contextTokens, width: width + SPARE_SEATS }).totalBytes <= budgetBytes) return width;
  return 1;
}

/** Whether one device holds it, only all together, or not even these. */
export function verdictOf(totalBytes: number, devicesBytes: readonly number[]): 'fits' | 'split' | 'no' {
  if (devicesBytes.some((bytes) => totalBytes <= bytes)) return 'fits';
  return totalBytes <= devicesBytes.reduce((a, b) => a + b, 0) ? 'split' : 'no';
}
