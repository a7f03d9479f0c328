import type { Engine } from '../engine.ts';
import type { Gpu } from './llama-device.ts';

/**
 * Engines that answer from weights of their own, by the word that an expert.json says. They are opened in the engine
 * process only: what is native must not be loaded before. HEATMINE_GPU: the back end.
 */
export const ENGINES = {
  llama: async () => (await import('./llama.ts')).createLlamaEngine(process.env.HEATMINE_GPU as Gpu | undefined),
} satisfies Record<string, () => Promise<Engine>>;

export const ENGINE_NAMES = Object.keys(ENGINES) as (keyof typeof ENGINES)[];
