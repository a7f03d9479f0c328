import type { Cursor } from './gguf-cursor.ts';
import type { Value } from './gguf-metadata.ts';

/**
 * What llama.cpp does not refuse but ends the process for: each of these was found by changing one entry of a sound file.
 * Whatever gets through all the same costs the engine's process, and is blamed (engine-child/blame.ts).
 */
interface Sense {
  metadata: ReadonlyMap<string, Value>;
  architecture: string;
  tensors: readonly { name: string; type: number }[];
  /** Elements that a type of ggml keeps together. */
  blockOf(type: number): number;
}

/** LLAMA_MAX_EXPERTS of llama.cpp. */
const MOST_EXPERTS = 512;
const ROPE_SCALINGS = ['none', 'linear', 'yarn', 'longrope'];
const ATTENTION = /^blk\.\d+\.attn_(q|qkv|q_a|q_b)\.weight$/;
const FEED_FORWARD = /^blk\.\d+\.ffn_down\.weight$/;

/** @throws HeatmineError MODEL_INVALID */
export function checkSense(cursor: Cursor, sense: Sense): void {
  const { metadata, architecture } = sense;
  const at = (key: string) => metadata.get(`${architecture}.${key}`)?.value;
  const fail = (key: string, why: string): never => cursor.fail(`${architecture}.${key} is ${at(key)}: ${why}`);
  checkCounts(sense, at, fail);
  for (const [key, { value }] of metadata)
    if (/_epsilon$/.test(key) && !(typeof value === 'number' && value >= 0 && value <= 1))
      cursor.fail(`${key} is ${value}, not from 0 to 1`);
  const scaling = at('rope.scaling.type');
  if (scaling !== undefined && !ROPE_SCALINGS.includes(String(scaling)))
    fail('rope.scaling.type', `not one of ${ROPE_SCALINGS.join(', ')}`);
  const tokenizer = metadata.get('tokenizer.ggml.model')?.value;
  if (tokenizer === 'none' || tokenizer === 'no_vocab') cursor.fail('there is no vocabulary: no text can be asked');
  if (tokenizer === 'bert' && !architecture.includes('bert'))
    cursor.fail(`the tokenizer of bert in a model of ${architecture}`);
}

function checkCounts(
  { tensors, blockOf }: Sense,
  at: (key: string) => Value['value'],
  fail: (key: string, why: string) => never,
) {
  const hasAttention = tensors.some(({ name }) => ATTENTION.test(name));
  // A list by layer may have zeros: some layers have no attention.
  const positive = [
    'block_count',
    ...(hasAttention ? ['head_count', 'head_count_kv', 'key_length', 'value_length'] : []),
  ];
  for (const name of positive) {
    const key = name === 'block_count' ? name : `attention.${name}`;
    if (at(key) === 0) fail(key, 'there must be some');
  }
  const width = at('feed_forward_length');
  // Not that they fit: the feed-forward of some architectures is half as wide, or another one (qwen, arctic).
  const block = Math.max(0, ...tensors.filter(({ name }) => FEED_FORWARD.test(name)).map(({ type }) => blockOf(type)));
  if (typeof width === 'number' && block > 0 && (width === 0 || width % block !== 0))
    fail('feed_forward_length', `not a multiple of ${block}, which its tensors keep together`);
  const experts = Number(at('expert_count') ?? 0);
  const used = Number(at('expert_used_count') ?? 0);
  if (!(experts <= MOST_EXPERTS)) fail('expert_count', `more than ${MOST_EXPERTS}`);
  if (!(used <= experts) || (experts > 0 && used === 0)) fail('expert_used_count', `of ${experts} experts`);
}
