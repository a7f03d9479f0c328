import net from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { call, echoUnit, events, grantOf, sleep } from './fixture.ts';

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

test('earlier turns are taken along only where they fit', async () => {
  const said = async (earlier: string) => {
    const messages = [
      { role: 'system', content: earlier },
      { role: 'user', content: 'last one' },
    ];
    const body = (await chat({ messages, max_tokens: 10 })).json() as unknown as {
      choices: { message: { content: string } }[];
    };
    return body.choices[0]!.message.content;
  };
  assert.is(await said('first'), 'first\nlast one');
  assert.is(await said('word '.repeat(95)), 'last one');
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
  assert.is(errorOf(tools).param, 'tools');
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

/** Echo, but each token takes its time: long enough for aborts and queues to be seen. */
function slowEcho(ms: number): Engine & { ended: number[] } {
  const engine = createEchoEngine();
  const ended: number[] = [];
  return {
    ...engine,
    ended,
    async load(spec) {
      const model = await engine.load(spec);
      async function* generate(...[request, signal]: Parameters<typeof model.generate>) {
        const chunks = model.generate(request, signal);
        try {
          for (let step = await chunks.next(); ; step = await chunks.next()) {
            if (step.done) return step.value;
            await sleep(ms);
            yield step.value;
          }
        } finally {
          ended.push(performance.now());
        }
      }
      return { ...model, generate };
    },
  };
}

test('an asker who hangs up frees the lane within 200 ms, and what was computed is counted', async () => {
  const engine = slowEcho(20);
  const slow = await echoUnit(engine);
  slow.power.offer(grantOf(5000));
  const socket = net.connect(slow.path);
  const body = JSON.stringify({ model: 'echo', ...user('word '.repeat(60)), stream: true });
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await new Promise((resolve) => socket.once('data', resolve));
  await sleep(60);
  const hungUpMs = performance.now();
  socket.destroy();
  while (engine.ended.length === 0 && performance.now() - hungUpMs < 2000) await sleep(2);
  const tookMs = engine.ended[0]! - hungUpMs;
  assert.ok(tookMs < 200, `${tookMs} ms`);
  await sleep(50);
  const { answerTokens } = slow.work.totals();
  assert.ok(answerTokens > 60 && answerTokens < 110, `prompt and the part that was said: ${answerTokens}`);
  assert.is(slow.service.questions(), 0);
  await slow.stop();
});

test('a grant that lapses: 503 with the reason and Retry-After; a new one: answered', async () => {
  const dark = await echoUnit();
  const ask = () => call(dark.path, 'POST', '/v1/chat/completions', { model: 'echo', ...user('hello') });
  dark.power.offer(grantOf(1000, 0, 'test', 150));
  assert.is((await ask()).status, 200);
  await sleep(200);
  const lapsed = await ask();
  assert.is(lapsed.status, 503);
  assert.is(errorOf(lapsed).code, 'no_power');
  assert.ok(Number(lapsed.headers['retry-after']) > 0);
  dark.power.offer(grantOf(0, 0, 'the house is warm and power is dear'));
  assert.match(String(errorOf(await ask()).message), /warm and power is dear/);
  dark.power.offer(grantOf(500));
  assert.is((await ask()).status, 200);
  assert.is(dark.asked(), 4, 'control hears of each question');
  await dark.stop();
});

test('before the first grant of a boot a question waits up to two seconds', async () => {
  const young = await echoUnit();
  const ask = () => call(young.path, 'POST', '/v1/chat/completions', { model: 'echo', ...user('hello') });
  const early = ask();
  setTimeout(() => young.power.offer(grantOf(1000)), 300);
  assert.is((await early).status, 200);
  await young.stop();
  const orphan = await echoUnit();
  const startedMs = performance.now();
  const refused = await call(orphan.path, 'POST', '/v1/chat/completions', { model: 'echo', ...user('hello') });
  assert.is(refused.status, 503);
  assert.ok(performance.now() - startedMs > 1900 && performance.now() - startedMs < 3000);
  await orphan.stop();
});

test('a crowd: as many as may wait are answered in turn, the rest are told when to come back', async () => {
  const busy = await echoUnit(slowEcho(5));
  busy.power.offer(grantOf(5000));
  const replies = await Promise.all(
    Array.from({ length: 100 }, () =>
      call(busy.path, 'POST', '/v1/chat/completions', { model: 'echo', ...user('a b') }),
    ),
  );
  const answered = replies.filter((r) => r.status === 200);
  const refused = replies.filter((r) => r.status === 503);
  assert.is(answered.length + refused.length, 100);
  assert.ok(answered.length >= 64, `${answered.length}`);
  assert.ok(refused.length > 0);
  for (const r of refused) assert.ok(errorOf(r).code === 'busy' && Number(r.headers['retry-after']) >= 1);
  await busy.stop();
});

test('an engine that fails answers 500 without its inside, also in mid-stream', async () => {
  const base = createEchoEngine();
  const broken: Engine = {
    ...base,
    async load(spec) {
      const model = await base.load(spec);
      async function* generate(...[request, signal]: Parameters<typeof model.generate>) {
        const chunks = model.generate(request, signal);
        const { value } = await chunks.next();
        await chunks.return({ finish: 'stop', promptTokens: 0, answerTokens: 0 });
        if (request.prompt.startsWith('mid') && value && 'text' in value) yield value;
        throw new Error('secret inside');
      }
      return { ...model, generate } as never;
    },
  };
  const sick = await echoUnit(broken);
  sick.power.offer(grantOf(5000));
  const ask = (text: string) =>
    call(sick.path, 'POST', '/v1/chat/completions', { model: 'echo', ...user(text), stream: true });
  const early = await ask('early');
  assert.is(early.status, 500);
  assert.not.match(early.text, 'secret');
  const mid = await ask('mid way');
  assert.is(mid.status, 200);
  const list = events(mid.text);
  assert.is(JSON.parse(list.at(-1)!).error.code, 'internal_error');
  assert.not.match(mid.text, 'secret');
  assert.is(sick.service.questions(), 0);
  await sick.stop();
});

test.run();
