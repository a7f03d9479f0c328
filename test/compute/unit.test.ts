/** The whole of compute with a real model: start to first answer, grant, filler, work. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Compute, startCompute } from '../../src/compute/start.ts';
import { CARDS } from '../../src/contract/cards.ts';
import { TOPICS } from '../../src/contract/topics.ts';
import { systemClock } from '../../src/core/clock.ts';
import { Config } from '../../src/core/config.ts';
import { addExpert, call, events, grantOf, haveStories, memoryLink, silent, sleep, tempDir } from './fixture.ts';

const user = (content: string) => ({ messages: [{ role: 'user', content }] });

if (!haveStories) process.stdout.write('SKIP compute with a real model: needs ../shared\n');
else {
  const { dir, remove } = tempDir();
  const link = memoryLink();
  const path = join(dir, 'c.sock');
  let compute: Compute;
  let startMs: number;
  const until = async (what: string, check: () => boolean, limitMs = 15_000) => {
    const startedMs = performance.now();
    while (!check()) {
      if (performance.now() - startedMs > limitMs) assert.unreachable(`${what} did not happen within ${limitMs} ms`);
      await sleep(20);
    }
  };
  const chat = (body: object) => call(path, 'POST', '/v1/chat/completions', { model: 'stories', ...body });

  test.before(async () => {
    addExpert(join(dir, 'home'), 'stories', {}, true);
    addExpert(join(dir, 'home'), 'hollow');
    const shippedDir = join(dir, 'none');
    const options = { config: Config.parse({}), shippedDir, installedDir: join(dir, 'home'), listen: { path } };
    startMs = performance.now();
    compute = await startCompute({ ...options, link, clock: systemClock, log: silent });
  });
  test.after(async () => {
    await compute.stop();
    remove();
  });

  test('listens before its models are loaded and answers the first question', async () => {
    // Half a second on an idle board.
    assert.ok(performance.now() - startMs < 10_000, `listening after ${performance.now() - startMs} ms`);
    link.deliver('grant', grantOf(4900));
    const reply = await chat(user('Once upon a time'));
    assert.is(reply.status, 200);
    assert.ok(performance.now() - startMs < 60_000);
    const text = (reply.json() as unknown as { choices: { message: { content: string } }[] }).choices[0]!.message
      .content;
    assert.ok(text.length > 40, 'a real model said something');
  });

  test('a hollow model that passes the header check is refused by name and costs nobody else', async () => {
    const reply = await chat({ ...user('x'), model: 'hollow' });
    assert.is(reply.status, 503);
    assert.is((reply.json() as Record<string, { code: string }>).error!.code, 'model_invalid');
    const auto = await chat({ ...user('Once'), model: 'auto' });
    // Nobody guesses for an absent expert; the hollow one is not among those that are here.
    assert.match(auto.text, /there are: stories"/);
    assert.is((await chat(user('Once'))).status, 200);
  });

  test('embeddings as floats and as base64 agree', async () => {
    const embed = (format: string) =>
      call(path, 'POST', '/v1/embeddings', { model: 'stories', input: ['a ball', 'a dog'], encoding_format: format });
    const floats = (await embed('float')).json() as unknown as {
      data: { embedding: number[] }[];
      usage: { total_tokens: number };
    };
    const packed = (await embed('base64')).json() as unknown as { data: { embedding: string }[] };
    const bytes = Buffer.from(packed.data[1]!.embedding, 'base64');
    assert.is(bytes.length, 64 * 4);
    assert.ok(Math.abs(bytes.readFloatLE(4) - floats.data[1]!.embedding[1]!) < 1e-6);
    assert.ok(floats.usage.total_tokens > 3);
  });

  test('what it publishes has the agreed shapes; work counts every answered token', async () => {
    await until('work', () => (link.last('work')?.answerTokens ?? 0) > 0);
    await until('state', () => link.last('computeState') !== undefined);
    for (const { name, message } of link.sent) TOPICS[name].schema.parse(message);
    await sleep(300);
    const before = link.last('work')!.answerTokens;
    const reply = (await chat(user('Once upon a time'))).json() as unknown as { usage: { total_tokens: number } };
    const counted = () => link.last('work')!.answerTokens - before;
    await until('the count', () => counted() >= reply.usage.total_tokens);
    assert.is(counted(), reply.usage.total_tokens);
  });

  test('an expert that is pulled while the unit runs is served; one that is removed is not', async () => {
    const later = addExpert(join(dir, 'home'), 'later', {}, true);
    const ask = async () => (await chat({ ...user('Once'), model: 'later' })).status;
    for (let i = 0; i < 60 && (await ask()) !== 200; i++) await sleep(100);
    assert.is(await ask(), 200);
    rmSync(later, { recursive: true });
    for (let i = 0; i < 60 && (await ask()) !== 404; i++) await sleep(100);
    assert.is(await ask(), 404);
  });

  test('filler turns paid watts into scored lines, within its share of a core', async () => {
    // The cards themselves draw their idle watts of it.
    const { accelerator } = Config.parse({});
    const idleW = CARDS[accelerator.card]!.idleW * accelerator.count;
    link.deliver('grant', grantOf(4900, 300 + idleW));
    await until('filler', () => (link.last('work')?.fillerTokens ?? 0) > 0);
    await until('its watts', () => (link.last('computeState')?.fillerW ?? 0) > 0);
    await sleep(6000);
    const { fillerW, reason } = link.last('computeState')!;
    assert.is(reason.code, 'filler');
    // A line and half a second of credit beside the pace, over a window of five seconds.
    assert.ok(fillerW > 0 && fillerW < 450, `${fillerW} W of 300`);
    const share = Number(/takes ([\d.]+) % of a core/.exec(reason.text)![1]);
    assert.ok(share > 0 && share < 15, reason.text);
    assert.is(link.last('want')!.value.incomeEurPerKwh, 0);
  });

  test('a question preempts filler: first words at once, and filler stands still meanwhile', async () => {
    link.deliver('grant', grantOf(4900, 4900));
    await sleep(500);
    const startedMs = performance.now();
    const reply = await chat({ ...user('Once'), max_tokens: 1, stream: true });
    const tookMs = performance.now() - startedMs;
    assert.is(events(reply.text).at(-1), '[DONE]');
    // Far beyond what it takes: the machine may be busy.
    assert.ok(tookMs < 10_000, `one token took ${tookMs} ms beside filler`);
    assert.ok(
      link.sent.some((s) => s.name === 'want' && (s.message as { value: { queued: number } }).value.queued > 0),
    );
  });

  test('the power gate: told to control with the lease, the same in the state', async () => {
    link.deliver('grant', grantOf(4900, 4900));
    await until('the gate on', () => link.last('want')!.value.gate === 'on');
    await until('the state', () => link.last('computeState')!.gate.reason.code === 'paid');
    assert.is(link.last('computeState')!.gate.do, 'on');
  });

  test('without a grant filler stops and says so', async () => {
    link.deliver('grant', grantOf(0, 0, 'the house is warm'));
    await until('the word of it', () => link.last('computeState')?.reason.code === 'no_power');
    const before = link.last('work')!.fillerTokens;
    await sleep(1300);
    assert.is(link.last('work')!.fillerTokens, before);
    assert.match(link.last('computeState')!.reason.text, /no watts: the house is warm/);
    assert.is((await chat(user('x'))).status, 503);
  });
  test.run();
}
