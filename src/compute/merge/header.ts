import { entryOf, type Plan } from './plan.ts';

const TYPE = { u32: 4, text: 8 } as const;

const u32 = (n: number): Buffer => Buffer.from(new Uint32Array([n]).buffer);
const u64 = (n: number): Buffer => Buffer.from(new BigUint64Array([BigInt(n)]).buffer);
const text = (s: string): Buffer => Buffer.concat([u64(Buffer.byteLength(s)), Buffer.from(s)]);
const textEntry = (key: string, value: string) => Buffer.concat([text(key), u32(TYPE.text), text(value)]);

/** Ours to write: who the file is and what it was made from. */
const OURS = /^(general\.name|general\.base_model\..*|heatmine\.merge)$/;

export interface Lineage {
  /** Of the merged expert. */
  name: string;
  parents: readonly string[];
  /** How it was merged, as JSON. */
  recipe: string;
}

/**
 * The header of the merged file, padded: all that the first parent says but its name, and the lineage under the keys that
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md gives for it.
 */
export function headerOf(plan: Plan, { name, parents, recipe }: Lineage): Buffer {
  const first = plan.parents[0]!;
  const { alignment } = first;
  const kept = [...first.metadata.keys()].filter((key) => !OURS.test(key)).map((key) => entryOf(first, key));
  const lineage = [
    textEntry('general.name', name),
    Buffer.concat([text('general.base_model.count'), u32(TYPE.u32), u32(parents.length)]),
    ...parents.map((parent, i) => textEntry(`general.base_model.${i}.name`, parent)),
    textEntry('heatmine.merge', recipe),
  ];
  const entries = [...kept, ...lineage];
  let offset = 0;
  const infos = plan.tensors.flatMap((tensor) => {
    const { dimensions, type, bytes } = tensor;
    const info = [text(tensor.name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset)];
    offset += padded(bytes, alignment);
    return info;
  });
  const counts = [u64(plan.tensors.length), u64(entries.length)];
  const head = Buffer.concat([Buffer.from('GGUF'), u32(first.info.version), ...counts, ...entries, ...infos]);
  return Buffer.concat([head, Buffer.alloc(padded(head.length, alignment) - head.length)]);
}

export const padded = (bytes: number, alignment: number): number => Math.ceil(bytes / alignment) * alignment;
