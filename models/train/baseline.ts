/** Nearest neighbour over as many training pairs as fit the expert's bytes: the answer of the most alike question. */
import { ngramVector } from '../classifier/features.ts';
import type { Sample } from './sample.ts';

type Sparse = { index: Uint16Array; value: Float32Array };

const sparse = (dense: Float32Array): Sparse => {
  const index = Uint16Array.from([...dense.keys()].filter((i) => dense[i] !== 0));
  return { index, value: Float32Array.from(index, (i) => dense[i] ?? 0) };
};

const dot = (a: Float32Array, b: Sparse): number => {
  let sum = 0;
  for (let k = 0; k < b.index.length; k++) sum += (a[b.index[k] ?? 0] ?? 0) * (b.value[k] ?? 0);
  return sum;
};

/** A repeated answer is counted once, which favours the baseline. */
export const withinBytes = (samples: readonly Sample[], budgetBytes: number): Sample[] => {
  const seen = new Set<string>();
  const kept: Sample[] = [];
  let bytes = 0;
  for (const sample of samples) {
    if (seen.has(sample.text)) continue;
    bytes += Buffer.byteLength(sample.text) + (seen.has(`> ${sample.answer}`) ? 2 : Buffer.byteLength(sample.answer));
    if (bytes > budgetBytes) break;
    seen.add(sample.text).add(`> ${sample.answer}`);
    kept.push(sample);
  }
  return kept;
};

export const nearestNeighbour = (samples: readonly Sample[]): ((text: string) => string) => {
  const stored = samples.map((s) => ({ answer: s.answer, vector: sparse(ngramVector(s.text)) }));
  return (text) => {
    const query = ngramVector(text);
    let best = { answer: '', score: -1 };
    for (const { answer, vector } of stored) {
      const score = dot(query, vector);
      if (score > best.score) best = { answer, score };
    }
    return best.answer;
  };
};
