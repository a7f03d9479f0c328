/** What Ollama's clients say of memory: load, unload and keep_alive. */
import { Ollama } from 'ollama';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { call, echoUnit, grantOf, sleep } from './fixture.ts';
import { served } from './served.ts';

let unit: Awaited<ReturnType<typeof served>>;
let client: Ollama;
test.before(async () => {
  unit = await served();
  client = new Ollama({ host: unit.url });
});
test.after(() => unit.end());

const messages = [{ role: 'user', content: 'The pump' }];
const options = { num_predict: 4, temperature: 0 };
const isThere = async () => (await client.ps()).models.some(({ name }) => name === 'talker:latest');

test('an empty prompt loads, with keep_alive 0 it unloads; the same for no messages', async () => {
  const generate = (more: object) => client.generate({ model: 'talker', prompt: '', ...more });
  const chat = (more: object) => client.chat({ model: 'talker:latest', messages: [], ...more });
  for (const ask of [generate, chat]) {
    const loaded = await ask({});
    assert.equal([loaded.done, loaded.done_reason, await isThere()], [true, 'load', true]);
    for (const keep_alive of [0, '0', '0s', '0m0s']) {
      await ask({ keep_alive: '5m' });
      const gone = await ask({ keep_alive });
      assert.equal([gone.done, gone.done_reason, await isThere()], [true, 'unload', false], `${keep_alive}`);
    }
    assert.is((await ask({ keep_alive: 0 })).done_reason, 'unload', 'what is not there is gone already');
  }
  const raw = await fetch(`${unit.url}/api/generate`, { method: 'POST', body: '{"model":"talker","keep_alive":-1}' });
  const { model, response, done_reason } = (await raw.json()) as Record<string, unknown>;
  assert.equal([model, response, done_reason], ['talker', '', 'load']);
  for (const keep_alive of [0, '5m']) {
    const absent = await client.generate({ model: 'absent', prompt: '', keep_alive }).catch((e) => e as Error);
    assert.match((absent as Error).message, /no expert "absent" here/);
  }
});

test('keep_alive 0 beside a question: answered, then unloaded; other times are hints', async () => {
  for (const keep_alive of ['5m', '1h30m', '-1s', -1, 300, '1.5h']) {
    assert.is((await client.chat({ model: 'talker', messages, options, keep_alive })).eval_count, 4);
    assert.ok(await isThere(), `${keep_alive}`);
  }
  assert.is((await client.chat({ model: 'talker', messages, options, keep_alive: 0 })).eval_count, 4);
  assert.not(await isThere());
  let text = '';
  const asked = { model: 'talker', prompt: 'The pump', options, keep_alive: 0, stream: true } as const;
  for await (const part of await client.generate(asked)) text += part.response;
  assert.equal([text.length > 0, await isThere()], [true, false]);
  assert.is((await client.embed({ model: 'talker', input: 'a pump', keep_alive: '5m' })).embeddings.length, 1);
  assert.ok(await isThere());
  await client.embed({ model: 'talker', input: 'a pump', keep_alive: 0 });
  assert.not(await isThere());
  const wrong = await client.chat({ model: 'talker', messages, keep_alive: 'soon' }).catch((e) => e as Error);
  assert.match((wrong as Error).message, /^keep_alive: /);
});

test('keep_alive 0 holds for an answer that is broken off, too', async () => {
  const stream = await client.chat({ model: 'talker', messages, keep_alive: 0, stream: true });
  for await (const _ of stream) break;
  stream.abort();
  for (let i = 0; i < 100 && (await isThere()); i++) await sleep(20);
  assert.not(await isThere());
});

test('what answers somebody is not unloaded, and goes once it has ended', async () => {
  const gate = Promise.withResolvers<void>();
  const echo = createEchoEngine();
  const load: Engine['load'] = async (spec) => {
    const model = await echo.load(spec);
    return {
      ...model,
      async *generate(request, signal) {
        yield { text: 'first ', tokens: 1 };
        await gate.promise;
        return yield* model.generate(request, signal);
      },
    };
  };
  const slow = await echoUnit({ engine: { ...echo, load } });
  try {
    slow.grant(grantOf(5000));
    const asker = new Ollama({ host: `http://127.0.0.1:${slow.port}` });
    const unload = () => asker.generate({ model: 'echo', prompt: '', keep_alive: 0 });
    let text = '';
    for await (const { message } of await asker.chat({ model: 'echo', messages, stream: true })) {
      if (text === '') assert.match(await unload().then(String, String), /echo answers somebody/);
      gate.resolve();
      text += message.content;
    }
    assert.is(text, 'first The pump');
    assert.is((await unload()).done_reason, 'unload');
  } finally {
    gate.resolve();
    await slow.stop();
  }
});

test('auto holds nothing itself', async () => {
  assert.is((await client.generate({ model: 'auto', prompt: '' })).done_reason, 'load');
  assert.is((await client.generate({ model: 'auto', prompt: '', keep_alive: 0 })).done_reason, 'unload');
});

test('a load without watts is refused as a question is', async () => {
  const dark = await echoUnit();
  try {
    dark.grant(grantOf(0));
    const load = () => call(dark.path, 'POST', '/api/generate', { model: 'echo' });
    assert.is((await load()).status, 503);
    dark.grant(grantOf(5000));
    assert.is((await load()).status, 200);
    assert.is(dark.asked(), 2);
  } finally {
    await dark.stop();
  }
});

test.run();
