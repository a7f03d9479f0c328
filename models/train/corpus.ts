/** Corpora by task, and their form on disk for trainer.c. */
import { writeFileSync } from 'node:fs';
import { answerText, catalogue, LANGUAGES } from '../faults/catalogue.ts';
import { ARCH } from './arch.ts';
import { convertSamples } from './convert.ts';
import { faultsSamples } from './faults.ts';
import { FRAMES, UNKNOWN } from './faults-frames.ts';
import { createRng } from './rng.ts';
import { promptOf, type Sample, type Split, type Task } from './sample.ts';
import { statusSamples } from './status.ts';
import { BOS, createTokenizer, EOS, type Tokenizer, trainTokenizer } from './tokenizer.ts';

/** One seed names everything; each task and split has its own stream. */
export const SEED = 20_260;
const STREAM = { faults: 1, status: 2, convert: 3, train: 0, dev: 100, heldOut: 200 };
const ALPHABET = ' !"#%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]_abcdefghijklmnopqrstuvwxyz{|}°ÄÖÜßäöü';

const MAKE = { faults: faultsSamples, status: statusSamples, convert: convertSamples };
/** Of faults, dev and heldOut are what they are, whatever the count. */
export const samplesOf = (task: Task, count: number, split: Split): Sample[] =>
  MAKE[task](createRng(SEED + STREAM[task] + STREAM[split]), count, split);

/** Learnt from the catalogue, its symptoms and some of the other tasks; independent of how questions are roughened. */
export const trainPieces = (): string[] => {
  const answers = catalogue.flatMap((entry) => LANGUAGES.map((l) => answerText(entry, l)));
  const symptoms = LANGUAGES.flatMap((l) => [...catalogue.flatMap((e) => e.symptoms[l]), ...FRAMES[l], ...UNKNOWN[l]]);
  const spaced = symptoms.map((s) => ` ${s}`);
  const status = samplesOf('status', 120, 'train').map((s) => promptOf('status', s.text) + s.answer);
  const convert = samplesOf('convert', 200, 'train').map((s) => promptOf('convert', s.text));
  return trainTokenizer(
    [...answers, ...answers, ...spaced, ...spaced, ...spaced, ...spaced, ...status, ...convert],
    ALPHABET,
    ARCH.vocab,
  );
};

const sequence = (task: Task, sample: Sample, tokenizer: Tokenizer): Uint16Array => {
  const prompt = [BOS, ...tokenizer.encode(promptOf(task, sample.text))];
  const answer = [...tokenizer.encode(sample.answer), ...(sample.open ? [] : [EOS])];
  const length = prompt.length + answer.length;
  if (length > ARCH.trainTokens) throw new Error(`${task}: ${length} tokens in "${sample.text}"`);
  return Uint16Array.from([length, prompt.length, ...prompt, ...answer]);
};

export const writeCorpus = (path: string, parts: readonly (readonly [Task, number])[], pieces: string[]): void => {
  const tokenizer = createTokenizer(pieces);
  const all = parts.flatMap(([task, count]) =>
    samplesOf(task, count, 'train').map((s) => sequence(task, s, tokenizer)),
  );
  const words = Buffer.concat(all.map((s) => Buffer.from(s.buffer)));
  writeFileSync(path, Buffer.concat([Buffer.from(new Uint32Array([all.length]).buffer), words]));
};
