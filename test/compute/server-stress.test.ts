/** The server under stress: askers who leave, watts that go, crowds, engines that fail. */
import net from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { call, echoUnit, events, grantOf, sleep } from './fixture.ts';

const user = (content: string) => ({ messages: [{ role: 'user', content }] });
const errorOf = (reply: { json(): Record<string, unknown> }) => reply.json().error as Record<string, unknown>;

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

test('an asker who hangs up frees the lane, and what was computed is counted', async () => {
  const engine = slowEcho(20);
  const slow = await echoUnit({ engine });
  slow.power.offer(grantOf(5000));
  const socket = net.connect(slow.path);
  const body = JSON.stringify({ model: 'echo', ...user('word '.repeat(60)), stream: true });
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await new Promise((resolve) => socket.once('data', resolve));
  await sleep(60);
  const hungUpMs = performance.now();
  socket.destroy();
  while (engine.ended.length === 0 && performance.now() - hungUpMs < 10_000) await sleep(2);
  const tookMs = engine.ended[0]! - hungUpMs;
  // All of it would take 1.2 s.
  assert.ok(tookMs < 800, `${tookMs} ms`);
  await sleep(50);
  const { answerTokens } = slow.work.totals();
  assert.ok(answerTokens > 60 && answerTokens < 110, `prompt and the part that was said: ${answerTokens}`);
  assert.is(slow.door.questions(), 0);
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
  assert.ok(performance.now() - startedMs > 1900 && performance.now() - startedMs < 10_000);
  await orphan.stop();
});

test('a crowd: as many as may wait are answered in turn, the rest are told when to come back', async () => {
  const busy = await echoUnit({ engine: slowEcho(5) });
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
        if (String(request.prompt).startsWith('mid') && value && 'text' in value) yield value;
        throw new Error('secret inside');
      }
      return { ...model, generate } as never;
    },
  };
  const sick = await echoUnit({ engine: broken });
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
  assert.is(sick.door.questions(), 0);
  await sick.stop();
});

test.run();
