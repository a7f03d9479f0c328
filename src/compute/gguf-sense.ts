import { ARCHITECTURES, PARTS_OF_MODELS } from './gguf-architectures.ts';
import type { Cursor } from './gguf-cursor.ts';
import type { GgufSizes, Value } from './gguf-metadata.ts';
import { checkShape, isPlain, type Shaped } from './gguf-shape.ts';

/**
 * What llama.cpp does not refuse but ends the process for, or refuses only once a process was started for it: found by
 * changing one entry of a sound file of each of nine architectures (test/compute/gguf-mutants.test.ts). Whatever gets
 * through all the same costs a process of its own (engine-child/trial.ts).
 */
interface Sense {
  metadata: ReadonlyMap<string, Value>;
  architecture: string;
  sizes: GgufSizes;
  vocabulary: number | undefined;
  tensors: readonly Shaped[];
  /** Elements that a type of ggml keeps together. */
  blockOf(type: number): number;
}

type At = (key: string) => Value | undefined;
type Fail = (key: string, why: string) => never;

/** LLAMA_MAX_EXPERTS of llama.cpp. */
const MOST_EXPERTS = 512;
const ROPE_SCALINGS = ['none', 'linear', 'yarn', 'longrope'];
/** None, mean, first, last, rank. */
const MOST_POOLING = 4;
const ATTENTION = /^blk\.\d+\.attn_(q|qkv|q_a|q_b)\.weight$/;
const FEED_FORWARD = /^blk\.\d+\.ffn_down\.weight$/;
const U32 = 4;
const F32 = 6;
/** llama.cpp reads these as this type and no other. */
const NEEDED = ['context_length', 'embedding_length', 'block_count'];
const WHOLE = [
  ...['expert_count', 'expert_used_count', 'rope.dimension_count', 'attention.key_length', 'attention.value_length'],
  ...['nextn_predict_layers', 'pooling_type', 'embedding_length_out', 'attention.sliding_window'],
];
/** These also as a list by layer. */
const BY_LAYER = ['feed_forward_length', 'attention.head_count', 'attention.head_count_kv'];

/** @throws HeatmineError MODEL_INVALID */
export function checkSense(cursor: Cursor, sense: Sense): void {
  const { metadata, architecture } = sense;
  if (PARTS_OF_MODELS.has(architecture)) cursor.fail(`${architecture} is a part of other models, it answers nobody`);
  if (!ARCHITECTURES.has(architecture))
    cursor.fail(`the architecture "${architecture}" is not known to llama.cpp here`);
  const parts = Number(metadata.get('split.count')?.value ?? 0);
  if (parts > 1) cursor.fail(`one of ${parts} parts: join them into one file first (llama-gguf-split --merge)`);
  const at: At = (key) => metadata.get(`${architecture}.${key}`);
  const fail: Fail = (key, why) => cursor.fail(`${architecture}.${key} is ${at(key)?.value}: ${why}`);
  checkTypes(sense, at, fail);
  checkCounts(sense, at, fail);
  checkHeads(sense, at, fail);
  checkFloats(cursor, sense, at, fail);
  checkTokenizer(cursor, sense);
  checkShape(cursor, { ...sense, vocabulary: sense.vocabulary ?? 0 });
}

function checkTypes({ sizes }: Sense, at: At, fail: Fail): void {
  for (const key of NEEDED) if (!at(key)?.value) fail(key, 'there must be some');
  for (const key of [...NEEDED, ...WHOLE])
    if (at(key) && at(key)!.type !== U32) fail(key, `of type ${at(key)!.type}, not of ${U32}`);
  for (const key of BY_LAYER) {
    const { type = U32, itemType, items, numbers } = at(key) ?? {};
    const isList = (itemType === U32 || itemType === U32 + 1) && numbers !== undefined && items === sizes.layers;
    if (type !== U32 && !isList) fail(key, `neither a whole number nor one for each of ${sizes.layers} layers`);
  }
}

