import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { call, echoUnit, events, grantOf } from './fixture.ts';

let unit: Awaited<ReturnType<typeof echoUnit>>;
test.before(async () => {
  unit = await echoUnit();
  unit.power.offer(grantOf(5000));
});
test.after(() => unit.stop());

const chat = (body: object) => call(unit.path, 'POST', '/v1/chat/completions', { model: 'echo', ...body });
const user = (content: string) => ({ messages: [{ role: 'user', content }] });
const errorOf = (reply: { json(): Record<string, unknown> }) => reply.json().error as Record<string, unknown>;

test('models: auto and every expert, each with its state', async () => {
  const { data } = (await call(unit.path, 'GET', '/v1/models')).json() as unknown as { data: { id: string }[] };
  assert.equal(
    data.map((m) => m.id),
    ['auto', 'echo', 'faults'],
  );
});

test('chat without a stream: text, usage and the meter', async () => {
  const reply = await chat(user('one two three'));
  assert.is(reply.status, 200);
  const body = reply.json() as Record<string, unknown>;
  assert.is(body.object, 'chat.completion');
  const choice = (body.choices as { message: { content: string }; finish_reason: string }[])[0]!;
  assert.is(choice.message.content, 'one two three');
  assert.is(choice.finish_reason, 'stop');
  assert.equal(body.usage, { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 });
  const meter = body.heatmine as Record<string, number>;
  assert.is(meter.expert as unknown, 'echo');
  assert.ok(Math.abs(meter.joules! - 6 * 2.97) < 1e-9);
  assert.ok(Math.abs(meter.cardSeconds! - 6 / 117.7) < 1e-9);
  assert.is(meter.modelled as unknown, true);
});

test('chat as a stream: why first, pieces, usage and meter last, [DONE]', async () => {
  const reply = await chat({ ...user('one two three'), stream: true, stream_options: { include_usage: true } });
  assert.match(reply.headers['content-type']!, 'text/event-stream');
  const list = events(reply.text);
  assert.is(list.at(-1), '[DONE]');
  const chunks = list.slice(0, -1).map((e) => JSON.parse(e));
  assert.is(chunks[0].heatmine.expert, 'echo');
  assert.ok(chunks[0].heatmine.why.length > 0);
  assert.is(chunks[0].choices[0].delta.role, 'assistant');
  assert.is(chunks.map((c) => c.choices[0]?.delta.content ?? '').join(''), 'one two three');
  assert.is(chunks.at(-2).choices[0].finish_reason, 'stop');
  assert.equal(chunks.at(-1).choices, []);
  assert.is(chunks.at(-1).usage.total_tokens, 6);
  assert.is(chunks.at(-1).heatmine.answerTokens, 3);
  assert.is(new Set(chunks.map((c) => c.id)).size, 1);
});

test('without include_usage the meter rides on the last chunk', async () => {
  const list = events((await chat({ ...user('one two'), stream: true })).text);
  const last = JSON.parse(list.at(-2)!);
  assert.is(last.choices[0].finish_reason, 'stop');
  assert.is(last.heatmine.promptTokens, 2);
});

test('completions, and auto without a classifier', async () => {
  const plain = await call(unit.path, 'POST', '/v1/completions', { model: 'echo', prompt: 'a b c', max_tokens: 2 });
  const body = plain.json() as unknown as { choices: { text: string; finish_reason: string }[] };
  assert.equal([body.choices[0]!.text, body.choices[0]!.finish_reason], ['a b', 'length']);
  const auto = (await chat({ ...user('why?'), model: 'auto' })).json() as unknown as Record<
    string,
    { expert: string; why: string }
  >;
  assert.is(auto.heatmine!.expert, 'faults');
  assert.match(auto.heatmine!.why, /no classifier/);
});

test('auto with a classifier, and with one that fails', async () => {
  const labels = ['echo', 'unknown'];
  const picked = async (logits: () => Promise<number[]>) => {
    const clever = await echoUnit({ classify: { labels, logits } });
    clever.power.offer(grantOf(5000));
    const body = { model: 'auto', ...user('why?') };
    const reply = await call(clever.path, 'POST', '/v1/chat/completions', body);
    await clever.stop();
    return (reply.json() as unknown as Record<string, { expert: string; why: string }>).heatmine!;
  };
  assert.is((await picked(async () => [4, 0])).expert, 'echo');
  const unknown = await picked(async () => [0, 4]);
  assert.is(unknown.expert, 'faults');
  assert.match(unknown.why, /knows no expert for this \(98 %\)/);
  const failed = await picked(async () => {
    throw new Error('secret inside');
  });
  assert.equal(failed.expert, 'faults');
  assert.match(failed.why, /^the classifier failed \(internal\); faults answers$/);
});

