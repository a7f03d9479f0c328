import type { Device } from './engine-child/devices.ts';
import { BATCH_WIDTH, type FoundExpert } from './experts.ts';
import { memoryOf, SPARE_SEATS, widthWithin } from './fit.ts';

/** What a loaded model costs beside weights, cache and work space: tokenizer, sampler (measured: 5-10 MiB with 260K parameters). */
const OVERHEAD_BYTES = 12 * 2 ** 20;

const LEAST_BYTES = 256 * 2 ** 20;

/** What loaded experts may take: all together, and one of them. */
export interface Room {
  budgetBytes: number;
  deviceBytes: number;
}

/**
 * What is free on the GPUs, or half of what is free of the processor's memory; of that is taken where a GPU shares it. The
 * owner may give a bound.
 */
export function roomOf(
  devices: readonly Pick<Device, 'freeBytes' | 'isShared'>[],
  freeBytes: number,
  boundBytes: number | undefined,
): Room {
  const half = Math.max(LEAST_BYTES, freeBytes / 2);
  const each = devices.map((device) => (device.isShared ? Math.min(half, device.freeBytes) : device.freeBytes));
  const all = each.length > 0 ? each.reduce((a, b) => a + b) : half;
  const budgetBytes = boundBytes ?? all;
  return { budgetBytes, deviceBytes: each.length > 0 ? Math.min(budgetBytes, Math.max(...each)) : budgetBytes };
}

/** Answers at once: a large model with a long context takes fewer, so that it fits at all. */
export function widthOf({ fact, info }: FoundExpert, deviceBytes: number): number {
  if (!info || fact?.engine !== 'llama') return 1;
  return widthWithin(info, fact.contextTokens, deviceBytes - OVERHEAD_BYTES, BATCH_WIDTH);
}

/** Memory of an expert once it is loaded. */
export function bytesOf(expert: FoundExpert | undefined, deviceBytes: number): number {
  if (!expert?.fact) return OVERHEAD_BYTES;
  const { fact, info } = expert;
  if (!info || fact.engine !== 'llama') return fact.sizeBytes + OVERHEAD_BYTES;
  const load = { contextTokens: fact.contextTokens, width: widthOf(expert, deviceBytes) + SPARE_SEATS };
  return memoryOf(info, load).totalBytes + OVERHEAD_BYTES;
}
