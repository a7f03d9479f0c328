import { FORMATS } from '../../../compute/merge/formats.ts';
import { mergeSteps } from '../../../compute/merge/merge.ts';
import { type Plan, type PlannedTensor, planMerge } from '../../../compute/merge/plan.ts';
import type { Recipe } from '../../../compute/merge/recipe.ts';

/** ggml's numbers of the formats. */
const TYPES = { f32: 0, q4_0: 2, q5_0: 6 } as const;
const QUANTISED = [2, 6, 8];
/** `f32` are the same weights as in the file, reckoned with by other code of the engine. */
export type Target = keyof typeof TYPES;

function inFormat(tensor: PlannedTensor, type: number): PlannedTensor {
  const format = FORMATS[type]!;
  return { ...tensor, type, format, bytes: (tensor.elements / format.blockElements) * format.blockBytes };
}

/** Writes a GGUF with its quantised tensors in another format, as a merge of one alone; all others stay as they are. */
export function requantise(from: string, to: string, target: Target): void {
  merged([from], to, (tensor) => (QUANTISED.includes(tensor.type) ? inFormat(tensor, TYPES[target]) : tensor));
}

/** The mean of two experts with one ancestor. */
export function blend(a: string, b: string, to: string): void {
  merged([a, b], to, (tensor) => tensor);
}

function merged(from: string[], to: string, as: (tensor: PlannedTensor) => PlannedTensor): void {
  const plan = planMerge(from);
  try {
    const changed: Plan = { ...plan, tensors: plan.tensors.map(as) };
    const evenly: Recipe = { method: 'linear', weightsOf: () => from.map(() => 1), density: 1, lambda: 1, seed: 1 };
    const lineage = { name: to, parents: [], recipe: 'bench' };
    for (const _ of mergeSteps({ plan: changed, recipe: evenly, lineage, out: to }));
  } finally {
    plan.close();
  }
}
