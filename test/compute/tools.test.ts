/** Calls in what a model says, whole and cut off, as the clients of both APIs see them. */
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine, LoadedModel } from '../../src/compute/engine.ts';
import { textOf } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { createUpstreamEngine } from '../../src/compute/engines/upstream.ts';
import { chatAsked } from '../../src/compute/ollama.ts';
import { callsIn } from '../../src/compute/tools.ts';
import { collect } from './engine-compliance.ts';
import { addExpert, echoUnit, grantOf } from './fixture.ts';

const names = (...list: string[]) => list.map((name) => ({ name, description: '', parameters: {}, strict: false }));
const call = (name: string, args: string) => `{"name": "${name}", "arguments": ${args}}`;

test('wherever it was cut off: the whole calls, or what there is of the only one', () => {
  const args = ['{"a":"} { \\"x\\" \\\\"}', '{"list":[\n{"name": "f", "arguments": 1}]}', '{}'];
  const each = args.map((one, i) => call(i === 1 ? 'f' : 'set', one));
  const whole = each.join('\n');
  const tools = names('set', 'f');
  for (let length = 1; length <= whole.length; length++) {
    const { calls, isCut } = callsIn(whole.slice(0, length), tools)!;
    const isFirst = length < each[0]!.length;
    assert.is(isCut, isFirst, `${length}`);
    calls.forEach(({ arguments: text }, i) => {
      if (isFirst) assert.ok(args[0]!.startsWith(text), `${length}: ${text}`);
      else assert.is(text, args[i], `${length}`);
    });
  }
  assert.equal(
    callsIn(whole, tools)!.calls.map(({ name }) => name),
    ['set', 'f', 'set'],
  );
  assert.is(callsIn(whole, tools)!.isCut, false);
});

test('an object of the asker’s format is no call', () => {
  assert.is(callsIn('{"name": "Bob", "age": 7}', names('set')), undefined);
  assert.is(callsIn('{"name": "Bo', names('set')), undefined);
  assert.is(callsIn('', names('set')), undefined);
});

/** Says the last line of its prompt, a letter a token. */
function lastLine(): Engine {
  const echo = createEchoEngine();
  const load = async (spec: Parameters<Engine['load']>[0]): Promise<LoadedModel> => ({
    ...(await echo.load(spec)),
    async *generate({ prompt, maxTokens }) {
      const said = textOf(prompt).split('\n').at(-1)!;
      const answerTokens = Math.min(said.length, maxTokens);
      for (const text of said.slice(0, answerTokens)) yield { text, tokens: 1 };
      return { finish: answerTokens < said.length ? 'length' : 'stop', promptTokens: 1, answerTokens };
    },
  });
  return { ...echo, load };
}

async function asked<T>(body: (openai: OpenAI, ollama: Ollama, host: string) => Promise<T>): Promise<T> {
  const prepare = (models: string) => void addExpert(models, 'sayer', { maxTokens: 400, contextTokens: 400 });
  const unit = await echoUnit({ engine: lastLine(), prepare });
  try {
    unit.grant(grantOf(5000));
    const host = `http://127.0.0.1:${unit.port}`;
    return await body(new OpenAI({ baseURL: `${host}/v1`, apiKey: 'none', maxRetries: 0 }), new Ollama({ host }), host);
  } finally {
    await unit.stop();
  }
}

const parameters = { type: 'object', properties: { level: { type: 'integer' } }, required: ['level'] };
const tool = { type: 'function' as const, function: { name: 'set', description: 'sets', parameters } };
const said = call('set', '{"level":123456}');
const question = { model: 'sayer', messages: [{ role: 'user' as const, content: said }], tools: [tool] };

