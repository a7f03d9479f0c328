/** Bad input from strangers, through the real doors: a proper error each, nobody else notices, memory stays flat. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sleep } from './fixture.ts';
import { type GgufSpec, smallSpec, writeGguf } from './gguf-writer.ts';
import { served } from './served.ts';

let unit: Awaited<ReturnType<typeof served>>;
test.before(async () => {
  unit = await served();
  for (const [id, bytes] of Object.entries(hostileModels())) install(id, bytes);
  // The unit looks for new experts every few seconds.
  for (let i = 0; i < 100 && !(await list()).includes('bomb'); i++) await sleep(100);
});
test.after(() => unit.end());

const list = async () =>
  ((await (await fetch(`${unit.url}/v1/models`)).json()) as { data: { id: string }[] }).data.map((m) => m.id);
const post = (path: string, body: unknown) =>
  fetch(`${unit.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const ask = (body: object) =>
  post('/v1/chat/completions', { model: 'talker', messages: [{ role: 'user', content: 'x' }], max_tokens: 2, ...body });
interface Failure {
  error: { message: string; type: string; code: string | null };
}
const failure = async (response: Response) => ((await response.json()) as Failure).error;
const well = async () => assert.is((await ask({})).status, 200, 'the next asker is answered');

/** Sound as files, so that they reach the engine; wrong as models. */
function hostileModels(): Record<string, Buffer> {
  const shape: GgufSpec['metadata'] = [
    ['llama.block_count', { u32: 1 }],
    ['llama.embedding_length', { u32: 32 }],
    ['llama.feed_forward_length', { u32: 64 }],
    ['llama.attention.head_count', { u32: 4 }],
    ['llama.attention.layer_norm_rms_epsilon', { f32: 1e-5 }],
    ['tokenizer.ggml.model', { text: 'llama' }],
  ];
  const model = (change: (spec: GgufSpec) => void): Buffer => {
    const spec = smallSpec();
    spec.metadata.push(...structuredClone(shape));
    change(spec);
    return writeGguf(spec);
  };
  const set = (key: string, u32: number) => (spec: GgufSpec) => {
    const at = spec.metadata.findIndex(([name]) => name === key);
    spec.metadata.splice(at, 1, [key, { u32 }]);
  };
  return {
    'no-layers': model(() => {}),
    'layers-4e9': model(set('llama.block_count', 0xffff_fff0)),
    'heads-0': model(set('llama.attention.head_count', 0)),
    'heads-4e9': model(set('llama.attention.head_count', 0xffff_ffff)),
    'width-4e9': model(set('llama.embedding_length', 0xffff_ffff)),
    'forward-4e9': model(set('llama.feed_forward_length', 0xffff_ffff)),
    'other-arch': model((spec) => spec.metadata.splice(0, 1, ['general.architecture', { text: 'no-such-thing' }])),
    bomb: model((spec) => {
      const loops = "{% for a in range(1000000000) %}{{ '<|im_start|>' * 1000000 }}{% endfor %}".repeat(5000);
      spec.metadata.push(['tokenizer.chat_template', { text: loops }]);
    }),
  };
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
    await well();
    const startedMs = performance.now();
    const [refused, other] = await Promise.all([ask({ model: id }), ask({})]);
    assert.ok(performance.now() - startedMs < 2000, `${performance.now() - startedMs} ms`);
    assert.is(refused.status, 503);
    const { code, message } = await failure(refused);
    assert.is(code, 'model_invalid', message);
    assert.is(other.status, 200);
  });
}

const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

