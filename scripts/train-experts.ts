/**
 * Makes and measures the experts that ship: corpora -> trainer -> ancestor -> experts -> Q8_0 GGUF -> classifier -> tables.
 *   node scripts/train-experts.ts [--only faults,status] [--quick] [--out DIR] [--work DIR]
 *   node scripts/train-experts.ts --eval [--only faults]   measure the files that are there
 *   node scripts/train-experts.ts --docs                   cards, grammar and docs/faults.md only
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { faultsPage } from '../models/faults/docs.ts';
import { trainClassifier } from '../models/train/classifier.ts';
import { evaluateClassifier } from '../models/train/classifier-eval.ts';
import { evaluate } from '../models/train/evaluate.ts';
import { openLlama } from '../models/train/llama.ts';
import { trainModels } from '../models/train/pipeline.ts';
import { type Measured, writeReadme } from '../models/train/readme.ts';
import { MODEL_IDS, type ModelId, quickRecipe, RECIPE } from '../models/train/recipe.ts';
import { writeCards } from '../models/train/report.ts';
import { TASKS, type Task } from '../models/train/sample.ts';

const ROOT = resolve(import.meta.dirname, '..');
const MODELS = join(ROOT, 'models');
const MEASURED = join(MODELS, 'measured.json');
const ALL = [...MODEL_IDS, 'classifier'] as const;
type Target = (typeof ALL)[number];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    eval: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    out: { type: 'string' },
    work: { type: 'string', default: join(tmpdir(), 'heatmine-train') },
  },
});

const targets = (): Target[] => {
  if (values.only === undefined) return [...ALL];
  return values.only.split(',').map((name) => {
    const target = ALL.find((id) => id === name);
    if (!target) throw new Error(`--only: no model "${name}"; there are ${ALL.join(', ')}`);
    return target;
  });
};

const isModel = (id: Target): id is ModelId => id !== 'classifier';
const isTask = (id: Target): id is Task => TASKS.some((t) => t === id);
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

const readMeasured = (): Measured =>
  existsSync(MEASURED) ? JSON.parse(readFileSync(MEASURED, 'utf8')) : { seconds: {}, results: {} };

const train = (chosen: Target[], outDir: string): Measured['seconds'] => {
  const seconds: Measured['seconds'] = {};
  const recipe = values.quick ? quickRecipe() : RECIPE;
  for (const t of trainModels(chosen.filter(isModel), recipe, values.work, outDir)) {
    seconds[t.id] = Math.round(t.seconds);
    console.log(`${t.id}: ${sha256(t.file)} in ${t.seconds.toFixed(0)} s`);
  }
  if (chosen.includes('classifier')) {
    const from = performance.now();
    const file = join(outDir, 'classifier', 'classifier.int8.onnx');
    mkdirSync(join(outDir, 'classifier'), { recursive: true });
    writeFileSync(file, values.quick ? trainClassifier(1) : trainClassifier());
    seconds.classifier = Math.round((performance.now() - from) / 1000);
    console.log(`classifier: ${sha256(file)} in ${seconds.classifier} s`);
  }
  return seconds;
};

const measure = async (chosen: Target[], measured: Measured): Promise<void> => {
  const tasks = chosen.includes('ancestor') ? [...TASKS] : chosen.filter(isTask);
  const llama = await openLlama();
  for (const task of tasks) {
    const r = await evaluate(llama, MODELS, task, 'heldOut');
    measured.results[task] = r;
    console.log(
      `${task}: expert ${r.value.toFixed(3)} ancestor ${r.ancestor.toFixed(3)} neighbour ${r.nearestNeighbour.toFixed(3)}`,
    );
  }
  await llama.dispose();
  if (chosen.includes('classifier')) measured.results.classifier = await evaluateClassifier(MODELS, 'heldOut');
};

const publish = (measured: Measured): void => {
  writeFileSync(MEASURED, `${JSON.stringify(measured, null, 2)}\n`);
  writeCards(MODELS, measured.results);
  writeReadme(MODELS, measured);
  writeFileSync(join(ROOT, 'docs', 'faults.md'), faultsPage());
};

const main = async (): Promise<void> => {
  const chosen = targets();
  const measured = readMeasured();
  const outDir = values.out ? resolve(values.out) : values.quick ? join(values.work, 'quick') : MODELS;
  if (!values.eval && !values.docs) Object.assign(measured.seconds, train(chosen, outDir));
  if (outDir !== MODELS) return console.log(`written to ${outDir}; nothing that ships was changed`);
  if (!values.docs) await measure(chosen, measured);
  publish(measured);
};

await main();
