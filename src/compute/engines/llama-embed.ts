import type { LlamaEmbeddingContext, LlamaModel } from 'node-llama-cpp';
import { HeatmineError } from '../../core/errors.ts';
import { createLane } from '../lane.ts';

/** Unit-length vectors of the last hidden state. The second context is made at the first request: most models never need it. */
export function createEmbedder(model: LlamaModel, contextTokens: number) {
  const lane = createLane();
  let context: LlamaEmbeddingContext | undefined;
  return {
    async embed(texts: readonly string[], signal: AbortSignal): Promise<{ vectors: number[][]; tokens: number }> {
      const release = await lane.enter(signal);
      try {
        context ??= await model.createEmbeddingContext({ contextSize: contextTokens, threads: 1 });
        const made = context;
        const counts = texts.map((text) => made.calculateInputLength(text));
        const most = Math.max(...counts);
        if (most >= contextTokens) {
          throw new HeatmineError('CONTEXT_LENGTH', `a text has ${most} tokens, the context holds ${contextTokens}`);
        }
        const vectors: number[][] = [];
        for (const text of texts) {
          signal.throwIfAborted();
          vectors.push(unitLength((await made.getEmbeddingFor(text)).vector));
        }
        return { vectors, tokens: counts.reduce((a, b) => a + b, 0) };
      } finally {
        release();
      }
    },
    async dispose(): Promise<void> {
      await context?.dispose();
    },
  };
}

function unitLength(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector) || 1;
  return vector.map((x) => x / length);
}
