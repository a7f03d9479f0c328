/** The recipe of each model: corpus, steps and rates. `quick` only proves that the pipeline runs and repeats. */
import type { Task } from './sample.ts';

export type Stage = {
  corpus: readonly (readonly [Task, number])[];
  steps: number;
  batchTokens: number;
  peakRate: number;
  /** Weight of the loss on prompt tokens; answers weigh 1. */
  promptWeight: number;
  seed: number;
  from: 'ancestor' | null;
};

export type ModelId = 'ancestor' | Task;
export const MODEL_IDS: readonly ModelId[] = ['ancestor', 'faults', 'status', 'convert'];

type Fine = Pick<Stage, 'steps' | 'batchTokens' | 'peakRate' | 'seed'>;
const expert = (task: Task, samples: number, fine: Fine): Stage => ({
  corpus: [[task, samples]],
  promptWeight: 0.02,
  from: 'ancestor',
  ...fine,
});

export const RECIPE: Record<ModelId, Stage> = {
  ancestor: {
    corpus: [
      ['faults', 100_000],
      ['status', 12_000],
      ['convert', 30_000],
    ],
    steps: 3000,
    batchTokens: 2048,
    peakRate: 0.003,
    promptWeight: 0.1,
    seed: 11,
    from: null,
  },
  faults: expert('faults', 240_000, { steps: 5500, batchTokens: 1024, peakRate: 0.002, seed: 12 }),
  status: expert('status', 15_000, { steps: 2500, batchTokens: 1024, peakRate: 0.0015, seed: 13 }),
  convert: expert('convert', 45_000, { steps: 3000, batchTokens: 2048, peakRate: 0.002, seed: 14 }),
};

const quickStage = (stage: Stage): Stage => ({
  ...stage,
  corpus: stage.corpus.map(([task, n]) => [task, Math.ceil(n / 20)] as const),
  steps: 60,
});

export const quickRecipe = (): Record<ModelId, Stage> => ({
  ancestor: quickStage(RECIPE.ancestor),
  faults: quickStage(RECIPE.faults),
  status: quickStage(RECIPE.status),
  convert: quickStage(RECIPE.convert),
});
