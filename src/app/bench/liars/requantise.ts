import { FORMATS } from '../../../compute/merge/formats.ts';
import { mergeSteps } from '../../../compute/merge/merge.ts';
import { type PlannedTensor, planMerge } from '../../../compute/merge/plan.ts';
import type { Recipe } from '../../../compute/merge/recipe.ts';

/** ggml's numbers of the formats. */
const Q8_0 = 8;
const TYPES = { f32: 0, q4_0: 2 } as const;
/** `f32` are the same weights as in the Q8_0 file, reckoned with by other code of the engine. */
export type Target = keyof typeof TYPES;

const AS_IT_IS: Recipe = { method: 'linear', weightsOf: () => [1], density: 1, lambda: 1, seed: 1 };

function inFormat(tensor: PlannedTensor, type: number): PlannedTensor {
  const format = FORMATS[type]!;
  return { ...tensor, type, format, bytes: (tensor.elements / format.blockElements) * format.blockBytes };
}

/** Writes a GGUF with its Q8_0 tensors in another format, as a merge of one alone; all others stay as they are. */
export function requantise(from: string, to: string, target: Target): void {
  const plan = planMerge([from]);
  try {
    const tensors = plan.tensors.map((tensor) => (tensor.type === Q8_0 ? inFormat(tensor, TYPES[target]) : tensor));
    const lineage = { name: target, parents: [], recipe: target };
    for (const _ of mergeSteps({ plan: { ...plan, tensors }, recipe: AS_IT_IS, lineage, out: to }));
  } finally {
    plan.close();
  }
}
