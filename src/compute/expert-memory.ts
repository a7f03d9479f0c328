import { BATCH_WIDTH, type FoundExpert } from './experts.ts';
import { memoryOf, SPARE_SEATS, widthWithin } from './fit.ts';

/** What a loaded model costs beside weights, cache and work space: tokenizer, sampler (measured: 5-10 MiB with 260K parameters). */
const OVERHEAD_BYTES = 12 * 2 ** 20;

/** Answers at once: a large model with a long context takes fewer, so that it fits at all. */
export function widthOf({ fact, info }: FoundExpert, budgetBytes: number): number {
  if (!info || fact?.engine !== 'llama') return 1;
  return widthWithin(info, fact.contextTokens, budgetBytes - OVERHEAD_BYTES, BATCH_WIDTH);
}

/** Memory of an expert once it is loaded. */
export function bytesOf(expert: FoundExpert | undefined, budgetBytes: number): number {
  if (!expert?.fact) return OVERHEAD_BYTES;
  const { fact, info } = expert;
  if (!info || fact.engine !== 'llama') return fact.sizeBytes + OVERHEAD_BYTES;
  const load = { contextTokens: fact.contextTokens, width: widthOf(expert, budgetBytes) + SPARE_SEATS };
  return memoryOf(info, load).totalBytes + OVERHEAD_BYTES;
}
