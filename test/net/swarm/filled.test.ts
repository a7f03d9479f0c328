import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { filled } from '../../../src/net/swarm/filled.ts';
import type { Reply } from '../../../src/net/swarm/query.ts';

const START: Reply = { type: 'start', expert: 'faults', why: 'asked for' };
const METER = { expert: 'faults', promptTokens: 1, answerTokens: 1, joules: 1, modelled: true, cardSeconds: 0 };
const END = { type: 'end', finish: 'stop', meter: METER } as Reply;

async function* from(replies: readonly Reply[]) {
  yield* replies;
}
const chunks = (count: number) => Array.from({ length: count }, (_, i): Reply => ({ type: 'chunk', text: `${i} ` }));
const textOf = (replies: readonly Reply[]) =>
  replies.map((reply) => (reply.type === 'chunk' ? reply.text : '')).join('');

test('answers of any length have a power of two of replies, at most twice as many, with the same text and the end last', async () => {
  for (let count = 0; count <= 70; count++) {
    const all = [START, ...chunks(count), END];
    const sent = await Array.fromAsync(filled(from(all)));
    assert.ok(Number.isInteger(Math.log2(sent.length)), `${sent.length}`);
    assert.ok(sent.length >= all.length && sent.length < 2 * all.length);
    assert.is(textOf(sent), textOf(all));
    assert.equal(sent.at(-1), END);
  }
});

test('a refusal is passed as it is', async () => {
  const refusal = [START, ...chunks(3), { type: 'error', code: 'BUSY', message: '' } as Reply];
  assert.equal(await Array.fromAsync(filled(from(refusal))), refusal);
});

test.run();
