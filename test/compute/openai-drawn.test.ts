import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf, openaiUnit, say } from './openai-unit.ts';

const { client, unit } = await openaiUnit();
test.after(() => unit.end());

test('a seed of 64 bits, as clients draw it, is one; its choices are drawn apart', async () => {
  const seed = 2 ** 63 - 1024;
  const body = { model: 'talker', messages: say('The pump'), max_tokens: 6, n: 2, temperature: 1, seed };
  const said = async () => (await client.chat.completions.create(body)).choices.map(({ message }) => message.content);
  const first = await said();
  assert.is(new Set(first).size, 2);
  assert.equal(await said(), first);
  assert.is((await failureOf(client.chat.completions.create({ ...body, seed: 1.5 }))).status, 400);
});

test('several choices, whole and streamed; their prompt is counted once', async () => {
  const body = { model: 'talker', messages: say('The pump'), max_tokens: 6, n: 3, temperature: 1, seed: 5 };
  const { choices, usage } = await client.chat.completions.create(body);
  const texts = choices.map((choice) => choice.message.content);
  assert.equal(
    choices.map((choice) => choice.index),
    [0, 1, 2],
  );
  assert.is(new Set(texts).size, 3, 'each is drawn apart');
  const unseeded = await client.chat.completions.create({ ...body, seed: null, temperature: 2 });
  assert.is(new Set(unseeded.choices.map((choice) => choice.message.content)).size, 3, 'without a seed too');
  assert.equal([usage!.prompt_tokens < 10, usage!.completion_tokens], [true, 18]);
  const stream = await client.chat.completions.create({
    ...body,
    stream: true,
    stream_options: { include_usage: true },
  });
  const streamed = ['', '', ''];
  const finished: number[] = [];
  let counted: unknown;
  for await (const { choices, usage } of stream) {
    for (const { index, delta, finish_reason } of choices) {
      streamed[index] += delta.content ?? '';
      if (finish_reason) finished.push(index);
    }
    assert.ok(usage === null || choices.length === 0);
    counted = usage?.completion_tokens;
  }
  assert.equal([streamed, finished.sort(), counted], [texts, [0, 1, 2], 18]);
  const both = { model: 'talker', prompt: ['The pump', 'The valve'], max_tokens: 3, temperature: 0, echo: true };
  const completed = (await client.completions.create(both)).choices.map((choice) => choice.text);
  assert.ok(completed[0]!.startsWith('The pump') && completed[1]!.startsWith('The valve'));
});

test('penalties and biases change what is said, and only then', async () => {
  const ask = async (more: object) => {
    const body = { model: 'talker', messages: say('pump pump pump'), max_tokens: 40, temperature: 0, ...more };
    return (await client.chat.completions.create(body)).choices[0]!.message.content!;
  };
  const plain = await ask({});
  assert.is(await ask({ presence_penalty: 0, logit_bias: {} }), plain);
  const varied = await ask({ presence_penalty: 2, frequency_penalty: 2 });
  assert.ok(new Set(varied).size > new Set(plain).size, `${varied} | ${plain}`);
  const forced = await ask({ logit_bias: { 300: 100 } });
  assert.is(forced, forced.slice(0, forced.length / 40).repeat(40), 'one token alone');
  const beyond = await failureOf(ask({ logit_bias: { 9999999: 1 } }));
  assert.equal([beyond.status, beyond.param], [400, 'logit_bias']);
});

test('what llama-server and vLLM take beside: top_k, min_p, repeat_penalty', async () => {
  const ask = async (more: object) => {
    const body = { model: 'talker', messages: say('pump pump pump'), max_tokens: 24, temperature: 2, seed: 5, ...more };
    return (await client.chat.completions.create(body)).choices[0]!.message.content!;
  };
  const greedy = await ask({ temperature: 0 });
  const drawn = await ask({});
  assert.is.not(drawn, greedy);
  assert.equal([await ask({ top_k: 1 }), await ask({ min_p: 1 })], [greedy, greedy]);
  assert.equal(
    [await ask({ top_k: -1 }), await ask({ min_p: 0 }), await ask({ repeat_penalty: 1 })],
    [drawn, drawn, drawn],
  );
  assert.is.not(await ask({ temperature: 0, repeat_penalty: 2 }), greedy);
});

test('a field that would change the answer and is not honoured is refused by its name; what asks for nothing is not', async () => {
  const ask = (more: object) =>
    client.chat.completions.create({ model: 'talker', messages: say('x'), max_tokens: 2, ...more });
  const refused = {
    ...{ audio: { voice: 'a', format: 'mp3' }, web_search_options: {}, top_logprobs: 2, logprobs: true },
    ...{ functions: [{ name: 'f' }], function_call: 'auto', repetition_penalty: 1.1, mirostat: 2, typical_p: 0.5 },
  };
  for (const [name, value] of Object.entries(refused)) assert.is((await failureOf(ask({ [name]: value }))).param, name);
  assert.is((await failureOf(ask({ modalities: ['text', 'audio'] }))).param, 'modalities.1');
  const nothing = {
    ...{ modalities: ['text'], audio: null, top_logprobs: null, logprobs: false, n: 1, stop: null, tools: [] },
    ...{ user: 'u', store: false, metadata: {}, reasoning_effort: 'low', verbosity: 'low', prompt_cache_key: 'k' },
  };
  assert.is((await ask(nothing)).choices[0]!.finish_reason, 'length');
  const complete = (more: object) =>
    client.completions.create({ model: 'talker', prompt: 'The', max_tokens: 2, ...more });
  for (const [name, value] of Object.entries({ suffix: 'end', best_of: 2, logprobs: 1, prompt: [1, 2] }))
    assert.is((await failureOf(complete({ [name]: value }))).param, name);
  assert.is((await complete({ suffix: '', best_of: 1, logprobs: null })).choices[0]!.finish_reason, 'length');
});

test('tokens instead of texts are refused with the way out: whose they are does not show', async () => {
  for (const input of [
    [1, 2],
    [[1, 2], [3]],
  ] as never[]) {
    const { status, param, message } = await failureOf(client.embeddings.create({ model: 'talker', input }));
    assert.equal([status, param], [400, 'input']);
    assert.match(message, /send text.*check_embedding_ctx_length=False/);
  }
});

test.run();
