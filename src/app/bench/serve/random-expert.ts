import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../../experts/download.ts';
import { writeRandomLlama } from './llama-file.ts';

export const RANDOM_EXPERT = 'bench';

/** An expert with the cost of real weights of that shape that says anything; the file of its weights. */
export async function writeRandomExpert(
  modelsDir: string,
  shape: Parameters<typeof writeRandomLlama>[1],
  contextTokens: number,
  seed: number,
): Promise<string> {
  const dir = join(modelsDir, RANDOM_EXPERT);
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'weights.gguf');
  writeRandomLlama(file, shape, seed);
  const expert = {
    ...{ id: RANDOM_EXPERT, title: 'Random weights', description: 'for the bench', topics: [], licence: 'Apache-2.0' },
    ...{ engine: 'llama', file: 'weights.gguf', sha256: await sha256Of(file), sizeBytes: statSync(file).size },
    ...{ parents: [], contextTokens, prompt: { prefix: '', suffix: '' }, stop: [], maxTokens: 4096, grammar: null },
    temperature: 0,
  };
  writeFileSync(join(dir, 'expert.json'), JSON.stringify(expert));
  return file;
}