test('absurd numbers, a megabyte of words, deep JSON: an error of the right kind, at once', async () => {
  const words = 'word '.repeat(180_000);
  const schema = (inner: string) =>
    `{"model":"talker","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":${inner}}}}`;
  const tool = (inner: string) =>
    `{"model":"talker","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":${inner}}}]}`;
  const cases: [unknown, number, string | null][] = [
    [{ max_tokens: 1e9 }, 400, null],
    [{ max_completion_tokens: -1 }, 400, null],
    [{ messages: [{ role: 'user', content: words }] }, 400, 'context_length_exceeded'],
    [{ messages: Array(5000).fill({ role: 'user', content: 'x' }) }, 400, null],
    [{ stop: Array(1e5).fill('a') }, 400, null],
    [{ messages: [{ role: 'user', content: '\u0000'.repeat(100_000) }] }, 400, 'context_length_exceeded'],
    [schema(deep(50_000)), 400, null],
    [schema(`{"const":${deep(50_000)}}`), 400, null],
    [tool(`{"type":"object","examples":[${deep(50_000)}]}`), 400, null],
    [`[${'['.repeat(400_000)}`, 400, null],
    [`{"model":"talker","messages":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 400, null],
    [`{"model":"talker","__proto__":{"messages":1},"constructor":{"prototype":{}}}`, 400, null],
  ];
  for (const [body, status, code] of cases) {
    const startedMs = performance.now();
    const response = typeof body === 'string' ? await post('/v1/chat/completions', body) : await ask(body as object);
    const error = await failure(response);
    const what = JSON.stringify(body).slice(0, 80);
    assert.equal([response.status, error.code], [status, code], `${what}: ${error.message}`);
    assert.is(error.type, 'invalid_request_error');
    assert.ok(performance.now() - startedMs < 2000, what);
  }
  assert.is((await post('/v1/chat/completions', 'x'.repeat(2_000_000)).catch(() => ({ status: 413 }))).status, 413);
  await well();
});

test('grammars that could cost a lot are bounded before the engine sees them', async () => {
  const optional = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`p${i}`, { type: 'string', maxLength: 2000 }]),
  );
  for (const schema of [
    { type: 'object', properties: optional },
    {
      type: 'array',
      maxItems: 2000,
      items: { type: 'array', maxItems: 2000, items: { type: 'string', maxLength: 2000 } },
    },
    { anyOf: Array.from({ length: 900 }, (_, i) => ({ const: 'a'.repeat(i % 90) })) },
  ]) {
    const startedMs = performance.now();
    const format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    const { status } = await ask({ response_format: format, max_tokens: 8, temperature: 1, seed: 1 });
    assert.ok([200, 400].includes(status), `${status}`);
    assert.ok(performance.now() - startedMs < 5000, `${performance.now() - startedMs} ms`);
  }
  await well();
});

test('whatever shape comes, the answer is one of the known kinds and never an internal error', async () => {
  const paths = [
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/embeddings',
    '/api/chat',
    '/api/generate',
    '/api/show',
    '/api/embed',
  ];
  const fields = [
    'model',
    'messages',
    'prompt',
    'input',
    'stream',
    'stop',
    'tools',
    'tool_choice',
    'response_format',
    'format',
    'options',
    'seed',
    'max_tokens',
    'name',
    'temperature',
  ];
  const message = fc.record({
    role: fc.constantFrom('user', 'tool', 'assistant', 'x'),
    content: fc.jsonValue({ maxDepth: 2 }),
  });
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.array(message, { maxLength: 3 }),
    fc.constantFrom('talker', 'absent', 'auto', 'faults', true),
  );
  const body = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 8 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, async (path, fields) => {
      const response = await post(path, { max_tokens: 2, options: { num_predict: 2 }, ...fields });
      const text = await response.text();
      assert.ok(
        [200, 400, 404, 503].includes(response.status),
        `${path} ${JSON.stringify(fields)}: ${response.status} ${text}`,
      );
      assert.ok(!text.includes('internal_error') && !text.includes('something went wrong inside'), text);
    }),
    { seed: 20_26, numRuns: 400 },
  );
  await well();
});

test('requests that are begun and abandoned leave nothing behind', async () => {
  const { hostname, port } = new URL(unit.url);
  const body = JSON.stringify({
    model: 'talker',
    messages: [{ role: 'user', content: 'x' }],
    max_tokens: 400,
    stream: true,
  });
  const head = (length: number) =>
    `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\ncontent-length: ${length}\r\n\r\n`;
  const beginnings = [
    'POST /v1/chat',
    head(1e6),
    `${head(1e6)}{"model"`,
    `${head(body.length)}${body}`,
    `${head(body.length)}${body}`,
  ];
  for (let round = 0; round < 20; round++) {
    const sockets = beginnings.map((beginning) => {
      const socket = connect(Number(port), hostname).on('error', () => {});
      socket.write(beginning);
      return socket;
    });
    await sleep(20);
    for (const socket of sockets) round % 2 ? socket.destroy() : socket.resetAndDestroy();
  }
  // The state is told once a second: the one from before does not count.
  await sleep(2500);
  for (let i = 0; i < 100 && (unit.link.last('computeState')?.busy ?? true); i++) await sleep(100);
  assert.is(unit.link.last('computeState')!.busy, false);
  assert.is(unit.link.last('want')!.value.queued, 0);
  await well();
});

test('memory stays flat under all this', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const words = 'word '.repeat(150_000);
  const round = async () => {
    await Promise.all([
      ask({ messages: [{ role: 'user', content: words }] }).then((r) => r.text()),
      ask({ max_tokens: 1e9 }).then((r) => r.text()),
      post('/v1/chat/completions', '['.repeat(300_000)).then((r) => r.text()),
      post('/api/chat', { model: 'talker', messages: 7 }).then((r) => r.text()),
      ask({
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'x', schema: { enum: [words.slice(0, 50_000), Math.random()] } },
        },
      }).then((r) => r.text()),
    ]);
  };
  // Buffers of requests go some collections after their owners.
  const settledMiB = async () => {
    for (let i = 0; i < 4; i++) {
      await sleep(150);
      gc();
    }
    const { heapUsed, external } = process.memoryUsage();
    return (heapUsed + external) / 2 ** 20;
  };
  for (let i = 0; i < 20; i++) await round();
  const before = await settledMiB();
  for (let i = 0; i < 60; i++) await round();
  const grown = (await settledMiB()) - before;
  assert.ok(grown < 4, `${grown.toFixed(1)} MiB more after 300 requests`);
});

test.run();
