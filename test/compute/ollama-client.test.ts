/** A foreign peer: Ollama's own client library, and the shapes its many other clients rely on. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Ollama } from 'ollama';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { served } from './served.ts';

let unit: Awaited<ReturnType<typeof served>>;
let client: Ollama;
test.before(async () => {
  unit = await served();
  client = new Ollama({ host: unit.url });
});
test.after(() => unit.end());

const say = (content: string) => [{ role: 'user', content }];
const options = { num_predict: 8, temperature: 0, num_ctx: 4096 };

test('version, tags, show, ps', async () => {
  assert.match((await client.version()).version, /^\d+\.\d+\.\d+$/);
  const { models } = await client.list();
  const talker = models.find((m) => m.name === 'talker:latest')!;
  assert.is(talker.details.format, 'gguf');
  assert.match(talker.details.parameter_size, /^\d+K$/);
  assert.match(talker.digest, /^[0-9a-f]{64}$/);
  assert.ok(!models.some((m) => m.name.startsWith('classifier')), 'what cannot answer is not offered');
  assert.is(models[0]!.name, 'auto:latest', 'what picks an expert is picked like one');
  for (const { name, digest } of models) {
    assert.match(digest, /^[0-9a-f]{64}$/);
    assert.is((await client.show({ model: name })).details.parent_model, '');
  }
  const shown = await client.show({ model: 'talker' });
  assert.ok((shown as unknown as { capabilities: string[] }).capabilities.includes('tools'));
  await client.chat({ model: 'talker', messages: say('hello'), options });
  assert.ok((await client.ps()).models.some((m) => m.name === 'talker:latest' && m.size > 0));
});

test('chat and generate, whole and streamed line by line', async () => {
  const whole = await client.chat({ model: 'talker:latest', messages: say('The pump'), options });
  assert.equal([whole.done, whole.done_reason, whole.eval_count], [true, 'length', 8]);
  let text = '';
  let last: { done: boolean } | undefined;
  for await (const part of await client.chat({ model: 'talker', messages: say('The pump'), options, stream: true })) {
    text += part.message.content;
    last = part;
  }
  assert.is(text, whole.message.content);
  assert.is(last?.done, true);
  const generated = await client.generate({ model: 'talker', prompt: 'The pump', options });
  assert.is(generated.response, whole.message.content);
  assert.is((await client.generate({ model: 'talker', prompt: '' })).done_reason, 'load');
});

test('format and tools', async () => {
  const Reading = z.object({ on: z.boolean(), stage: z.int().min(1).max(3) });
  const format = z.toJSONSchema(Reading);
  const wide = { ...options, num_predict: 200 };
  const answer = await client.chat({ model: 'talker', messages: say('State:'), format, options: wide });
  Reading.parse(JSON.parse(answer.message.content));
  const tool = { type: 'function', function: { name: 'stop', description: 'stops', parameters: { type: 'object' } } };
  const asked = { model: 'talker', messages: say('Stop!'), tools: [tool as never], options: wide };
  const { message } = await client.chat(asked);
  const calls = message.tool_calls ?? [];
  assert.ok(message.content.length > 0 || calls.every((call) => call.function.name === 'stop'));
});

test('embeddings', async () => {
  const { embeddings } = await client.embed({ model: 'talker', input: ['a pump', 'a valve'] });
  assert.is(embeddings.length, 2);
  assert.ok(Math.abs(Math.hypot(...embeddings[0]!) - 1) < 1e-6);
});

test('errors are a message, as its clients show them', async () => {
  const failed = await client.chat({ model: 'absent', messages: say('x') }).catch((e) => e as Error);
  assert.match((failed as Error).message, /no expert "absent" here/);
  const wrong = await fetch(`${unit.url}/api/chat`, { method: 'POST', body: '{"messages": 7}' });
  assert.is(wrong.status, 400);
  assert.type(((await wrong.json()) as { error: unknown }).error, 'string');
  assert.is((await fetch(`${unit.url}/api/state`)).status, 200, 'our own paths stay');
});

/** A hub of one file, as `hf:` finds it. */
async function hub(file: string, bytes: Buffer) {
  const server = createServer((request, response) => {
    const found = request.url === `/some/words/resolve/main/${file}`;
    response.writeHead(found ? 200 : 404, { 'content-length': found ? bytes.length : 0 });
    response.end(found && request.method === 'GET' ? bytes : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.HF_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return () => {
    delete process.env.HF_ENDPOINT;
    server.closeAllConnections();
    server.close();
  };
}

test('pull brings a file through our own pull, step by step, and what came answers', async () => {
  const bytes = readFileSync(join(unit.models, 'talker', 'weights.gguf'));
  const close = await hub('Words.Q8_0.gguf', bytes);
  try {
    const told: { status: string; total?: number; completed?: number }[] = [];
    for await (const part of await client.pull({ model: 'hf.co/some/words:Words.Q8_0.gguf', stream: true }))
      told.push(part);
    const steps = told.map(({ status }) => status.replace(/^pulling [0-9a-f]{12}$/, 'pulling'));
    const expected = ['pulling manifest', 'writing manifest', 'ask for it as words-q8-0', 'success'];
    assert.equal(
      steps.filter((step) => expected.includes(step)),
      expected,
    );
    for (const { total, completed } of told.filter(({ status }) => /^pulling [0-9a-f]{12}$/.test(status)))
      assert.ok(total === bytes.length && completed! <= total);
    assert.ok((await client.chat({ model: 'words-q8-0', messages: say('The pump'), options })).eval_count > 0);
    assert.is((await client.pull({ model: 'talker:latest' })).status, 'success', 'what is here is no work');
    await client.pull({ model: 'hf.co/some/words:absent.gguf' }).then(
      () => assert.unreachable(),
      (error) => assert.match(String(error), /absent\.gguf: HTTP 404/),
    );
  } finally {
    close();
  }
});

test('what cannot be pulled is refused in their shape, with what to write instead', async () => {
  const post = (path: string, body: string, headers = {}) =>
    fetch(`${unit.url}/api/${path}`, { method: 'POST', body, headers });
  const refused: [Response, number, RegExp][] = [
    [await post('pull', '{"model":"llama3.2:3b"}'), 400, /hf:OWNER\/REPO:FILE/],
    [await post('pull', '{"model":"hf.co/some/words:Q4_K_M"}'), 400, /hf:OWNER\/REPO:FILE/],
    [await post('pull', '{"model":"/etc/passwd"}'), 400, /cannot be pulled/],
    [await post('pull', '{}'), 400, /model is missing/],
    [await post('pull', '{"model":7}'), 400, /model must be a string/],
    [await post('pull', 'x'), 400, /not JSON/],
    [await post('pull', '{"model":"talker"}', { 'x-forwarded-for': '192.0.2.7' }), 401, /heatmine claim/],
    [await post('create', '{}'), 501, /experts merge/],
  ];
  for (const [response, status, wording] of refused) {
    assert.is(response.status, status);
    assert.match(((await response.json()) as { error: string }).error, wording);
  }
});

test.run();
