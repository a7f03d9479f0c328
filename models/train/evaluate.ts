/** Measures the shipped, quantised files on held-out questions; expert, ancestor and baseline answer the same ones. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Llama } from 'node-llama-cpp';
import { answerText, catalogue, grammar, LANGUAGES } from '../faults/catalogue.ts';
import { nearestNeighbour, withinBytes } from './baseline.ts';
import { resultOf } from './convert.ts';
import { samplesOf } from './corpus.ts';
import { openExpert } from './llama.ts';
import type { ModelId } from './recipe.ts';
import { PROMPT, type Sample, type Split, type Task } from './sample.ts';

export type Score = { right: number; n: number };
export type Result = {
  n: number;
  value: number;
  ancestor: number;
  nearestNeighbour: number;
  groups: Record<string, Record<Who, Score>>;
  extra: Record<string, number>;
};
type Who = 'expert' | 'ancestor' | 'nearestNeighbour';

export const MAX_TOKENS: Record<Task, number> = { faults: 150, status: 260, convert: 260 };
const COUNT: Record<Task, number> = { faults: 0, status: 250, convert: 800 };
const numbers = (text: string): string => (text.match(/-?\d+(\.\d+)?/g) ?? []).join(' ');

const RIGHT: Record<Task, (got: string, sample: Sample) => boolean> = {
  faults: (got, s) => got === s.answer,
  status: (got, s) => numbers(got) === numbers(s.answer),
  convert: (got, s) => resultOf(got) === resultOf(s.answer),
};

const ggufPath = (modelsDir: string, id: ModelId): string => join(modelsDir, id, `${id}.q8_0.gguf`);

const askAll = async (llama: Llama, path: string, task: Task, samples: readonly Sample[]): Promise<string[]> => {
  const asked = { ...PROMPT[task], maxTokens: MAX_TOKENS[task], ...(task === 'faults' ? { grammar: grammar() } : {}) };
  const expert = await openExpert(llama, path, asked);
  const answers: string[] = [];
  for (const s of samples) answers.push(await expert.ask(s.text));
  await expert.close();
  return answers;
};

/** The baseline stores whole entries, never the shortened answers that the expert trains on. */
const wholeAnswers = (samples: readonly Sample[]): Sample[] => {
  const texts = catalogue.flatMap((e) => LANGUAGES.map((l) => answerText(e, l)));
  return samples.map((s) =>
    s.open ? { text: s.text, answer: texts.find((t) => t.startsWith(s.answer)) ?? s.answer } : s,
  );
};

const tally = (task: Task, samples: readonly Sample[], answers: Record<Who, string[]>): Result['groups'] => {
  const groups: Result['groups'] = {};
  for (const [i, s] of samples.entries()) {
    const key = s.group ?? 'all';
    groups[key] ??= { expert: { right: 0, n: 0 }, ancestor: { right: 0, n: 0 }, nearestNeighbour: { right: 0, n: 0 } };
    for (const [who, list] of Object.entries(answers)) {
      const score = groups[key][who as Who];
      score.n++;
      if (RIGHT[task](list[i] ?? '', s)) score.right++;
    }
  }
  return groups;
};

const share = (groups: Result['groups'], who: Who): number => {
  const scores = Object.values(groups).map((g) => g[who]);
  return scores.reduce((a, s) => a + s.right, 0) / scores.reduce((a, s) => a + s.n, 0);
};

export const evaluate = async (llama: Llama, modelsDir: string, task: Task, split: Split): Promise<Result> => {
  const samples = samplesOf(task, COUNT[task], split);
  const path = ggufPath(modelsDir, task);
  const stored = withinBytes(wholeAnswers(samplesOf(task, 12_000, 'train')), statSync(path).size);
  const nearest = nearestNeighbour(stored);
  const answers = {
    expert: await askAll(llama, path, task, samples),
    ancestor: await askAll(llama, ggufPath(modelsDir, 'ancestor'), task, samples),
    nearestNeighbour: samples.map((s) => nearest(s.text)),
  };
  const groups = tally(task, samples, answers);
  const exact = samples.filter((s, i) => s.answer === answers.expert[i]).length / samples.length;
  return {
    n: samples.length,
    value: share(groups, 'expert'),
    ancestor: share(groups, 'ancestor'),
    nearestNeighbour: share(groups, 'nearestNeighbour'),
    groups,
    extra: { exactText: exact, storedPairs: stored.length },
  };
};
