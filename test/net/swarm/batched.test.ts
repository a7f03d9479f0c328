import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { AnswerPiece } from '../../../src/net/ask/compute-client.ts';
import { batched } from '../../../src/net/swarm/batched.ts';
import { MAX_CHUNK_CHARS } from '../../../src/net/swarm/query.ts';
import { sleep } from '../helpers.ts';

const START: AnswerPiece = { type: 'start', expert: 'faults', why: 'asked for' };
const METER = { expert: 'faults', promptTokens: 1, answerTokens: 1, joules: 1, modelled: true, cardSeconds: 0 };
const END: AnswerPiece = { type: 'end', finish: 'stop', meter: METER };

async function* answer(texts: readonly string[], pauseMs?: number): AsyncGenerator<AnswerPiece> {
  yield START;
  for (const text of texts) {
    yield { type: 'chunk', text };
    if (pauseMs !== undefined) await sleep(pauseMs);
  }
  yield END;
}
const all = async (pieces: AsyncGenerator<AnswerPiece>) => {
  const got: AnswerPiece[] = [];
  for await (const piece of pieces) got.push(piece);
  return got;
};
const textOf = (pieces: readonly AnswerPiece[]) => pieces.map((p) => (p.type === 'chunk' ? p.text : '')).join('');

test('words that come at once go out as one, between start and end', async () => {
  const words = Array.from({ length: 200 }, (_, i) => `${i} `);
  const got = await all(batched(answer(words), 60_000));
  assert.equal(got, [START, { type: 'chunk', text: words.join('') }, END]);
});

test('nothing waits for the end: what came by then goes out when its time is over', async () => {
  const words = ['a', 'b', 'c', 'd', 'e', 'f'];
  const got = await all(batched(answer(words, 60), 20));
  assert.is(textOf(got), 'abcdef');
  assert.ok(got.length > 4, `${got.length} pieces`);
});

test('a long text is cut, in order, and none of it is lost', async () => {
  const long = 'x'.repeat(MAX_CHUNK_CHARS - 1);
  const got = await all(batched(answer([long, 'yz', long, '!']), 60_000));
  assert.is(textOf(got), `${long}yz${long}!`);
  assert.ok(got.every((p) => p.type !== 'chunk' || (p.text.length > 0 && p.text.length <= MAX_CHUNK_CHARS)));
});

test.run();
