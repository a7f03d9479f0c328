import { availableParallelism } from 'node:os';
import type { Llama } from 'node-llama-cpp';
import type { Seen } from '../engine.ts';

/** `auto`: CUDA before Vulkan, as far as drivers are installed. */
export type Gpu = 'auto' | 'cuda' | 'vulkan';

/**
 * llama.cpp with the wanted back end if that runs here and has a device, else with the CPU's. The library tries each of its
 * prebuilt files in a process of its own first; nothing is ever built or fetched.
 */
export async function startLlama(gpu: Gpu | undefined): Promise<Llama> {
  const { getLlama, getLlamaGpuTypes, LlamaLogLevel } = await import('node-llama-cpp');
  const options = {
    build: 'never' as const,
    // Two threads on a busy two-core board were 29-80 times slower than one.
    maxThreads: Math.max(1, availableParallelism() - 1),
    logLevel: LlamaLogLevel.error,
    progressLogs: false,
    skipDownload: true,
  };
  const wanted = gpu === 'auto' ? await getLlamaGpuTypes('supported') : gpu === undefined ? [] : [gpu];
  for (const type of wanted) {
    if (type === false) continue;
    const found = await getLlama({ ...options, gpu: type }).catch(() => undefined);
    if (found && (await found.getGpuDeviceNames()).length > 0) return found;
    await found?.dispose();
  }
  return getLlama({ ...options, gpu: false });
}

/** What it computes with; what the library keeps back for the driver and others does not count as free. */
export async function seenBy(llama: Llama): Promise<Seen> {
  const { gpu } = llama;
  if (gpu !== 'cuda' && gpu !== 'vulkan') return { gpu: false, why: await whyNone() };
  const names = await llama.getGpuDeviceNames();
  const { total: totalBytes, free, unifiedSize } = await llama.getVramState();
  const freeBytes = Math.max(0, free - llama.vramPaddingSize);
  return { gpu, names, totalBytes, freeBytes, isShared: unifiedSize > 0 };
}

/** No reason to keep a model out for good: memory that others hold may be free later. */
export async function isShortage(error: unknown): Promise<boolean> {
  const { InsufficientMemoryError } = await import('node-llama-cpp');
  return error instanceof InsufficientMemoryError;
}

async function whyNone(): Promise<string> {
  const { getLlamaGpuTypes } = await import('node-llama-cpp');
  const hasDriver = (await getLlamaGpuTypes('supported')).some((type) => type !== false);
  return hasDriver ? 'llama.cpp found none that it can use' : 'neither libvulkan1 nor CUDA is installed';
}
