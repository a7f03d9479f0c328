import { MODEL_KINDS, modelSpec } from './gguf-models.ts';
import type { GgufSpec } from './gguf-writer.ts';

/** A sound model with one thing changed, by chance: `what` says which. */
export interface Mutant {
  what: string;
  spec: GgufSpec;
}

type Random = () => number;
type Entry = GgufSpec['metadata'][number][1];

const oneOf = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const HUGE = 0xffff_ffff;

/** Other values of the same entry, and the same value as another type. */
function otherThan(random: Random, entry: Entry): Entry {
  if ('u32' in entry) {
    const { u32 } = entry;
    const counts = [0, 1, 3, u32 + 1, 2 * u32, HUGE, Math.floor(random() * 300)].map((n) => ({ u32: n % 2 ** 32 }));
    const types = [{ f32: u32 }, { u64: BigInt(u32) }, { text: 'x' }, { i32s: [u32] }, { i32s: [u32, u32, u32] }];
    return oneOf<Entry>(random, [...counts, ...types]);
  }
  if ('f32' in entry) return oneOf<Entry>(random, [{ f32: 0 }, { f32: Number.NaN }, { f32: 1e30 }, { u32: 1 }]);
  if ('text' in entry) return oneOf<Entry>(random, [{ text: 'other' }, { text: '' }, { u32: 1 }]);
  if ('texts' in entry) {
    const { texts } = entry;
    const at = Math.floor(random() * texts.length);
    const lists = [texts.slice(0, -1), [], texts.map(() => 'x'), texts.map((t, i) => (i === at ? texts[0]! : t))];
    return oneOf<Entry>(random, [...lists.map((list) => ({ texts: list })), { u32: 1 }]);
  }
  if ('i32s' in entry) return { i32s: entry.i32s.map(() => oneOf(random, [0, 1, 3, 6, 99])) };
  if ('f32s' in entry) return { f32s: entry.f32s.slice(1) };
  return { u32: 2 };
}

const ADDED = [
  ...['rope.dimension_count', 'attention.key_length', 'attention.value_length', 'attention.sliding_window'],
  ...[
    'expert_count',
    'expert_used_count',
    'nextn_predict_layers',
    'pooling_type',
    'embedding_length_out',
    'vocab_size',
  ],
];

function changedTensor(random: Random, spec: GgufSpec): string {
  const at = Math.floor(random() * spec.tensors.length);
  const tensor = spec.tensors[at]!;
  const ways: Record<string, () => unknown> = {
    dropped: () => spec.tensors.splice(at, 1),
    renamed: () => Object.assign(tensor, { name: `${tensor.name}x` }),
    halved: () => Object.assign(tensor, { dims: [...tensor.dims.slice(0, -1), Math.max(1, tensor.dims.at(-1)! >> 1)] }),
    doubled: () => Object.assign(tensor, { dims: [...tensor.dims.slice(0, -1), 2 * tensor.dims.at(-1)!] }),
    'of whole numbers': () => Object.assign(tensor, { type: 26 }),
    'in four dimensions': () => Object.assign(tensor, { dims: [...tensor.dims, 1, 1, 1].slice(0, 3).concat(2) }),
    'of a block behind': () => Object.assign(tensor, { name: tensor.name.replace('blk.1', 'blk.9') }),
  };
  const way = oneOf(random, Object.keys(ways));
  ways[way]!();
  const elements = tensor.dims.reduce((a, b) => a * b, 1);
  tensor.bytes = tensor.type === 8 ? Math.ceil(elements / 32) * 34 : elements * 4;
  return `${tensor.name} ${way}`;
}

export function mutant(random: Random): Mutant {
  const kind = oneOf(random, MODEL_KINDS);
  const spec = modelSpec(kind);
  const what = random();
  if (what < 0.4) return { what: `${kind}: ${changedTensor(random, spec)}`, spec };
  if (what < 0.55) {
    const architecture = kind === 'mixtral' ? 'llama' : kind;
    const key = `${architecture}.${oneOf(random, ADDED)}`;
    const u32 = oneOf(random, [0, 1, 6, 8, 17, 64, 100, HUGE]);
    spec.metadata = [...spec.metadata.filter(([name]) => name !== key), [key, { u32 }]];
    return { what: `${kind}: ${key} = ${u32}`, spec };
  }
  const at = Math.floor(random() * spec.metadata.length);
  const [key, entry] = spec.metadata[at]!;
  if (what < 0.65) spec.metadata.splice(at, 1);
  else spec.metadata[at] = [key, otherThan(random, entry)];
  return { what: `${kind}: ${key} changed`, spec };
}
