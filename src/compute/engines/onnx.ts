import type { InferenceSession } from 'onnxruntime-node';
import { HeatmineError, messageOf } from '../../core/errors.ts';
import type { Engine, LoadedModel } from '../engine.ts';
import { createLane } from '../lane.ts';

/**
 * Classifiers: input `features` [1, N] made by `features`, output `logits` [1, classes].
 * The feature function is code, so it comes from whoever composes the engine, never from a downloaded expert.
 */
export function createOnnxEngine(features: (text: string) => Float32Array): Engine {
  return {
    name: 'onnx',
    async load(spec) {
      const { InferenceSession, Tensor } = await import('onnxruntime-node');
      let session: InferenceSession;
      try {
        session = await InferenceSession.create(spec.file, {
          intraOpNumThreads: 1,
          interOpNumThreads: 1,
          executionMode: 'sequential',
          enableCpuMemArena: false,
          logSeverityLevel: 3,
        });
      } catch (error) {
        throw new HeatmineError('MODEL_INVALID', `${spec.file}: ${messageOf(error)}`, { cause: error });
      }
      if (!session.inputNames.includes('features') || !session.outputNames.includes('logits')) {
        await session.release();
        const has = `${session.inputNames} -> ${session.outputNames}`;
        throw new HeatmineError('MODEL_INVALID', `${spec.file}: expected features -> logits, found ${has}`);
      }
      const run = async (text: string) => {
        const values = features(text);
        const { logits } = await session.run({ features: new Tensor('float32', values, [1, values.length]) });
        return Array.from(logits!.data as Float32Array);
      };
      return classifier(spec.contextTokens, run, () => session.release());
    },
    close: async () => {},
  };
}

function classifier(
  contextTokens: number,
  run: (text: string) => Promise<number[]>,
  release: () => Promise<void>,
): LoadedModel {
  const lane = createLane();
  return {
    contextTokens,
    // A classifier has no tokens; its features bound themselves.
    countTokens: async () => 0,
    // biome-ignore lint/correctness/useYield: the refusal is all there is to say.
    async *generate() {
      throw new HeatmineError('EXPERT_UNKNOWN', 'this model picks experts, it does not answer');
    },
    async classify(text, signal) {
      const leave = await lane.enter(signal);
      try {
        return await run(text);
      } finally {
        leave();
      }
    },
    unload: release,
  };
}
