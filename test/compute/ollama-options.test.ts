/** Fields and options of Ollama's clients: honoured, harmless, or refused by name. */
import { Ollama } from 'ollama';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { served } from './served.ts';

let unit: Awaited<ReturnType<typeof served>>;
let client: Ollama;
test.before(async () => {
  unit = await served();
  client = new Ollama({ host: unit.url });
});
test.after(() => unit.end());

const base = { num_predict: 24, temperature: 0 };
const said = async (options: object, prompt = 'pump pump pump') =>
  (await client.generate({ model: 'talker', prompt, options: { ...base, ...options } })).response!;
const messageOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: Error) => error.message,
  );

test('top_k, min_p, repeat_penalty and repeat_last_n change what is said as they say', async () => {
  const plain = await said({});
  const hot = { temperature: 2, seed: 11 };
  const drawn = await said(hot);
  assert.is.not(drawn, plain);
  assert.is(await said({ ...hot, top_k: 1 }), plain, 'of one there is no choice');
  assert.is(await said({ ...hot, min_p: 1 }), plain);
  assert.is(await said({ ...hot, top_k: 0, min_p: 0 }), drawn, 'off');
  const varied = await said({ repeat_penalty: 2 });
  assert.ok(new Set(varied).size > new Set(plain).size, `${varied} | ${plain}`);
  assert.is(await said({ repeat_penalty: 2, repeat_last_n: 0 }), plain);
  assert.is(await said({ repeat_penalty: 1, repeat_last_n: 64 }), plain);
  assert.is.not(await said({ repeat_penalty: 2, repeat_last_n: 1 }), varied);
});

test('num_predict below 0 has no limit but the expert’s own; seed -1 draws anew', async () => {
  for (const num_predict of [-1, -2, 0]) {
    const { eval_count } = await client.generate({ model: 'talker', prompt: 'The', options: { ...base, num_predict } });
    assert.ok(eval_count > 24, `${num_predict}: ${eval_count}`);
  }
  const draw = () => said({ temperature: 2, seed: -1 });
  assert.ok(new Set([await draw(), await draw(), await draw()]).size > 1);
});

test('sixteen stops count, a seventeenth is refused', async () => {
  const text = await said({});
  const never = Array.from({ length: 15 }, (_, i) => `never ${i}`);
  const stop = text.slice(4, 7);
  assert.is(await said({ stop: [...never, stop] }), text.slice(0, text.indexOf(stop)));
  assert.match(await messageOf(said({ stop: [...never, 'x', 'y'] })), /^options\.stop: at most 16/);
});

test('what sizes the engine is ours: sent by clients always, it costs nothing', async () => {
  const plain = await said({});
  const sizes = { num_ctx: 8192, num_batch: 512, num_gpu: 99, main_gpu: 0, num_thread: 8, use_mmap: true, num_keep: 4 };
  assert.is(await said({ ...sizes, numa: false, low_vram: false, f16_kv: true, use_mlock: false }), plain);
  assert.is(await said({ mirostat: 0, mirostat_tau: 5, mirostat_eta: 0.1, tfs_z: 1, typical_p: 1 }), plain);
  const long = await messageOf(said({ num_ctx: 8192 }, 'pump '.repeat(3000)));
  assert.match(long, /the context holds 512/, 'and what does not fit is refused, never cut');
});

test('what would change the answer and cannot be done is refused by its name', async () => {
  const options: [object, RegExp][] = [
    [{ mirostat: 1 }, /^options\.mirostat: /],
    [{ typical_p: 0.5 }, /^options\.typical_p: /],
    [{ tfs_z: 0.5 }, /^options\.tfs_z: /],
    [{ penalize_newline: false }, /^options\.penalize_newline: /],
    [{ top_k: 1.5 }, /^options\.top_k: /],
    [{ min_p: 2 }, /^options\.min_p: /],
    [{ repeat_penalty: 0 }, /^options\.repeat_penalty: /],
    [{ temperature: -1 }, /^options\.temperature: /],
    [{ num_predict: 'all' }, /^options\.num_predict: /],
  ];
  for (const [given, message] of options) assert.match(await messageOf(said(given)), message);
  const fields: [object, RegExp][] = [
    [{ raw: true }, /^raw: .*leave it out/],
    [{ template: '{{ .Prompt }}' }, /^template: .*\/api\/show/],
    [{ context: [1, 2] }, /^context: .*\/api\/chat/],
    [{ suffix: 'end' }, /^suffix: /],
    [{ images: ['aGk='] }, /^images: /],
    [{ think: true }, /^think: /],
    [{ think: 'high' }, /^think: /],
    [{ logprobs: true }, /^logprobs: /],
    [{ top_logprobs: 2 }, /^top_logprobs: /],
    [{ format: 'yaml' }, /^format: /],
  ];
  const ask = (more: object) => client.generate({ model: 'talker', prompt: 'x', options: base, ...more });
  for (const [given, message] of fields) assert.match(await messageOf(ask(given)), message, JSON.stringify(given));
  const chat = (more: object) =>
    client.chat({ model: 'talker', messages: [{ role: 'user', content: 'x' }], options: base, ...more });
  assert.match(await messageOf(chat({ think: true })), /^think: /);
  assert.match(await messageOf(chat({ logprobs: true })), /^logprobs: /);
  const seen = [{ role: 'user', content: 'x', images: ['aGk='] }];
  assert.match(await messageOf(client.chat({ model: 'talker', messages: seen })), /^messages\.0\.images: /);
  const held = client.chat({ model: 'faults', messages: [{ role: 'user', content: 'x' }], format: 'json' });
  assert.match(
    await messageOf(held),
    /^faults answers by a grammar of its own: it can be held to no call and no format/,
  );
});

test('their empty forms ask for nothing', async () => {
  const none = { raw: false, template: '', context: [], suffix: '', images: [], think: false, logprobs: false };
  const asked = { model: 'talker', prompt: 'pump pump pump', options: base };
  assert.is((await client.generate({ ...asked, ...none, system: '', format: '' })).response, await said({}));
});

test('embed: a vector for each text, in order; none may be empty, none is cut', async () => {
  const { embeddings, ...counts } = await client.embed({ model: 'talker', input: ['a pump', 'a valve', 'a pump'] });
  assert.equal(embeddings[0], embeddings[2]);
  assert.is.not(embeddings[0]![0], embeddings[1]![0]);
  assert.ok(counts.total_duration > 0 && counts.prompt_eval_count > 0);
  const embed = (more: object) => messageOf(client.embed({ model: 'talker', input: 'x', ...more }));
  assert.match(await embed({ input: ['', 'a pump'] }), /^input\.0: /);
  assert.match(await embed({ dimensions: 8 }), /^dimensions: /);
  assert.match(await embed({ input: [1, 2] }), /^input: .*text/);
  assert.match(await embed({ input: 'pump '.repeat(3000), truncate: true }), /the context holds 512/);
  assert.equal((await client.embed({ model: 'talker', input: [] })).embeddings, []);
  assert.match(await embed({ model: 'absent', input: [] }), /no expert "absent"/);
  assert.is((await client.embeddings({ model: 'talker', prompt: 'a pump' })).embedding.length, embeddings[0]!.length);
});

test.run();
