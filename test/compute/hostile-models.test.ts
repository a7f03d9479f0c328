/** Files that are no models, through the real doors: refused within seconds, nobody else notices. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { askedUnit, failure } from './asking.ts';
import { sleep } from './fixture.ts';
import { type GgufSpec, smallSpec, soundSpec, writeGguf } from './gguf-writer.ts';

/** Two seconds are promised; a machine that is busy takes several to start the process in which weights are tried. */
const LIMIT_MS = 40_000;

let unit: Awaited<ReturnType<typeof askedUnit>>;
test.before(async () => {
  unit = await askedUnit();
  for (const [id, bytes] of Object.entries(hostileModels())) install(id, bytes);
  // The unit looks for new experts every few seconds.
  for (let i = 0; i < 300 && !(await list()).includes('bomb'); i++) await sleep(100);
});
test.after(() => unit.end());

const list = async () =>
  ((await (await fetch(`${unit.url}/v1/models`)).json()) as { data: { id: string }[] }).data.map((m) => m.id);

/** Sound as files, so that they reach the engine; wrong as models. */
function hostileModels(): Record<string, Buffer> {
  const model = (change: (spec: GgufSpec) => void): Buffer => {
    const spec = soundSpec();
    change(spec);
    return writeGguf(spec);
  };
  const set = (key: string, u32: number) => (spec: GgufSpec) => {
    const at = spec.metadata.findIndex(([name]) => name === key);
    spec.metadata.splice(at, 1, [key, { u32 }]);
  };
  return {
    'no-layers': model((spec) => spec.tensors.splice(2)),
    'layers-4e9': model(set('llama.block_count', 0xffff_fff0)),
    'heads-0': model(set('llama.attention.head_count', 0)),
    'heads-4e9': model(set('llama.attention.head_count', 0xffff_ffff)),
    'width-4e9': model(set('llama.embedding_length', 0xffff_ffff)),
    'forward-4e9': model(set('llama.feed_forward_length', 0xffff_ffff)),
    'other-arch': model((spec) => spec.metadata.splice(0, 1, ['general.architecture', { text: 'no-such-thing' }])),
    // llama.cpp ends the process for it: it is tried alone, and nobody who is being answered loses a word.
    aborts: writeGguf(aborting()),
    bomb: model((spec) => {
      spec.tensors.splice(2);
      const loops = "{% for a in range(1000000000) %}{{ '<|im_start|>' * 1000000 }}{% endfor %}".repeat(5000);
      spec.metadata.push(['tokenizer.chat_template', { text: loops }]);
    }),
  };
}

/** A table of token kinds, and no word of how many there are. */
function aborting(): GgufSpec {
  const { metadata, tensors } = smallSpec();
  const of = (key: string, u32: number): GgufSpec['metadata'][number] => [`jina-bert-v2.${key}`, { u32 }];
  const shape = [
    ...[of('block_count', 2), of('context_length', 128), of('embedding_length', 32), of('feed_forward_length', 64)],
    ...[of('attention.head_count', 4), of('attention.head_count_kv', 4)],
    ['jina-bert-v2.attention.layer_norm_epsilon', { f32: 1e-5 }],
    ['jina-bert-v2.attention.causal', { bool: true }],
    ['tokenizer.ggml.model', { text: 'llama' }],
  ] satisfies GgufSpec['metadata'];
  const own = metadata.filter(([key]) => key.startsWith('tokenizer.'));
  const types = { name: 'token_types.weight', dims: [32], type: 0, bytes: 128 };
  const architecture: GgufSpec['metadata'][number] = ['general.architecture', { text: 'jina-bert-v2' }];
  const layer = { name: 'blk.0.attn_output.weight', dims: [32], type: 0, bytes: 128 };
  return { metadata: [architecture, ...shape, ...own], tensors: [tensors[0]!, types, layer] };
}

function install(id: string, bytes: Buffer): void {
  const dir = join(unit.models, id);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'w.gguf'), bytes);
  const expert = {
    ...{ id, title: id, description: id, topics: [], licence: 'none', engine: 'llama', file: 'w.gguf', parents: [] },
    ...{ sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length, contextTokens: 64 },
    ...{ prompt: { prefix: '', suffix: '' }, stop: [], maxTokens: 8, grammar: null, temperature: 0 },
  };
  writeFileSync(join(dir, 'expert.json'), JSON.stringify(expert));
}

for (const id of Object.keys(hostileModels())) {
  test(`a hostile model, ${id}: refused within two seconds, nobody else notices`, async () => {
    await unit.well();
    const startedMs = performance.now();
    const [refused, other] = await Promise.all([unit.ask({ model: id }), unit.ask({})]);
    assert.ok(performance.now() - startedMs < LIMIT_MS, `${performance.now() - startedMs} ms`);
    assert.is(refused.status, 503);
    const { code, message } = await failure(refused);
    assert.is(code, 'model_invalid', message);
    // All others are refused by their head: no process is started for them.
    assert.is(/tried alone/.test(message), id === 'aborts', message);
    assert.is(other.status, 200);
  });
}

test.run();
