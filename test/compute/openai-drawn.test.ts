import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { failureOf, openaiUnit, say } from './openai-unit.ts';

const { client, unit } = await openaiUnit();
test.after(() => unit.end());

test('several choices, whole and streamed; their prompt is counted once', async () => {
  const body = { model: 'talker', messages: say('The pump'), max_tokens: 6, n: 3, temperature: 1, seed: 5 };
  const { choices, usage } = await client.chat.completions.create(body);
  const texts = choices.map((choice) => choice.message.content);
  assert.equal(
    choices.map((choice) => choice.index),
    [0, 1, 2],
  );
  assert.is(new Set(texts).size, 3, 'each is drawn apart');
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
  assert.is(beyond.status, 400);
});

test.run();
