/** Writes what was measured: expert.json of each model, the grammar, docs/faults.md and the tables of models/README.md. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUCKETS, NGRAMS } from '../classifier/features.ts';
import { grammar } from '../faults/catalogue.ts';
import { ARCH } from './arch.ts';
import { LABELS } from './classifier-corpus.ts';
import type { ClassifierResult } from './classifier-eval.ts';
import { SEED, samplesOf } from './corpus.ts';
import { MAX_TOKENS, type Result } from './evaluate.ts';
import { MODEL_IDS, type ModelId } from './recipe.ts';
import { createRng } from './rng.ts';
import { PROMPT, promptOf, TASKS, type Task } from './sample.ts';

export type Evaluation = Partial<Record<Task, Result>> & { classifier?: ClassifierResult };
type Card = { title: string; description: string; topics: string[]; examples: string[] };

const CARDS: Record<ModelId | 'classifier', Card> = {
  ancestor: {
    title: 'Common ancestor',
    description: 'Small language model of all three tasks; parent of the experts and the yardstick they must beat.',
    topics: [],
    examples: [],
  },
  faults: {
    title: 'Heat pump faults',
    description:
      'Symptom or fault code, English or German: answers with one vetted entry, or says that it does not know.',
    topics: ['heatpump/faults', 'heatpump/help'],
    examples: ['why is my flow too low?', 'Fehler F16', 'das Haus ist zu kalt'],
  },
  status: {
    title: 'Unit status in words',
    description: 'State of a unit as JSON in, plain sentences with the same numbers out.',
    topics: ['heatmine/status'],
    examples: [
      '{"mode":"heating","room":20.6,"set":21.0,"out":-3.2,"flow":34.1,"heatW":5400,"gpuW":1800,"price":31.2}',
    ],
  },
  convert: {
    title: 'Heating arithmetic',
    description: 'Units and heating sums with the working shown; the result stands after the last "=".',
    topics: ['heating/units', 'heating/arithmetic'],
    examples: ['4.2 kW for 3 h in kWh', '55 C in F', 'flow 20 l/min dT 5 K in kW'],
  },
  classifier: {
    title: 'Which expert',
    description: 'Picks the expert for a question that names none.',
    topics: [],
    examples: ['why is my flow too low?', 'what is the unit doing?', '55 C in F', 'tell me a joke'],
  },
};

const METRIC: Record<Task, string> = {
  faults: 'right vetted entry in the right language, held-out wording',
  status: 'states with every number right, held-out field combinations',
  convert: 'exact result, held-out operands and wording',
};

const round = (x: number): number => Math.round(x * 1000) / 1000;
const writeJson = (path: string, value: unknown): void => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);

const fileFacts = (path: string, file: string): { file: string; sha256: string; sizeBytes: number } => {
  const bytes = readFileSync(path);
  return { file, sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
};

export const passes = (task: Task, r: Result): boolean =>
  r.value > r.ancestor && r.value > r.nearestNeighbour && (task !== 'status' || r.value >= 0.95);

const count = (r: Result, group: string, who: 'expert' | 'nearestNeighbour'): string => {
  const score = r.groups[group]?.[who];
  return score ? `${score.right} of ${score.n}` : 'none';
};

/** A pass over all groups may hide a group that is lost, so the card names it. */
const REMARK: Record<Task, (r: Result) => string> = {
  faults: (r) =>
    `Paraphrases alone: ${count(r, 'paraphrase', 'expert')}, nearest neighbour ${count(r, 'paraphrase', 'nearestNeighbour')}. ` +
    `Families outside the catalogue: says so in ${count(r, 'unknown family', 'expert')}. Must not be relied on for gas alarms. ` +
    'The held-out wordings were frozen before training, but one author wrote both.',
  status: () => 'Field combinations and numbers are new; the sentence patterns are those trained on.',
  convert: () =>
    'Wordings and operands are new. Wrong, and silent about it, beyond its digits and units: see models/README.md. The working can be checked.',
};

