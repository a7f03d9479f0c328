/** Bad input from strangers, through the real doors: a proper error each, and the next asker is answered. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { askedUnit, failure } from './asking.ts';

/** Two seconds are promised; five times as long on a busy machine. */
const LIMIT_MS = 10_000;

let unit: Awaited<ReturnType<typeof askedUnit>>;
test.before(async () => {
  unit = await askedUnit();
});
test.after(() => unit.end());

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
    const response =
      typeof body === 'string' ? await unit.post('/v1/chat/completions', body) : await unit.ask(body as object);
    const error = await failure(response);
    const what = JSON.stringify(body).slice(0, 80);
    assert.equal([response.status, error.code], [status, code], `${what}: ${error.message}`);
    assert.is(error.type, 'invalid_request_error');
    assert.ok(performance.now() - startedMs < LIMIT_MS, what);
  }
  assert.is(
    (await unit.post('/v1/chat/completions', 'x'.repeat(2_000_000)).catch(() => ({ status: 413 }))).status,
    413,
  );
  await unit.well();
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
    const { status } = await unit.ask({ response_format: format, max_tokens: 8, temperature: 1, seed: 1 });
    assert.ok([200, 400].includes(status), `${status}`);
    assert.ok(performance.now() - startedMs < 2 * LIMIT_MS, `${performance.now() - startedMs} ms`);
  }
  await unit.well();
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
      const response = await unit.post(path, { max_tokens: 2, options: { num_predict: 2 }, ...fields });
      const text = await response.text();
      assert.ok(
        [200, 400, 404, 503].includes(response.status),
        `${path} ${JSON.stringify(fields)}: ${response.status} ${text}`,
      );
      assert.ok(!text.includes('internal_error') && !text.includes('something went wrong inside'), text);
    }),
    { seed: 20_26, numRuns: 400 },
  );
  await unit.well();
});

test.run();