test('earlier turns are taken along; what does not fit is refused, never left out', async () => {
  const told = (earlier: string) => {
    const messages = [
      { role: 'system', content: earlier },
      { role: 'user', content: 'last one' },
    ];
    return chat({ messages, max_tokens: 10 });
  };
  const fits = (await told('first')).json() as unknown as { choices: { message: { content: string } }[] };
  assert.is(fits.choices[0]!.message.content, 'first\nlast one');
  const refused = await told('word '.repeat(200));
  assert.is(refused.status, 400);
  assert.match(refused.text, 'context_length_exceeded');
});

test('content in parts is joined', async () => {
  const messages = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a ' },
        { type: 'text', text: 'b' },
      ],
    },
  ];
  const body = (await chat({ messages })).json() as unknown as { choices: { message: { content: string } }[] };
  assert.is(body.choices[0]!.message.content, 'a b');
});

test('errors are the objects the OpenAI clients know', async () => {
  const absent = await chat({ ...user('x'), model: 'absent' });
  assert.is(absent.status, 404);
  assert.equal([errorOf(absent).code, errorOf(absent).param], ['model_not_found', 'model']);
  const long = await chat(user('word '.repeat(200)));
  assert.is(long.status, 400);
  assert.is(errorOf(long).code, 'context_length_exceeded');
  const empty = await chat({ messages: [] });
  assert.is(empty.status, 400);
  assert.equal([errorOf(empty).type, errorOf(empty).param], ['invalid_request_error', 'messages']);
  const tools = await chat({ ...user('x'), tools: [{}] });
  assert.is(errorOf(tools).param, 'tools.0.type');
  const embed = await call(unit.path, 'POST', '/v1/embeddings', { model: 'echo', input: 'x' });
  assert.is(embed.status, 400);
  assert.match(String(errorOf(embed).message), /no embeddings/);
  assert.is((await call(unit.path, 'GET', '/v1/nothing')).status, 404);
  for (const reply of [absent, long, empty]) assert.type(errorOf(reply).message, 'string');
});

test('hostile bodies: refused, typed, and the next asker is served', async () => {
  const raw = (body: string | Buffer, headers = {}) => call(unit.path, 'POST', '/v1/chat/completions', body, headers);
  const deep = '['.repeat(500_000);
  const nested = `{"model":"echo","messages":${deep}`;
  const closed = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const wrong = [
    '',
    'null',
    '[]',
    '"x"',
    '{',
    deep,
    nested,
    closed,
    '{"__proto__":{"model":"echo"}}',
    Buffer.alloc(900, 0xff),
  ];
  for (const body of wrong) {
    const reply = await raw(body);
    assert.is(reply.status, 400, String(body).slice(0, 20));
    assert.is(errorOf(reply).type, 'invalid_request_error');
  }
  const secret = await raw('{"model": "secret words');
  assert.not.match(secret.text, 'secret words');
  const types = [
    { model: 1 },
    { model: 'echo', messages: 'x' },
    { ...user('x'), temperature: 'hot' },
    { ...user('x'), seed: 1e99 },
  ];
  for (const body of types) assert.is((await chat(body)).status, 400);
  assert.is((await chat(user('still here'))).status, 200);
});

test('a body beyond 1 MiB is refused, whether it says so or not', async () => {
  const big = JSON.stringify({ model: 'echo', ...user('x'.repeat(1_100_000)) });
  const reply = await call(unit.path, 'POST', '/v1/chat/completions', big, { 'content-length': big.length }).catch(
    (e) => e,
  );
  assert.ok(
    reply.status === 413 || reply.code === 'EPIPE' || reply.code === 'ECONNRESET',
    String(reply.status ?? reply.code),
  );
  const chunked = await call(unit.path, 'POST', '/v1/chat/completions', big, { 'transfer-encoding': 'chunked' }).catch(
    (e) => e,
  );
  assert.ok(chunked.status === 413 || chunked.code === 'EPIPE' || chunked.code === 'ECONNRESET');
  assert.is((await chat(user('still here'))).status, 200);
});

test('x-request-id is kept when sane, made when not', async () => {
  const ask = (id: string) => call(unit.path, 'GET', '/v1/models', undefined, { 'x-request-id': id });
  assert.is((await ask('abc-1')).headers['x-request-id'], 'abc-1');
  assert.match(String((await ask('a b!')).headers['x-request-id']), /^[0-9a-f-]{36}$/);
});

test('health really generates a token', async () => {
  const before = unit.work.totals().answerTokens;
  const reply = await call(unit.path, 'GET', '/health');
  assert.is(reply.status, 200);
  assert.equal(
    [(reply.json() as Record<string, unknown>).status, (reply.json() as Record<string, unknown>).tokens],
    ['ok', 1],
  );
  assert.ok(unit.work.totals().answerTokens > before);
});

test.run();
