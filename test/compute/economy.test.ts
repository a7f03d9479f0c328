/** The economy tier, deadlines and answers from elsewhere, over the real HTTP door. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { remoteAnswerer } from '../../src/compute/catalogue.ts';
import { type Engine, textOf } from '../../src/compute/engine.ts';
import { createEchoEngine } from '../../src/compute/engines/echo.ts';
import { createUpstreamEngine } from '../../src/compute/engines/upstream.ts';
import { createLane } from '../../src/compute/lane.ts';
import { call, echoUnit, events, grantOf, sleep } from './fixture.ts';

type Unit = Awaited<ReturnType<typeof echoUnit>>;
const ask = (unit: Unit, body: object = {}) =>
  call(unit.path, 'POST', '/v1/chat/completions', {
    ...{ model: 'echo', messages: [{ role: 'user', content: 'one two' }] },
    ...body,
  });
const flex = (unit: Unit, deadline_s = 300) => ask(unit, { service_tier: 'flex', heatmine: { deadline_s } });
interface Body {
  service_tier: string;
  choices: { message: { content: string } }[];
  heatmine: { why: string; power: string; eurPerMtoken: number; joules: number };
  error: { code: string; message: string };
}
const bodyOf = (reply: { text: string }) => JSON.parse(reply.text) as Body;

test('an economy question waits for free watts while others are answered, at half the price', async () => {
  const unit = await echoUnit();
  try {
    unit.grant(grantOf(500, 0, 'standby'));
    let told = false;
    const waiting = flex(unit).finally(() => {
      told = true;
    });
    while (unit.door.economy().deferred === 0) await sleep(5);
    const other = bodyOf(await ask(unit));
    assert.is(other.service_tier, 'default');
    assert.is(told, false);
    unit.grant(grantOf(500, 400, 'sun'));
    const reply = await waiting;
    assert.is(reply.status, 200);
    const { service_tier, heatmine, choices } = bodyOf(reply);
    assert.equal([service_tier, choices[0]!.message.content], ['flex', 'one two']);
    assert.is(heatmine.eurPerMtoken, other.heatmine.eurPerMtoken / 2);
    assert.match(heatmine.power, '400 W are free');
    assert.equal(unit.door.economy(), { active: 0, deferred: 0 });
    assert.ok(unit.work.owedJ() > unit.work.soldJ(), 'bought power is not for it');
  } finally {
    await unit.stop();
  }
});

test('no free watts in time: refused with a time to come back; who leaves is forgotten', async () => {
  const unit = await echoUnit();
  try {
    unit.grant(grantOf(500, 0, 'the night'));
    const late = await flex(unit, 1);
    assert.is(late.status, 503);
    assert.equal([bodyOf(late).error.code, late.headers['retry-after']], ['no_power', '900']);
    assert.match(bodyOf(late).error.message, 'the night');
    const aborter = new AbortController();
    const url = `http://127.0.0.1:${unit.port}/v1/chat/completions`;
    const body = JSON.stringify({ model: 'echo', service_tier: 'flex', messages: [{ role: 'user', content: 'x' }] });
    const gone = fetch(url, { method: 'POST', body, signal: aborter.signal }).catch(() => 'gone');
    while (unit.door.economy().deferred === 0) await sleep(5);
    aborter.abort();
    assert.is(await gone, 'gone');
    for (let i = 0; i < 400 && unit.door.economy().deferred > 0; i++) await sleep(10);
    assert.is(unit.door.economy().deferred, 0);
  } finally {
    await unit.stop();
  }
});

test('without watts another unit answers, and what was forwarded goes no further', async () => {
  const far = await echoUnit();
  const upstream = { engine: createUpstreamEngine(), url: `http://127.0.0.1:${far.port}` };
  const near = await echoUnit({
    forward: (expert) => remoteAnswerer(upstream, expert, expert, 100, createLane(4)),
  });
  try {
    far.grant(grantOf(500));
    near.grant(grantOf(0, 0, 'nobody wants the heat'));
    const { choices, heatmine } = bodyOf(await ask(near));
    assert.is(choices[0]!.message.content, 'one two');
    assert.match(heatmine.why, 'another unit');
    assert.match(heatmine.power, 'nobody wants the heat');
    assert.equal([heatmine.joules, near.work.totals().answerTokens], [0, 0], 'nothing was burnt here');
    const back = await ask(near, { heatmine: { forwarded: true } });
    assert.equal([back.status, bodyOf(back).error.code], [503, 'no_power']);
  } finally {
    await near.stop();
    await far.stop();
  }
});

test('an economy question whose time is nearly up is answered elsewhere while there is time for it, however fast answers are here', async () => {
  const far = await echoUnit();
  const upstream = { engine: createUpstreamEngine(), url: `http://127.0.0.1:${far.port}` };
  const near = await echoUnit({ forward: (expert) => remoteAnswerer(upstream, expert, expert, 100, createLane(4)) });
  try {
    far.grant(grantOf(500));
    near.grant(grantOf(500, 0, 'night'));
    for (let i = 0; i < 15; i++) await ask(near);
    assert.ok(near.work.totals().answerS < 0.1, 'answers are fast here');
    const late = await ask(near, { service_tier: 'flex', heatmine: { deadline_s: 2 } });
    assert.is(late.status, 200);
    assert.match(bodyOf(late).heatmine.power, /its time is up/);
    const refused = await ask(near, { service_tier: 'flex', heatmine: { deadline_s: 2, forwarded: true } });
    assert.equal([refused.status, refused.headers['retry-after']], [503, '900']);
  } finally {
    await near.stop();
    await far.stop();
  }
});

/** Counts on from the last number of its prompt up to 20, a number each 10 ms. */
function countingEngine() {
  const made: number[] = [];
  const echo = createEchoEngine();
  const engine: Engine = {
    ...echo,
    async load(spec) {
      const model = await echo.load(spec);
      return {
        ...model,
        async *generate({ prompt, maxTokens }, signal) {
          const first = Number(textOf(prompt).match(/\d+/g)?.at(-1) ?? 0) + 1;
          const promptTokens = await model.countTokens(prompt);
          let answerTokens = 0;
          for (let n = first; n <= 20 && answerTokens < maxTokens; n++, answerTokens++) {
            await sleep(10);
            signal.throwIfAborted();
            made.push(n);
            yield { text: ` ${n}`, tokens: 1 };
          }
          return { finish: 'stop', promptTokens, answerTokens };
        },
      };
    },
  };
  return { engine, made };
}
/** Gives up by itself: a rule that is broken must not hold up all other tests. */
async function until(fact: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !fact(); i++) await sleep(2);
  assert.ok(fact(), `not within seconds: ${fact}`);
}
const COUNTED = Array.from({ length: 20 }, (_, i) => ` ${i + 1}`).join('');
const messages = [{ role: 'user', content: 'count from 0' }];
const usageOf = (reply: { text: string }) => (JSON.parse(reply.text) as { usage: object }).usage;

