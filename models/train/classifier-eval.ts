/** Measures the shipped ONNX file on held-out questions, beside a nearest neighbour of the same bytes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { BUCKETS, features } from '../classifier/features.ts';
import { nearestNeighbour, withinBytes } from './baseline.ts';
import { LABELS, type Label, newQuestions, trainQuestions } from './classifier-corpus.ts';

export type ClassifierResult = { value: number; n: number; nearestNeighbour: number; passes: boolean; note: string };
type Classifier = (text: string) => Promise<Label>;

export const openClassifier = async (path: string): Promise<Classifier> => {
  const session = await InferenceSession.create(path, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return async (text) => {
    const { logits } = await session.run({ features: new Tensor('float32', features(text), [1, BUCKETS]) });
    if (!logits) throw new Error('the classifier has no output "logits"');
    const values = [...(logits.data as Float32Array)];
    return LABELS[values.indexOf(Math.max(...values))] ?? 'unknown';
  };
};

export const evaluateClassifier = async (modelsDir: string, split: 'dev' | 'heldOut'): Promise<ClassifierResult> => {
  const path = join(modelsDir, 'classifier', 'classifier.int8.onnx');
  const classify = await openClassifier(path);
  const stored = withinBytes(
    trainQuestions().map((q) => ({ text: q.text, answer: q.label })),
    readFileSync(path).length,
  );
  const nearest = nearestNeighbour(stored);
  const questions = newQuestions(split);
  let right = 0;
  let near = 0;
  const byLabel = Object.fromEntries(LABELS.map((l) => [l, { right: 0, n: 0 }]));
  for (const q of questions) {
    const ok = (await classify(q.text)) === q.label;
    const score = byLabel[q.label] ?? { right: 0, n: 0 };
    score.n++;
    if (ok) score.right++;
    right += ok ? 1 : 0;
    near += nearest(q.text) === q.label ? 1 : 0;
  }
  const share = (n: number): number => Math.round((n / questions.length) * 1000) / 1000;
  const note = Object.entries(byLabel)
    .map(([l, s]) => `${l} ${s.right}/${s.n}`)
    .join(', ');
  return { value: share(right), n: questions.length, nearestNeighbour: share(near), passes: right > near, note };
};