test('OpenAI: a call cut by max_tokens is the part of a call, finished by length, whole and streamed', () =>
  asked(async (client) => {
    for (const tool_choice of ['required', 'auto', { type: 'function', function: { name: 'set' } }] as const) {
      for (const max_tokens of [1, 12, said.length - 4, said.length]) {
        const body = { ...question, tool_choice, max_tokens };
        const { message, finish_reason } = (await client.chat.completions.create(body)).choices[0]!;
        const isWhole = max_tokens === said.length;
        assert.equal([message.content ?? '', finish_reason], ['', isWhole ? 'tool_calls' : 'length']);
        const calls = (message.tool_calls ?? []) as { function: object }[];
        const text = isWhole ? '{"level":123456}' : '{"level":1234';
        const expected = max_tokens < 20 ? [] : [{ name: 'set', arguments: text }];
        assert.equal(
          calls.map((one) => one.function),
          expected,
        );
        let content = '';
        let given = '';
        let finish: unknown;
        for await (const { choices } of await client.chat.completions.create({ ...body, stream: true })) {
          content += choices[0]!.delta.content ?? '';
          for (const one of choices[0]!.delta.tool_calls ?? []) given += one.function!.arguments ?? '';
          finish = choices[0]!.finish_reason ?? finish;
        }
        assert.equal([content, given, finish], ['', expected[0]?.arguments ?? '', finish_reason]);
      }
    }
  }));

test('Ollama: a call has a line of its own; one that was cut off is none, and no text', () =>
  asked(async (_, client) => {
    const streamed = async (num_predict: number) => {
      const lines = [];
      const options = { num_predict };
      for await (const part of await client.chat({ ...question, options, stream: true })) lines.push(part);
      return lines.map(({ message, done, done_reason }) => ({ ...message, done, done_reason }));
    };
    const tool_calls = [{ function: { name: 'set', arguments: { level: 123456 } } }];
    const end = { role: 'assistant', content: '', done: true };
    const line = { role: 'assistant', content: '', tool_calls, done: false, done_reason: undefined };
    assert.equal(await streamed(-1), [line, { ...end, done_reason: 'stop' }]);
    assert.equal(await streamed(40), [{ ...end, done_reason: 'length' }]);
    assert.equal((await client.chat(question)).message, { role: 'assistant', content: '', tool_calls });
    const cut = await client.chat({ ...question, options: { num_predict: 40 } });
    assert.equal([cut.message, cut.done_reason], [{ role: 'assistant', content: '' }, 'length']);
  }));

test('what Ollama’s clients send back is told an upstream as OpenAI’s API has it: each result names its call', () => {
  const called = (...list: string[]) => list.map((name) => ({ function: { name, arguments: { level: 1 } } }));
  const messages = [
    { role: 'assistant', content: '', tool_calls: called('set', 'get') },
    { role: 'tool', content: 'done', tool_name: 'set' },
    { role: 'tool', content: '7', tool_name: 'get' },
    { role: 'assistant', content: '', tool_calls: called('set') },
    { role: 'tool', content: 'done' },
  ];
  const options = { top_k: 5, min_p: 0.1, repeat_penalty: 1.1, presence_penalty: 1 };
  const { wire } = chatAsked({ model: 'm', messages, options }).question!;
  const told = wire.messages as { tool_call_id?: string; tool_calls?: { id: string; type: string }[] }[];
  const calls = told.flatMap((message) => message.tool_calls ?? []);
  assert.equal(new Set(calls.map(({ id }) => id)).size, 3);
  assert.ok(calls.every(({ type }) => type === 'function'));
  assert.equal(
    told.flatMap((message) => message.tool_call_id ?? []),
    calls.map(({ id }) => id),
  );
  const { messages: _, ...drawn } = wire;
  assert.equal(drawn, options);
});

test('an upstream whose call was cut is told as cut, too', () =>
  asked(async (_, __, file) => {
    const spec = { id: 'sayer', file, contextTokens: 400, width: 1, sizeBytes: 0 };
    const model = await createUpstreamEngine().load(spec);
    const { model: __id, ...wire } = question;
    const cut = await collect(model, { wire, maxTokens: 40 });
    assert.equal([cut.text, cut.end.finish], ['', 'length']);
    assert.equal(cut.end.toolCalls, [{ name: 'set', arguments: said.slice(said.indexOf('{"level'), 40) }]);
    assert.is((await collect(model, { wire, maxTokens: 100 })).end.finish, 'tool_calls');
  }));

test.run();
