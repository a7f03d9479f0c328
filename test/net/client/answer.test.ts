/** How long the client without dependencies hears an answer, by a clock of the test's own: hours pass at once. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readAnswer } from '../../../src/net/client/answer.ts';
import { utf8 } from '../../../src/net/client/bytes.ts';
import type { Clock } from '../../../src/net/client/progress.ts';
import { openStream } from '../../../src/net/client/stream.ts';
import { codeOf } from '../swarm/peers.ts';

const SECOND_MS = 1000;
type Reply = { type: string; text?: string; expert?: string };
type Said = readonly [afterMs: number, reply: Reply];

function ownClock() {
  let nowMs = 0;
  const due = new Map<() => void, number>();
  const clock: Clock = {
    nowMs: () => nowMs,
    after(ms, call) {
      due.set(call, nowMs + ms);
      return () => void due.delete(call);
    },
  };
  const next = (untilMs: number) => [...due].filter(([, atMs]) => atMs <= untilMs).sort((a, b) => a[1] - b[1])[0];
  return {
    clock,
    waiting: () => due.size,
    passes(ms: number) {
      const untilMs = nowMs + ms;
      for (let one = next(untilMs); one; one = next(untilMs)) {
        due.delete(one[0]);
        nowMs = Math.max(nowMs, one[1]);
        one[0]();
      }
      nowMs = untilMs;
    },
  };
}

/** What the client makes of these replies; unsealed here, for sealing has its own tests. */
async function heard(replies: Iterable<Said>, maxTokens?: number) {
  const { clock, passes, waiting } = ownClock();
  const stream = openStream({ data: () => {}, credit: () => {} });
  const open = async (content: Uint8Array<ArrayBuffer>) => {
    const { type } = JSON.parse(new TextDecoder().decode(content));
    return { content, final: type === 'end' };
  };
  let isOver = false;
  const question = { messages: [{ content: 'why is my flow too low?' }], ...(maxTokens && { maxTokens }) };
  const read = readAnswer(stream, open, { node: 'node', expert: 'faults' }, question, clock).finally(
    () => (isOver = true),
  );
  const outcome = codeOf(read);
  for (const [afterMs, reply] of replies) {
    passes(afterMs);
    const payload = new Uint8Array([1, ...utf8(JSON.stringify(reply))]);
    if (!isOver) stream.onData({ payload, end: reply.type === 'end' });
    await new Promise((resolve) => setImmediate(resolve));
    if (isOver) break;
  }
  const wasOver = isOver;
  if (!isOver) passes(24 * 3600 * SECOND_MS);
  return { code: await outcome, afterMs: clock.nowMs(), wasOver, timers: waiting() };
}

const START: Said = [2 * SECOND_MS, { type: 'start', expert: 'faults' }];
const END: Said = [SECOND_MS, { type: 'end' }];
const words = (n: number, everyMs: number, text = ' the'): Said[] =>
  Array.from({ length: n }, () => [everyMs, { type: 'chunk', text }] as const);

test('a slow and honest node is heard to the end: a third of a token a second, after minutes of work', async () => {
  const slow = await heard([START, [280 * SECOND_MS, { type: 'chunk', text: 'It' }], ...words(400, 3000), END]);
  assert.equal([slow.code, slow.wasOver, slow.timers], ['no error', true, 0]);
  assert.ok(slow.afterMs > 1400 * SECOND_MS);
});

test('an answer of another expert than was asked, or without a name, is none', async () => {
  const [word] = words(1, SECOND_MS);
  const codes = await Promise.all(
    [[START, word!, END], [[0, { type: 'start', expert: 'convert' }] as Said, word!, END], [word!, END], [END]].map(
      async (said) => (await heard(said)).code,
    ),
  );
  assert.equal(codes, ['no error', 'PEER_INVALID', 'PEER_INVALID', 'PEER_INVALID']);
});

test('one that says nothing, only fills, or hardly says a word is given up, at the time of the rule', async () => {
  const mute = await heard([]);
  assert.equal([mute.code, mute.timers], ['NOT_RUNNING', 0]);
  const fills = await heard([START, ...words(2000, SECOND_MS, '')]);
  assert.is(fills.code, 'NOT_RUNNING');
  assert.ok(fills.afterMs > 300 * SECOND_MS && fills.afterMs < 310 * SECOND_MS, `filled for ${fills.afterMs} ms`);
  const drops = await heard([START, ...words(20, SECOND_MS), ...words(500, 12 * SECOND_MS, '7')]);
  assert.is(drops.code, 'NOT_RUNNING');
  assert.ok(drops.afterMs < 200 * SECOND_MS, `heard for ${drops.afterMs} ms`);
});

test('one without an end is given up by the tokens that it may have', async () => {
  const endless = await heard([START, ...words(3000, SECOND_MS, 'and so on ')], 10);
  assert.is(endless.code, 'NOT_RUNNING');
  assert.ok(endless.afterMs > 1200 * SECOND_MS && endless.afterMs < 1300 * SECOND_MS, `${endless.afterMs} ms`);
});

test.run();