test('an economy answer gives way to a question, and to the dark; then it is said again, or goes on, and is told whole', async () => {
  for (const temperature of [0, 1]) {
    const { engine, made } = countingEngine();
    const unit = await echoUnit({ engine });
    try {
      unit.grant(grantOf(500, 400, 'sun'));
      const batch = ask(unit, { service_tier: 'flex', messages, temperature });
      const half = (from: number) => until(() => made.length >= from + 5);
      await half(0);
      const question = ask(unit, { messages: [{ role: 'user', content: 'count from 18' }] });
      await until(() => unit.door.economy().active === 0);
      const before = made.length;
      assert.is(bodyOf(await question).choices[0]!.message.content, ' 19 20');
      assert.equal(made.slice(before), [19, 20], 'nothing of the batch is computed beside a question');
      await half(before + 2);
      unit.grant(grantOf(500, 0, 'a cloud'));
      await until(() => unit.door.economy().active === 0);
      const dark = made.length;
      await sleep(60);
      assert.is(made.length, dark, 'nor without free watts');
      unit.grant(grantOf(500, 400, 'sun again'));
      const reply = await batch;
      assert.is(bodyOf(reply).choices[0]!.message.content, COUNTED);
      assert.equal(usageOf(reply), { prompt_tokens: 3, completion_tokens: 20, total_tokens: 23 });
      assert.match(bodyOf(reply).heatmine.power, '400 W');
      const anew = made.filter((n) => n === 1).length;
      assert.is(anew, temperature === 0 ? 3 : 1, `said from its beginning ${anew} times at temperature ${temperature}`);
      assert.equal(unit.door.economy(), { active: 0, deferred: 0 });
    } finally {
      await unit.stop();
    }
  }
});

test('a streamed economy answer that gave way says each word once', async () => {
  const { engine, made } = countingEngine();
  const unit = await echoUnit({ engine });
  try {
    unit.grant(grantOf(500, 400, 'sun'));
    const batch = ask(unit, { service_tier: 'flex', messages, temperature: 1, stream: true });
    await until(() => made.length >= 5);
    await ask(unit);
    const words = events((await batch).text)
      .filter((e) => e !== '[DONE]')
      .map((e) => (JSON.parse(e) as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content ?? '');
    assert.is(words.join(''), COUNTED);
  } finally {
    await unit.stop();
  }
});

test('one whose time ends while it gives way is refused with the reason', async () => {
  const { engine, made } = countingEngine();
  const unit = await echoUnit({ engine });
  try {
    unit.grant(grantOf(500, 400, 'sun'));
    const batch = ask(unit, { service_tier: 'flex', messages, heatmine: { deadline_s: 2 } });
    await until(() => made.length >= 5);
    unit.grant(grantOf(500, 0, 'a long cloud'));
    const reply = await batch;
    assert.equal([reply.status, bodyOf(reply).error.code], [503, 'no_power']);
    assert.match(bodyOf(reply).error.message, 'a long cloud');
  } finally {
    await unit.stop();
  }
});

test.run();
