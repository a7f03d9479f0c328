import { HeatmineError } from '../../core/errors.ts';
import { type GgufTensor, type OpenGguf, openGguf } from '../gguf.ts';
import { FORMATS, type Format } from './formats.ts';

/** Files that can be merged, tensor by tensor. They are held open until `close`. */
export interface Plan {
  parents: readonly OpenGguf[];
  ancestor: OpenGguf | undefined;
  tensors: readonly PlannedTensor[];
  /** Numbers in one of them. */
  elements: number;
  close(): void;
}

/** Written in the format of the first parent, in its order. */
export interface PlannedTensor {
  name: string;
  dimensions: readonly number[];
  elements: number;
  format: Format;
  /** ggml's number of the format. */
  type: number;
  bytes: number;
  parents: readonly Place[];
  ancestor: Place | undefined;
}

/** Where the numbers of one file are. */
export interface Place {
  gguf: OpenGguf;
  format: Format;
  at: number;
}

/** Formats in the wild that have no code here, for the message. */
const OTHER_NAMES: Readonly<Record<number, string>> = {
  ...{ 3: 'Q4_1', 7: 'Q5_1', 10: 'Q2_K', 11: 'Q3_K', 12: 'Q4_K', 13: 'Q5_K', 14: 'Q6_K', 15: 'Q8_K', 39: 'MXFP4' },
};
/** May differ between experts that can be merged. */
const FREE = /^tokenizer\.chat_template/;

const refuse = (what: string): never => {
  throw new HeatmineError('MODEL_INVALID', what);
};

/**
 * Checks that they can be merged: same architecture, sizes, tokenizer and tensors. @throws HeatmineError MODEL_INVALID with
 * the file and what differs
 */
export function planMerge(parentFiles: readonly string[], ancestorFile?: string): Plan {
  const opened: OpenGguf[] = [];
  const close = () => {
    for (const gguf of opened) gguf.close();
  };
  try {
    for (const file of parentFiles) opened.push(openGguf(file));
    const ancestor = ancestorFile === undefined ? undefined : openGguf(ancestorFile);
    if (ancestor) opened.push(ancestor);
    const [first, ...others] = opened;
    for (const other of others) checkAlike(first!, other);
    const parents = opened.slice(0, parentFiles.length);
    const tensors = planTensors(parents, ancestor);
    return { parents, ancestor, tensors, elements: first!.info.parameters, close };
  } catch (error) {
    close();
    throw error;
  }
}

function checkAlike(first: OpenGguf, other: OpenGguf): void {
  const [a, b] = [first.info.architecture, other.info.architecture];
  if (a !== b) refuse(`${other.file}: architecture ${b}, ${first.file} has ${a}: only experts of one can be merged`);
  const bears = (key: string) => (key.startsWith(`${a}.`) || key.startsWith('tokenizer.')) && !FREE.test(key);
  const keys = new Set([...first.metadata.keys(), ...other.metadata.keys()].filter(bears));
  for (const key of keys) {
    if (Buffer.compare(entryOf(first, key), entryOf(other, key)) === 0) continue;
    const what = key.startsWith('tokenizer.') ? 'another tokenizer' : 'other sizes';
    refuse(`${other.file}: ${what} than ${first.file} (${key}): merge experts that were tuned from one ancestor`);
  }
  if (first.tensors.length !== other.tensors.length)
    refuse(`${other.file}: ${other.tensors.length} tensors, ${first.file} has ${first.tensors.length}`);
}

/** The bytes of an entry, its key included; none where there is no such key. */
export function entryOf(gguf: OpenGguf, key: string): Uint8Array {
  const entry = gguf.metadata.get(key);
  return entry ? gguf.read(entry.from, entry.to - entry.from) : new Uint8Array(0);
}

function planTensors(parents: readonly OpenGguf[], ancestor: OpenGguf | undefined): PlannedTensor[] {
  const byName = new Map(
    [...parents, ...(ancestor ? [ancestor] : [])].map((gguf) => [gguf, new Map(gguf.tensors.map((t) => [t.name, t]))]),
  );
  return parents[0]!.tensors.map((model) => {
    const { name, dimensions, elements, type, bytes } = model;
    const placeIn = (gguf: OpenGguf) => placeOf(gguf, byName.get(gguf)!.get(name), model, parents[0]!.file);
    const places = parents.map(placeIn);
    const { format } = places[0]!;
    const known = { name, dimensions, elements, type, bytes, format };
    return { ...known, parents: places, ancestor: ancestor && placeIn(ancestor) };
  });
}

function placeOf(gguf: OpenGguf, tensor: GgufTensor | undefined, model: GgufTensor, first: string): Place {
  const { file } = gguf;
  if (!tensor) return refuse(`${file}: no tensor ${model.name}, which ${first} has`);
  const [here, there] = [tensor.dimensions.join(' x '), model.dimensions.join(' x ')];
  if (here !== there) refuse(`${file}: ${model.name} is ${here}, in ${first} it is ${there}`);
  const format = FORMATS[tensor.type];
  if (format) return { gguf, format, at: gguf.dataAt + tensor.offset };
  const known = Object.values(FORMATS).map((f) => f.name);
  const name = OTHER_NAMES[tensor.type] ?? `of type ${tensor.type}`;
  return refuse(
    `${file}: ${model.name} is ${name}; only ${known.join(', ')} can be merged: take the F16 or Q8_0 file of the same model`,
  );
}