function checkCounts({ tensors, blockOf, sizes }: Sense, at: At, fail: Fail): void {
  const width = at('feed_forward_length')?.value;
  // Not that they fit: the feed-forward of some architectures is half as wide, or another one (qwen, arctic).
  const downs = tensors.filter(({ name }) => FEED_FORWARD.test(name));
  const block = Math.max(0, ...downs.map(({ type }) => blockOf(type)));
  if (typeof width === 'number' && block > 0 && (width === 0 || width % block !== 0))
    fail('feed_forward_length', `not a multiple of ${block}, which its tensors keep together`);
  if (downs.length > 0 && !at('feed_forward_length')) fail('feed_forward_length', 'there must be some');
  const number = (key: string) => Number(at(key)?.value ?? 0);
  const experts = number('expert_count');
  const used = number('expert_used_count');
  if (!(experts <= MOST_EXPERTS)) fail('expert_count', `more than ${MOST_EXPERTS}`);
  if (!(used <= experts) || (experts > 0 && used === 0)) fail('expert_used_count', `of ${experts} experts`);
  if (!(number('nextn_predict_layers') < sizes.layers)) fail('nextn_predict_layers', `of ${sizes.layers} layers`);
  if (!(number('pooling_type') <= MOST_POOLING)) fail('pooling_type', `more than ${MOST_POOLING}`);
  const out = at('embedding_length_out')?.value;
  if (out !== undefined && out !== sizes.embedding && !tensors.some(({ dimensions }) => dimensions[1] === out))
    fail('embedding_length_out', 'no tensor makes so many');
}

function checkHeads({ tensors, sizes, architecture }: Sense, at: At, fail: Fail): void {
  // A list by layer may have zeros: some layers have no attention.
  if (!tensors.some(({ name }) => ATTENTION.test(name))) return;
  if (!at('attention.head_count')) fail('attention.head_count', 'there must be some');
  for (const name of ['head_count', 'head_count_kv', 'key_length', 'value_length'])
    if (at(`attention.${name}`)?.value === 0) fail(`attention.${name}`, 'there must be some');
  if (typeof at('attention.head_count')?.value !== 'number') return;
  const { heads, kvHeads, embedding, keyLength } = sizes;
  const kv = at('attention.head_count_kv')?.value;
  if (typeof kv === 'number' && heads % kv !== 0)
    fail('attention.head_count_kv', `${heads} heads cannot share them evenly`);
  if (keyLength === undefined && embedding % heads !== 0)
    fail('attention.head_count', `the width of ${embedding} is no multiple of it`);
  const key = keyLength ?? embedding / heads;
  if (key % 2 !== 0) fail(keyLength === undefined ? 'attention.head_count' : 'attention.key_length', 'odd heads');
  const turned = at('rope.dimension_count')?.value;
  const isLong = typeof turned === 'number' && kvHeads.length === 1 && turned > key;
  if (turned !== undefined && turned !== key && isPlain(architecture))
    fail('rope.dimension_count', `all ${key} of a head are turned in ${architecture}`);
  if (isLong || (typeof turned === 'number' && turned % 2 !== 0)) fail('rope.dimension_count', `of heads of ${key}`);
}

function checkFloats(cursor: Cursor, { metadata, architecture }: Sense, at: At, fail: Fail): void {
  for (const [key, { value, type }] of metadata)
    if (/_epsilon$/.test(key) && !(type === F32 && typeof value === 'number' && value >= 0 && value <= 1))
      cursor.fail(`${key} is ${value}, not from 0 to 1`);
  if (isPlain(architecture) && !at('attention.layer_norm_rms_epsilon'))
    fail('attention.layer_norm_rms_epsilon', 'it must be told');
  const scaling = at('rope.scaling.type')?.value;
  if (scaling !== undefined && !ROPE_SCALINGS.includes(String(scaling)))
    fail('rope.scaling.type', `not one of ${ROPE_SCALINGS.join(', ')}`);
}

function checkTokenizer(cursor: Cursor, { metadata, architecture, vocabulary }: Sense): void {
  const tokenizer = metadata.get('tokenizer.ggml.model')?.value;
  if (tokenizer === 'none' || tokenizer === 'no_vocab' || !vocabulary)
    cursor.fail('there is no vocabulary: no text can be asked');
  if (typeof tokenizer !== 'string' || tokenizer === '') cursor.fail('tokenizer.ggml.model is missing or no name');
  if (tokenizer === 'bert' && !architecture.includes('bert'))
    cursor.fail(`the tokenizer of bert in a model of ${architecture}`);
  const pre = metadata.get('tokenizer.ggml.pre');
  if (pre && typeof pre.value !== 'string') cursor.fail('tokenizer.ggml.pre is no name');
  if (tokenizer === 'gpt2' && metadata.get('tokenizer.ggml.merges')?.itemType !== TEXT)
    cursor.fail('tokenizer.ggml.merges is missing or no list of strings');
}
const TEXT = 8;
