import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dueOf, PROGRESS } from '../../../src/net/client/progress.ts';
import { exchange } from '../../../src/net/swarm/ask/exchange.ts';
import { CLEAR, mark, type Reply } from '../../../src/net/swarm/query.ts';
import { sleep } from '../helpers.ts';
import { codeOf, testPeers } from './peers.ts';

const LIMITS = { ...PROGRESS, silentMs: 150, workMs: 150, wholeMs: 300, msPerToken: 0.1 };
const REQUEST = { v: 1 as const, find: { topics: ['heating'], limit: 1 } };
const START: Reply = { type: 'start', expert: 'x' } as Reply;
const chunk = (text: string): Reply => ({ type: 'chunk', text });

test('a node that says little for ever keeps nobody, whether it fills or talks', async () => {
  const payloads = [chunk(''), chunk('a word, and then some')].map((says) =>
    mark(CLEAR, Buffer.from(JSON.stringify(says))),
  );
  const peers = await testPeers({
    handlers: {
      onAsk: ({ id }) => ({ type: 'found', id, descriptors: [] }),
      async onOpen(stream) {
        const payload = payloads.shift()!;
        while (!stream.isClosed) {
          await stream.send(payload).catch(() => {});
          await sleep(20);
        }
      },
    },
  });
  const connection = await peers.dial();
  const read = async () => {
    for await (const _ of exchange(connection.open([]), REQUEST, undefined, LIMITS));
  };
  assert.equal(await Promise.all([codeOf(read()), codeOf(read())]), ['NOT_RUNNING', 'NOT_RUNNING']);
  connection.close(1000, '');
  await peers.end();
});

/** Whether an answer is heard to its end: so many seconds after the start its first token comes, then each so many later. */
function isHeard(
  content: string,
  readS: number,
  tokens: readonly string[],
  everyS: number,
  maxTokens?: number,
): boolean {
  const due = dueOf({ messages: [{ content }], maxTokens }, PROGRESS, 0);
  due.came(START, 5000);
  let nowMs = 5000 + readS * 1000;
  for (const token of tokens) {
    if (nowMs >= due.atMs()) return false;
    due.came(chunk(token), nowMs);
    nowMs += everyS * 1000;
  }
  return true;
}

test('slow and honest nodes are heard to the end: a third of a token a second, three a second of the question', () => {
  const words = (n: number) => Array<string>(n).fill(' the');
  const tokenS = 1 / 0.3;
  assert.ok(isHeard('x'.repeat(40), 5, words(512), tokenS), 'an answer of the usual length');
  assert.ok(isHeard('x'.repeat(40), 5, words(4096), tokenS, 4096), 'the longest');
  assert.ok(isHeard('x'.repeat(8000), 2300 / 3, words(512), tokenS), 'a long question');
  assert.ok(isHeard('x'.repeat(40), 60 * tokenS, words(10), tokenS), 'sixty tokens of working that nobody sees');
  assert.ok(isHeard('how much?', 5, Array<string>(200).fill('7'), tokenS), 'digits, one a token');
  assert.not.ok(isHeard('x'.repeat(40), 400, words(1), 1), 'nothing for longer than that');
  assert.not.ok(isHeard('x'.repeat(40), 5, Array<string>(500).fill('7'), 12), 'five bytes a minute');
  assert.not.ok(isHeard('x'.repeat(40), 5, words(5000), tokenS, 10), 'far more than was asked for');
});

test('what only fills before the first text moves nothing', () => {
  const due = dueOf({}, PROGRESS, 0);
  due.came(START, 1000);
  const atMs = due.atMs();
  for (let nowMs = 2000; nowMs < 90_000; nowMs += 1000) due.came(chunk(''), nowMs);
  assert.is(due.atMs(), atMs);
});

test.run();
