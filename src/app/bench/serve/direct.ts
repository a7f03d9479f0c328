import { availableParallelism } from 'node:os';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { BATCH_TOKENS } from '../../../compute/fit.ts';
import type { Asked } from './stack.ts';

/** The reference: node-llama-cpp called directly, with the same threads, batch and seats, and text made of each token. */
export async function openDirect(file: string, contextTokens: number, width: number) {
  const llama = await getLlama({
    ...{ build: 'never', gpu: false, maxThreads: Math.max(1, availableParallelism() - 1), skipDownload: true },
    ...{ logLevel: LlamaLogLevel.error, progressLogs: false },
  });
  const model = await llama.loadModel({ modelPath: file, gpuLayers: 0, useMmap: true });
  const sizes = { contextSize: contextTokens, sequences: width, batchSize: BATCH_TOKENS };
  const context = await model.createContext(sizes);
  const sequences = Array.from({ length: width }, () => context.getSequence());
  return {
    async ask(lane: number, content: string, maxTokens: number): Promise<Asked> {
      const sequence = sequences[lane]!;
      await sequence.clearHistory();
      const startedMs = performance.now();
      const prompt = [model.tokens.bos!, ...model.tokenize(content, false)];
      let firstMs = 0;
      let tokens = 0;
      for await (const token of sequence.evaluate(prompt, { temperature: 0, topK: 0, topP: 1 })) {
        model.detokenize([token]);
        if (tokens++ === 0) firstMs = performance.now() - startedMs;
        if (tokens >= maxTokens) break;
      }
      return { tokens, firstMs, totalMs: performance.now() - startedMs };
    },
    async close() {
      await context.dispose();
      await model.dispose();
      await llama.dispose();
    },
  };
}