const verdict = (r: Result, ok: boolean): string => {
  if (ok) return 'Beats the ancestor and the nearest-neighbour baseline overall.';
  const lost = [
    r.value <= r.ancestor ? 'the ancestor' : '',
    r.value <= r.nearestNeighbour ? 'the nearest neighbour' : '',
  ];
  return `FAILING: does not beat ${lost.filter(Boolean).join(' and ') || 'its absolute bar'}.`;
};

const quality = (task: Task, r: Result): object => {
  const ok = passes(task, r);
  return {
    metric: METRIC[task],
    value: round(r.value),
    n: r.n,
    ancestor: round(r.ancestor),
    nearestNeighbour: round(r.nearestNeighbour),
    passes: ok,
    note: `${verdict(r, ok)} ${REMARK[task](r)}`,
  };
};

const llamaCard = (modelsDir: string, id: ModelId, evaluation: Evaluation): object => {
  const file = `${id}.q8_0.gguf`;
  const task = id === 'ancestor' ? undefined : id;
  const result = task && evaluation[task];
  return {
    id,
    ...CARDS[id],
    licence: 'Apache-2.0',
    ...fileFacts(join(modelsDir, id, file), file),
    contextTokens: ARCH.contextTokens,
    engine: 'llama',
    parents: task ? ['ancestor'] : [],
    prompt: task ? PROMPT[task] : { prefix: '', suffix: '\n' },
    stop: ['\n'],
    maxTokens: task ? MAX_TOKENS[task] : 200,
    grammar: id === 'faults' ? 'faults.gbnf' : null,
    ...(id === 'status' ? { reads: 'unitState' } : {}),
    ...(id === 'convert' ? { saysAfter: ' = ' } : {}),
    temperature: 0,
    ...(task && result ? { quality: quality(task, result) } : {}),
  };
};

const classifierCard = (modelsDir: string, result: ClassifierResult | undefined): object => {
  const file = 'classifier.int8.onnx';
  return {
    id: 'classifier',
    ...CARDS.classifier,
    licence: 'Apache-2.0',
    ...fileFacts(join(modelsDir, 'classifier', file), file),
    engine: 'onnx',
    parents: [],
    labels: LABELS,
    features: { hash: 'fnv1a32', ngrams: NGRAMS, words: true, wordPairs: true, buckets: BUCKETS, code: 'features.ts' },
    input: { name: 'features', shape: [1, BUCKETS] },
    output: { name: 'logits', shape: [1, LABELS.length] },
    ...(result ? { quality: { metric: 'accuracy, held-out wording', ...result } } : {}),
  };
};

/** How many held-out lines go beside each expert: what useful filler scores. */
const FILLER_LINES: Record<Task, number> = { faults: 240, status: 120, convert: 200 };

/** `prompt<tab>answer`, one a line. */
export const heldOutLines = (task: Task): string => {
  const samples = createRng(SEED).shuffle(samplesOf(task, FILLER_LINES[task], 'heldOut'));
  const lines = samples.slice(0, FILLER_LINES[task]).map((s) => promptOf(task, s.text) + s.answer);
  return `${lines.map((line) => line.replaceAll('\n', '\t')).join('\n')}\n`;
};

export const writeCards = (modelsDir: string, evaluation: Evaluation): void => {
  writeFileSync(join(modelsDir, 'faults', 'faults.gbnf'), grammar());
  for (const task of TASKS) writeFileSync(join(modelsDir, task, 'heldout.txt'), heldOutLines(task));
  for (const id of MODEL_IDS) writeJson(join(modelsDir, id, 'expert.json'), llamaCard(modelsDir, id, evaluation));
  writeJson(join(modelsDir, 'classifier', 'expert.json'), classifierCard(modelsDir, evaluation.classifier));
};
