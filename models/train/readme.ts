/** Fills the measured part of models/README.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result, Score } from './evaluate.ts';
import type { ModelId } from './recipe.ts';
import { type Evaluation, passes } from './report.ts';
import { TASKS, type Task } from './sample.ts';

export type Measured = { seconds: Partial<Record<ModelId | 'classifier', number>>; results: Evaluation };

const START = '<!-- measured: written by scripts/train-experts.ts -->';
const END = '<!-- /measured -->';
const percent = (x: number): string => `${(x * 100).toFixed(1)} %`;
const ratio = (s: Score): string => `${s.right}/${s.n}`;
const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((r) => `| ${r.join(' | ')} |`).join('\n');

const summary = (results: Evaluation): string => {
  const rows = TASKS.flatMap((task) => {
    const r = results[task];
    if (!r) return [];
    const verdict = passes(task, r) ? 'passes' : '**FAILS**';
    return [
      [
        task,
        percent(r.value),
        percent(r.ancestor),
        percent(r.nearestNeighbour),
        String(r.n),
        percent(r.extra.exactText ?? 0),
        verdict,
      ],
    ];
  });
  const c = results.classifier;
  if (c)
    rows.push([
      'classifier',
      percent(c.value),
      '-',
      percent(c.nearestNeighbour),
      String(c.n),
      '-',
      c.passes ? 'passes' : '**FAILS**',
    ]);
  return table(['model', 'expert', 'ancestor', 'nearest neighbour', 'n', 'whole answer exact', 'verdict'], rows);
};

const groups = (task: Task, r: Result): string => {
  const rows = Object.entries(r.groups)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, g]) => [name, ratio(g.expert), ratio(g.ancestor), ratio(g.nearestNeighbour)]);
  return `### ${task}\n\n${table(['held-out group', 'expert', 'ancestor', 'nearest neighbour'], rows)}`;
};

/** convert: one row per operand length, over all kinds. */
const byLength = (r: Result): string => {
  const lengths = new Map<string, [Score, Score, Score]>();
  for (const [name, g] of Object.entries(r.groups)) {
    const key = name.slice(name.lastIndexOf(' ') + 1);
    const sum = lengths.get(key) ?? [
      { right: 0, n: 0 },
      { right: 0, n: 0 },
      { right: 0, n: 0 },
    ];
    [g.expert, g.ancestor, g.nearestNeighbour].forEach((s, i) => {
      const total = sum[i];
      if (!total) return;
      total.right += s.right;
      total.n += s.n;
    });
    lengths.set(key, sum);
  }
  const rows = [...lengths].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, s]) => [key, ...s.map(ratio)]);
  return `### convert by operand length in digits\n\n${table(['digits', 'expert', 'ancestor', 'nearest neighbour'], rows)}`;
};

const measuredSection = ({ seconds, results }: Measured): string => {
  const parts = TASKS.flatMap((task) => {
    const r = results[task];
    if (!r) return [];
    return task === 'convert' ? [byLength(r), groups(task, r)] : [groups(task, r)];
  });
  if (results.classifier) parts.push(`### classifier\n\n${results.classifier.note}`);
  const times = Object.entries(seconds).map(([id, s]) => `${id} ${Math.round(s)} s`);
  return [
    START,
    summary(results),
    `Wall time of training, on a machine of two cores that others kept busy: ${times.join(', ')}.`,
    ...parts,
    END,
  ].join('\n\n');
};

export const writeReadme = (modelsDir: string, measured: Measured): void => {
  const path = join(modelsDir, 'README.md');
  const text = readFileSync(path, 'utf8');
  const [before, rest] = [text.slice(0, text.indexOf(START)), text.slice(text.indexOf(END) + END.length)];
  writeFileSync(path, `${before}${measuredSection(measured)}${rest}`);
};
