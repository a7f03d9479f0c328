/** A foreign peer: OpenAI's own client library against net and compute. It knows nothing of us but the address. */
import { randomUUID } from 'node:crypto';
import { BadRequestError, NotFoundError } from 'openai';
import { zodResponseFormat } from 'openai/helpers/zod';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { sleep } from './fixture.ts';
import { failureOf, openaiUnit, say } from './openai-unit.ts';

const { client, unit } = await openaiUnit();
test.after(() => unit.end());

test('models: a list with size, memory, time to load and price; one by name; none by a wrong one', async () => {
  const list = await client.models.list();
  const faults = list.data.find((m) => m.id === 'faults') as unknown as { heatmine: Record<string, number> };
  const { sizeBytes, memoryBytes, loadS, contextTokens, priceEurPerMtoken } = faults.heatmine;
  assert.ok(sizeBytes! > 100_000 && memoryBytes! > sizeBytes! && contextTokens === 512);
  assert.type(loadS, 'number');
  assert.ok(Math.abs(priceEurPerMtoken! - (0.3 * 2.97) / 3.6) < 1e-6, `${priceEurPerMtoken}`);
  for (const name of ['talker', 'talker:latest']) assert.is((await client.models.retrieve(name)).id, 'talker');
  assert.ok((await failureOf(client.models.retrieve('absent/7B'))) instanceof NotFoundError);
});

test('chat, whole: text, usage, request id', async () => {
  const answer = await client.chat.completions.create({ model: 'auto', messages: say('why is my flow too low?') });
  assert.is(answer.object, 'chat.completion');
  assert.ok(answer.choices[0]!.message.content!.length > 20);
  assert.is(answer.choices[0]!.finish_reason, 'stop');
  assert.is(answer.usage!.total_tokens, answer.usage!.prompt_tokens + answer.usage!.completion_tokens);
  assert.ok(answer._request_id);
  const id = randomUUID();
  const named = await client.chat.completions
    .create({ model: 'faults', messages: say('F16') }, { headers: { 'x-request-id': id } })
    .asResponse();
  assert.is(named.headers.get('x-request-id'), id);
});

test('chat, streamed: the usage chunk comes only when asked for', async () => {
  const body = { model: 'talker', messages: say('The pump'), max_completion_tokens: 12, temperature: 0 } as const;
  const whole = (await client.chat.completions.create(body)).choices[0]!.message.content;
  for (const include of [true, false]) {
    const stream = await client.chat.completions.create({
      ...body,
      stream: true,
      stream_options: { include_usage: include },
    });
    let text = '';
    const usages: unknown[] = [];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.usage) usages.push([chunk.usage.completion_tokens, chunk.choices.length]);
    }
    assert.is(text, whole);
    assert.equal(usages, include ? [[12, 0]] : []);
  }
  const accumulated = await client.chat.completions.stream(body).finalChatCompletion();
  assert.is(accumulated.choices[0]!.message.content, whole);
  assert.is(accumulated.choices[0]!.finish_reason, 'length');
});

test('stop, seed and max_tokens do what they say', async () => {
  const ask = (more: object) =>
    client.chat.completions.create({ model: 'talker', messages: say('The pump'), max_tokens: 40, ...more });
  const text = (await ask({ temperature: 0 })).choices[0]!.message.content!;
  const stop = text.slice(10, 14);
  const cut = (await ask({ temperature: 0, stop: [stop] })).choices[0]!;
  assert.equal([cut.message.content, cut.finish_reason], [text.slice(0, text.indexOf(stop)), 'stop']);
  const drawn = async (seed: number) => (await ask({ temperature: 1.2, seed })).choices[0]!.message.content;
  assert.is(await drawn(7), await drawn(7));
  assert.is.not(await drawn(7), await drawn(2 ** 40 + 8));
  assert.is((await ask({ max_tokens: 3 })).usage!.completion_tokens, 3);
});

test('response_format: an object, and the schema that zod wrote', async () => {
  const body = { model: 'talker', messages: say('State of the pump as JSON:'), max_tokens: 400 };
  const Reading = z.object({
    name: z.enum(['pump', 'valve']),
    flowLpm: z.number().min(0),
    stage: z.int().min(1).max(3),
    on: z.boolean(),
    tags: z.array(z.string().max(8)).max(2),
    note: z.string().max(12).nullable(),
  });
  for (let seed = 0; seed < 4; seed++) {
    const format = zodResponseFormat(Reading, 'reading');
    const parsed = await client.chat.completions.parse({ ...body, temperature: 1, seed, response_format: format });
    const { message } = parsed.choices[0]!;
    assert.equal(Reading.parse(message.parsed), message.parsed);
  }
  const object = await client.chat.completions.create({
    ...{ ...body, stop: ['}'], temperature: 1, seed: 3 },
    response_format: { type: 'json_object' },
  });
  assert.ok(object.choices[0]!.message.content!.startsWith('{'));
});

const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'set_pump',
      description: 'Sets the speed of the pump',
      parameters: {
        type: 'object',
        properties: { speed: { type: 'integer', minimum: 0, maximum: 100 }, on: { type: 'boolean' } },
        required: ['speed', 'on'],
        additionalProperties: false,
      },
    },
  },
];

