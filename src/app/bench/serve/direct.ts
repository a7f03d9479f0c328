import { availableParallelism } from 'node:os';
import { getLlama, LlamaLogLevel } from 'node-llama-cpp';
import { BATCH_TOKENS } from '../../../compute/fit.ts';
import type { Asked } from './stack.ts';

/** All of them kept in step by hand, as fast as the library can; or each left to itself, as a server with a handler a question is. */
export type Way = 'in step' | 'each alone';

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

  async function begin(lane: number, content: string) {
    const sequence = sequences[lane]!;
    await sequence.clearHistory();
    const prompt = [model.tokens.bos!, ...model.tokenize(content, false)];
    const tokens = sequence.evaluate(prompt, { temperature: 0, topK: 0, topP: 1 });
    const startedMs = performance.now();
    const asked: Asked = { tokens: 0, firstMs: 0, totalMs: 0 };
    const next = async () => {
      const step = await tokens.next();
      if (step.done) return false;
      model.detokenize([step.value]);
      if (asked.tokens++ === 0) asked.firstMs = performance.now() - startedMs;
      return true;
    };
    const end = async () => {
      await tokens.return();
      return { ...asked, totalMs: performance.now() - startedMs };
    };
    return { next, end };
  }

  const ways: Record<Way, (contents: readonly string[], maxTokens: number) => Promise<Asked[]>> = {
    async 'in step'(contents, maxTokens) {
      const all = await Promise.all(contents.map((content, lane) => begin(lane, content)));
      for (let n = 0; n < maxTokens; n++) if (!(await Promise.all(all.map((a) => a.next()))).includes(true)) break;
      return Promise.all(all.map((a) => a.end()));
    },
    'each alone': (contents, maxTokens) =>
      Promise.all(
        contents.map(async (content, lane) => {
          const { next, end } = await begin(lane, content);
          for (let n = 0; n < maxTokens && (await next()); n++);
          return end();
        }),
      ),
  };
  return {
    ways,
    async close() {
      await context.dispose();
      await model.dispose();
      await llama.dispose();
    },
  };
}
