import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { GenerateRequest, ModelSpec } from '../../../compute/engine.ts';
import { fillerLines, readExpert } from '../../../compute/experts.ts';
import { writeRandomLlama } from '../serve/llama-file.ts';
import { blend, requantise, type Target } from './requantise.ts';

const MODELS = join(import.meta.dirname, '../../../../models');
const WIDTH = 8;

/** An expert whose askers audit. All of its weights are files of the bench's own directory or of models/. */
export interface Audited {
  name: string;
  spec: ModelSpec;
  /** What people ask. */
  known: string[];
  requestOf(content: string): GenerateRequest;
  saysAfter?: string | undefined;
  /** Weights that a liar may put in its place. */
  smaller: Target[];
  otherFile: string;
  /** Telling questions wanted. */
  questions: number;
}

/** The method and its few numbers were made, and its mistakes found, while looking at these. */
export const DESIGN = [
  'faults',
  'convert',
  'ancestor',
  'random',
  'status',
  'status-q5',
  'blend',
  'random-wide',
] as const;
/** Kept apart until all was fixed: other weights, formats and sizes. */
export const TEST = ['mix', 'faults-q5', 'convert-q5', 'random-deep'] as const;
export type Name = (typeof DESIGN)[number] | (typeof TEST)[number];

export function auditedIn(dir: string, name: Name, seed: number): Audited {
  if (name === 'random') return random(dir, name, NARROW, seed);
  if (name === 'random-wide') return random(dir, name, WIDE, seed);
  if (name === 'random-deep') return random(dir, name, DEEP, seed);
  if (name === 'blend') return { ...shipped('ancestor', blended(dir, 'convert', 'status')), name };
  if (name === 'mix') return { ...shipped('ancestor', blended(dir, 'faults', 'ancestor')), name };
  if (!name.endsWith(FIVE_BIT)) return shipped(name, fileOf(name));
  const id = name.slice(0, -FIVE_BIT.length);
  const file = join(dir, `${name}.gguf`);
  requantise(fileOf(id), file, 'q5_0');
  return { ...shipped(id, file), name, smaller: ['q4_0'] };
}

const FIVE_BIT = '-q5';
const fileOf = (id: string) => join(MODELS, id, `${id}.q8_0.gguf`);

/** Sure of itself, with a long working that is not shown: a telling question is one of a hundred. */
const FEW = 24;
const MANY = 40;

function shipped(id: string, file: string): Audited {
  const expert = readExpert(join(MODELS, id), id);
  const { fact, grammar } = expert;
  if (fact?.engine !== 'llama') throw new Error(`needs an expert of models/ that answers: ${expert.unsound}`);
  const { prompt, stop, maxTokens, saysAfter, contextTokens } = fact;
  // The ancestor has no task of its own: it is asked what its children are.
  const asked = id === 'ancestor' ? readExpert(join(MODELS, 'convert'), 'convert') : expert;
  return {
    ...{ name: id, saysAfter, smaller: ['q4_0', 'q5_0'], questions: saysAfter === undefined ? MANY : FEW },
    spec: { id, file, contextTokens, width: WIDTH, sizeBytes: statSync(file).size },
    known: fillerLines(asked).map((line) => line.split('\n')[0]!.slice(prompt.prefix.length)),
    requestOf: (content) => ({
      prompt: prompt.prefix + content + prompt.suffix,
      ...{ maxTokens, temperature: 0, stop, ...(grammar === undefined ? {} : { grammar }) },
    }),
    otherFile: fileOf(id === 'ancestor' ? 'status' : 'ancestor'),
  };
}

function blended(dir: string, a: string, b: string): string {
  const file = join(dir, `${a}-${b}.gguf`);
  blend(fileOf(a), fileOf(b), file);
  return file;
}

const NARROW = { layers: 4, embedding: 256, heads: 4, kvHeads: 2, feedForward: 512, vocabulary: 2048 };
const WIDE = { layers: 6, embedding: 384, heads: 6, kvHeads: 6, feedForward: 1024, vocabulary: 4096 };
const DEEP = { layers: 10, embedding: 192, heads: 4, kvHeads: 4, feedForward: 768, vocabulary: 1024 };
const ANSWER_TOKENS = 48;

/** Untrained: every call is close, and no answer ends by itself. */
function random(dir: string, name: Name, sizes: typeof WIDE, seed: number): Audited {
  const shape = { ...sizes, contextTokens: 512, weights: 'q8_0' } as const;
  const [file, otherFile] = [join(dir, `${name}.gguf`), join(dir, `${name}-other.gguf`)];
  const sizeBytes = writeRandomLlama(file, shape, seed + 1);
  writeRandomLlama(otherFile, shape, seed + 2);
  const { known } = shipped('convert', fileOf('convert'));
  return {
    ...{ name, otherFile, known, smaller: ['q4_0', 'q5_0'], questions: MANY },
    spec: { id: name, file, contextTokens: 512, width: WIDTH, sizeBytes },
    requestOf: (prompt) => ({ prompt, maxTokens: ANSWER_TOKENS, temperature: 0, stop: [] }),
  };
}