test('tools: a required call comes as one, whole and streamed; its result is taken back', async () => {
  const body = { model: 'talker', messages: say('Set the pump.'), tools, tool_choice: 'required' as const };
  const { message, finish_reason } = (await client.chat.completions.create({ ...body, parallel_tool_calls: false }))
    .choices[0]!;
  assert.is(finish_reason, 'tool_calls');
  const call = message.tool_calls![0]! as { id: string; function: { name: string; arguments: string } };
  assert.is(call.function.name, 'set_pump');
  const { speed, on } = JSON.parse(call.function.arguments) as { speed: number; on: boolean };
  assert.ok(Number.isInteger(speed) && speed >= 0 && speed <= 100 && typeof on === 'boolean');
  const streamed = await client.chat.completions.stream({ ...body, stream: true }).finalChatCompletion();
  assert.is(streamed.choices[0]!.finish_reason, 'tool_calls');
  const back = await client.chat.completions.create({
    ...{ model: 'talker', tools, tool_choice: 'none' as const, max_tokens: 4 },
    messages: [...body.messages, message, { role: 'tool', tool_call_id: call.id, content: 'done' }],
  });
  assert.is(back.choices[0]!.finish_reason, 'length');
});

test('tools that only may be called cost an expert with a grammar nothing; ones that must are refused', async () => {
  const body = { model: 'faults', messages: say('why is my flow too low?'), tools };
  assert.ok((await client.chat.completions.create(body)).choices[0]!.message.content);
  const refused = await failureOf(client.chat.completions.create({ ...body, tool_choice: 'required' }));
  assert.equal([refused.status, refused.param], [400, 'tool_choice']);
});

test('completions and embeddings, whose default on the wire is base64', async () => {
  const text = await client.completions.create({ model: 'talker', prompt: 'The pump', max_tokens: 5, temperature: 0 });
  assert.is(text.choices[0]!.finish_reason, 'length');
  const input = ['a pump', 'a valve'];
  const packed = await client.embeddings.create({ model: 'talker', input });
  const floats = await client.embeddings.create({ model: 'talker', input, encoding_format: 'float' });
  const [a, b] = [packed.data[1]!.embedding, floats.data[1]!.embedding];
  assert.ok(a.length > 8 && a.length === b.length);
  for (let i = 0; i < a.length; i++) assert.ok(Math.abs(a[i]! - b[i]!) < 1e-6);
});

test('errors are the classes and codes the library knows', async () => {
  const ask = (more: object) =>
    failureOf(client.chat.completions.create({ model: 'talker', messages: say('x'), ...more }));
  const absent = await ask({ model: 'gpt-4o' });
  assert.ok(absent instanceof NotFoundError && absent.code === 'model_not_found');
  const long = await ask({ messages: say('pump '.repeat(3000)) });
  assert.ok(long instanceof BadRequestError);
  assert.equal([long.code, long.param, long.type], ['context_length_exceeded', 'messages', 'invalid_request_error']);
  const texts = await failureOf(client.embeddings.create({ model: 'talker', input: 'pump '.repeat(3000) }));
  assert.equal([texts.code, texts.param], ['context_length_exceeded', 'input']);
  const image = { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] };
  const seen = await ask({ messages: [image] });
  assert.is(seen.param, 'messages.0.content.0');
  assert.match(seen.message, /"image_url" cannot be read here/);
  const behind = { type: 'object', properties: { a: { type: 'string', pattern: '^a(?!b)$' } } };
  const schema = { type: 'json_schema', json_schema: { name: 'x', strict: true, schema: behind } };
  assert.is((await ask({ response_format: schema })).param, 'response_format');
  const strict = { type: 'function', function: { name: 'f', strict: true, parameters: behind } };
  assert.is((await ask({ tools: [strict] })).param, 'tools');
  assert.is((await ask({ n: 9 })).param, 'n');
  assert.is((await ask({ presence_penalty: 9 })).param, 'presence_penalty');
  assert.is((await ask({ max_tokens: 1e9 })).param, 'max_tokens');
  assert.is((await ask({ logprobs: true })).param, 'logprobs');
});

test('arguments are an object even where a tool names none; only the allowed tools are called', async () => {
  const none = { type: 'function' as const, function: { name: 'stop_all' } };
  const body = { model: 'talker', messages: say('Stop.'), tools: [...tools, none], max_tokens: 300 };
  for (let seed = 0; seed < 3; seed++) {
    const { choices } = await client.chat.completions.create({
      ...{ ...body, seed, temperature: 1 },
      tool_choice: {
        type: 'allowed_tools',
        allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'stop_all' } }] },
      },
    });
    for (const call of choices[0]!.message.tool_calls ?? []) {
      const { name, arguments: given } = (call as { function: { name: string; arguments: string } }).function;
      assert.equal([name, given.startsWith('{')], ['stop_all', true]);
    }
  }
});

test('who hangs up is no longer answered', async () => {
  const stop = new AbortController();
  const body = { model: 'talker', messages: say('The pump'), max_tokens: 400, stream: true } as const;
  const stream = await client.chat.completions.create(body, { signal: stop.signal });
  for await (const _ of stream) break;
  stop.abort();
  const settled = async () => ((await (await fetch(`${unit.url}/health`)).json()) as { status: string }).status;
  assert.is(await settled(), 'ok');
  for (let i = 0; i < 40 && (unit.link.last('computeState')?.busy ?? true); i++) await sleep(100);
  assert.is(unit.link.last('computeState')!.busy, false);
});

test.run();
