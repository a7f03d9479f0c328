import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { HeatmineError } from '../../core/errors.ts';
import type { LlamaExpert } from '../expert-file.ts';
import { type FoundExpert, fillerLines } from '../experts.ts';
import type { Merged } from './merge.ts';
import type { Plan } from './plan.ts';

const MAX_LICENCE = 64;
const MAX_TITLE = 120;

/** An expert that can be merged: sound, with weights of llama.cpp. */
export interface Parent {
  id: string;
  dir: string;
  fact: LlamaExpert;
  found: FoundExpert;
}

/** @throws HeatmineError EXPERT_UNKNOWN where no such expert is here, MODEL_INVALID where it cannot be merged */
export function parentOf(experts: readonly FoundExpert[], id: string): Parent {
  const found = experts.find((e) => e.id === id);
  if (!found) throw new HeatmineError('EXPERT_UNKNOWN', `no expert "${id.slice(0, 64)}" here`);
  if (!found.fact) throw new HeatmineError('MODEL_INVALID', `${id}: ${found.unsound}`);
  if (found.fact.engine !== 'llama')
    throw new HeatmineError('EXPERT_UNKNOWN', `${id}: only language models are merged`);
  return { id, dir: found.dir, fact: found.fact, found };
}

export const weightsFile = ({ dir, fact }: Pick<Parent, 'dir' | 'fact'>): string => join(dir, fact.file);

/** The nearest expert here that all of them descend from, over any number of steps; undefined where there is none. */
export function commonAncestor(experts: readonly FoundExpert[], parents: readonly Parent[]): string | undefined {
  const [first, ...others] = parents.map(({ id }) => descentOf(experts, id));
  const shared = (first ?? []).filter((id) => others.every((ids) => ids.includes(id)));
  return shared.find((id) => experts.some((e) => e.id === id && e.fact?.engine === 'llama'));
}

/** All that it was made from, the nearest first. */
function descentOf(experts: readonly FoundExpert[], id: string): string[] {
  const seen = [id];
  for (const one of seen) {
    const parents = experts.find((e) => e.id === one)?.fact?.parents ?? [];
    seen.push(...parents.filter((parent) => !seen.includes(parent)));
  }
  return seen.slice(1);
}

export interface Birth {
  id: string;
  parents: readonly Parent[];
  /** How it was merged, in words. */
  how: string;
  quality?: LlamaExpert['quality'];
}

/** Pure: expert.json of the merged one. It is asked as its first parent is, by the same grammar; all parents are named. */
export function childFact({ id, parents, how, quality }: Birth, weights: Merged): LlamaExpert {
  const [lead] = parents;
  const facts = parents.map(({ fact }) => fact);
  const names = parents.map((parent) => parent.id);
  const licences = [...new Set(facts.map(({ licence }) => licence))].sort();
  const licence = licences.join(' AND ');
  // A licence that nobody stated, or one too long to be stated, is none.
  const told = licences.includes('') || licence.length > MAX_LICENCE ? '' : licence;
  const { priceEurPerMtoken: _price, royaltyPct: _royalty, quality: _quality, ...asked } = lead!.fact;
  return {
    ...asked,
    id,
    title: `${lead!.fact.title}, merged with ${names.slice(1).join(', ')}`.slice(0, MAX_TITLE),
    description: `${how}. Asked as ${lead!.id} is.`,
    topics: [...new Set(facts.flatMap(({ topics }) => topics))].slice(0, 64),
    licence: told,
    file: `${id}.gguf`,
    ...weights,
    contextTokens: Math.min(...facts.map(({ contextTokens }) => contextTokens)),
    parents: names.slice(0, 16),
    ...(quality ? { quality } : {}),
  };
}

/** Of what a merge leaves that was killed: without expert.json it is no expert, and nobody's. */
const isOfMerge = (id: string, name: string): boolean =>
  [`${id}.gguf`, `${id}.gguf.part`, 'heldout.txt', 'expert.json.new'].includes(name) || name.endsWith('.gbnf');

/** An empty directory for it. @throws HeatmineError USAGE when there is one of that name, or no room on the disk */
export function makeNest(modelsDir: string, id: string, { parents }: Plan): string {
  const dir = join(modelsDir, id);
  if (existsSync(join(dir, 'expert.json'))) throw new HeatmineError('USAGE', `${dir} is an expert already`);
  mkdirSync(modelsDir, { recursive: true });
  const { bavail, bsize } = statfsSync(modelsDir);
  const first = parents[0]!;
  const needed = first.dataAt + first.info.weightBytes;
  if (needed > bavail * bsize)
    throw new HeatmineError('USAGE', `${modelsDir}: ${bavail * bsize} bytes are free, ${needed} are needed`);
  const strange = existsSync(dir) ? readdirSync(dir).find((name) => !isOfMerge(id, name)) : undefined;
  if (strange !== undefined)
    throw new HeatmineError('USAGE', `${dir} holds ${strange}, perhaps of a download: take another name, or remove it`);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir);
  return dir;
}

/** All beside the weights; expert.json last, for that is what makes it an expert. */
export function writeChild(dir: string, birth: Birth, weights: Merged): void {
  const fact = childFact(birth, weights);
  const [lead] = birth.parents;
  if (fact.grammar !== null) copyFileSync(join(lead!.dir, fact.grammar), join(dir, fact.grammar));
  const lines = birth.parents.flatMap(({ found }) => fillerLines(found)).map((line) => line.replaceAll('\n', '\t'));
  writeFileSync(join(dir, 'heldout.txt'), `${lines.join('\n')}\n`);
  const file = join(dir, 'expert.json');
  writeFileSync(`${file}.new`, `${JSON.stringify({ ...fact, id: basename(dir) }, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}
