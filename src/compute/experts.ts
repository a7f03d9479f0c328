import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  createReadStream,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { HeatmineError, messageOf } from '../core/errors.ts';
import type { ModelSpec } from './engine.ts';
import { ExpertFile } from './expert-file.ts';
import { checkGgufFile, type GgufInfo } from './gguf.ts';
import { grammarDepth } from './grammar.ts';

const MAX_JSON_BYTES = 256_000;
const MAX_GRAMMAR_BYTES = 256_000;
const MAX_GRAMMAR_DEPTH = 64;
const MAX_HELD_OUT_BYTES = 4_000_000;
const MAX_EXPERTS = 1000;
/** Most answers of one expert at once. */
export const BATCH_WIDTH = 8;

/** An expert found on disk: sound, or with the reason why it is not. */
export interface FoundExpert {
  id: string;
  dir: string;
  fact: ExpertFile | undefined;
  /** Text of its GBNF file. */
  grammar: string | undefined;
  unsound: string | undefined;
  /** What the header of its weights says; of a GGUF only. */
  info: GgufInfo | undefined;
  modifiedMs: number;
}

/** Every directory with an expert.json below these; the first of an id wins, so an installed one never shadows a shipped one. */
export function scanExperts(modelDirs: readonly string[]): FoundExpert[] {
  const found = new Map<string, FoundExpert>();
  for (const root of modelDirs) {
    if (!existsSync(root)) continue;
    for (const name of readdirSync(root).sort()) {
      const dir = join(root, name);
      if (found.size >= MAX_EXPERTS || !existsSync(join(dir, 'expert.json'))) continue;
      const expert = readExpert(dir, name);
      if (!found.has(expert.id)) found.set(expert.id, expert);
    }
  }
  return [...found.values()];
}

/** One directory: a sound expert that is called `name`, or why not. */
export function readExpert(dir: string, name: string): FoundExpert {
  const unsound = (why: string): FoundExpert => ({
    ...{ id: name, dir, fact: undefined, grammar: undefined, unsound: why, info: undefined, modifiedMs: 0 },
  });
  try {
    const parsed = ExpertFile.safeParse(JSON.parse(readSmall(join(dir, 'expert.json'), MAX_JSON_BYTES)));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      return unsound(`${join(dir, 'expert.json')}: ${issue?.path.join('.')}: ${issue?.message}`);
    }
    const fact = parsed.data;
    if (fact.id !== name)
      return unsound(
        `${dir}: "id" in its expert.json is "${fact.id}": give the directory that name, or it the directory's`,
      );
    const file = join(dir, fact.file);
    const { size, mtimeMs: modifiedMs } = statSync(file);
    if (size !== fact.sizeBytes) return unsound(`${file}: ${size} bytes, expert.json says ${fact.sizeBytes}`);
    const info = fact.engine === 'llama' ? checkGgufFile(file) : undefined;
    const grammarFile = fact.engine === 'onnx' ? null : fact.grammar;
    const grammar = grammarFile === null ? undefined : readSmall(join(dir, grammarFile), MAX_GRAMMAR_BYTES);
    if (grammarDepth(grammar ?? '') > MAX_GRAMMAR_DEPTH)
      return unsound(`${dir}/${grammarFile}: grammar nests too deep`);
    return { id: fact.id, dir, fact, grammar, unsound: undefined, info, modifiedMs };
  } catch (error) {
    return unsound(messageOf(error));
  }
}

/** A plain file only, and never more than it held when opened: a pipe or a device would have no size and no end. */
function readSmall(file: string, limitBytes: number): string {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new HeatmineError('MODEL_INVALID', `${file}: not a plain file`);
    const { size } = stat;
    if (size > limitBytes) throw new HeatmineError('MODEL_INVALID', `${file}: ${size} bytes, more than ${limitBytes}`);
    const bytes = Buffer.alloc(size);
    let length = 0;
    for (let read = 1; read > 0 && length < size; length += read)
      read = readSync(fd, bytes, length, size - length, null);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(fd);
  }
}

/** Files whose hash was found right, by name, size and time. */
const hashed = new Map<string, string>();

/** Hashes the weights before native code sees them, once as long as the file stays as it is. @throws HeatmineError MODEL_INVALID */
export async function verifiedSpec(expert: FoundExpert, width = BATCH_WIDTH): Promise<ModelSpec> {
  const { fact, dir, unsound } = expert;
  if (!fact) throw new HeatmineError('MODEL_INVALID', unsound ?? `${dir}: unsound`);
  const file = join(dir, fact.file);
  const { size, mtimeMs } = statSync(file);
  const known = `${size} ${mtimeMs}`;
  const sha256 = hashed.get(file) === `${known} ${fact.sha256}` ? fact.sha256 : await hashOf(file);
  if (sha256 !== fact.sha256) {
    throw new HeatmineError('MODEL_INVALID', `${file}: sha256 is ${sha256}, expert.json says ${fact.sha256}`);
  }
  hashed.set(file, `${known} ${sha256}`);
  const contextTokens = fact.engine === 'onnx' ? 0 : fact.contextTokens;
  return { id: fact.id, file, contextTokens, width, sizeBytes: fact.sizeBytes, sha256 };
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Lines for useful filler: `heldout*.txt` beside the expert (a tab stands for the line break between question and
 * answer), else its examples, else its description.
 */
export function fillerLines({ dir, fact }: FoundExpert): string[] {
  if (!fact) return [];
  const heldOut = readdirSync(dir)
    .filter((name) => /^heldout.*\.txt$/.test(name))
    .flatMap((name) => heldOutLines(join(dir, name)))
    .map((line) => line.replaceAll('\t', '\n'));
  const usable = [heldOut, fact.examples, [fact.description]].map((lines) =>
    lines.map((line) => line.trim()).filter((line) => line.length >= 4 && line.length <= 4000),
  );
  return usable.find((lines) => lines.length > 0) ?? [];
}

/** None of a file that cannot be read: work to fill the time is no reason not to start. */
function heldOutLines(file: string): string[] {
  try {
    return readSmall(file, MAX_HELD_OUT_BYTES).split('\n');
  } catch {
    return [];
  }
}
