import type { Llama, LlamaContext, LlamaModel } from 'node-llama-cpp';
import type { ModelSpec } from '../engine.ts';
import { BATCH_TOKENS } from '../fit.ts';
import { shortestWhole } from './llama-batch.ts';

interface Opened {
  model: LlamaModel;
  context: LlamaContext;
}

/**
 * Weights and work space. On a GPU as many layers as leave room for the context of all seats; what it refuses goes without it,
 * its memory may have been taken meanwhile.
 */
export async function openModel(llama: Llama, spec: ModelSpec, seats: number, signal?: AbortSignal): Promise<Opened> {
  if (llama.gpu) {
    const gpuLayers = { fitContext: { contextSize: spec.contextTokens * seats } };
    const opened = await openWith(llama, spec, seats, gpuLayers, signal).catch(() => undefined);
    signal?.throwIfAborted();
    if (opened) return opened;
  }
  return openWith(llama, spec, seats, 0, signal);
}

/** What was there already goes when the rest fails or is given up. */
async function openWith(
  llama: Llama,
  { file, contextTokens }: ModelSpec,
  seats: number,
  gpuLayers: 0 | { fitContext: { contextSize: number } },
  signal?: AbortSignal,
): Promise<Opened> {
  const load = { modelPath: file, gpuLayers, useMmap: true };
  const model = await llama.loadModel(signal ? { ...load, loadSignal: signal } : load);
  const batching = { itemPrioritizationStrategy: shortestWhole };
  const sizes = { contextSize: contextTokens, sequences: seats, batchSize: BATCH_TOKENS, batching };
  try {
    const context = await model.createContext(signal ? { ...sizes, createSignal: signal } : sizes);
    return { model, context };
  } catch (error) {
    await model.dispose();
    throw error;
  }
}
