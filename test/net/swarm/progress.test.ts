import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { exchange } from '../../../src/net/swarm/ask/exchange.ts';
import { CLEAR, mark, type Reply } from '../../../src/net/swarm/query.ts';
import { sleep } from '../helpers.ts';
import { codeOf, testPeers } from './peers.ts';

const LIMITS = { silentMs: 1000, wholeMs: 4000, leastBytes: 16 };
const REQUEST = { v: 1 as const, find: { topics: ['heating'], limit: 1 } };

/** An asker of a node that says this every so many milliseconds, for ever; how it ends and after how long. */
async function askedOf(says: Reply, everyMs: number): Promise<{ code: string; ms: number }> {
  const peers = await testPeers({
    handlers: {
      onAsk: ({ id }) => ({ type: 'found', id, descriptors: [] }),
      async onOpen(stream) {
        const payload = mark(CLEAR, Buffer.from(JSON.stringify(says)));
        while (!stream.isClosed) {
          await stream.send(payload).catch(() => {});
          await sleep(everyMs);
        }
      },
    },
  });
  const connection = await peers.dial();
  const startMs = performance.now();
  const read = async () => {
    for await (const _ of exchange(connection.open([]), REQUEST, undefined, LIMITS));
  };
  const code = await codeOf(read());
  const ms = performance.now() - startMs;
  connection.close(1000, '');
  await peers.end();
  return { code, ms };
}

test('a node that sends empty frames from time to time keeps nobody: it is given up like a silent one', async () => {
  const { code, ms } = await askedOf({ type: 'chunk', text: '' }, 200);
  assert.is(code, 'NOT_RUNNING');
  assert.ok(ms < LIMITS.wholeMs, `after ${Math.round(ms)} ms`);
});

test('whoever gets on is listened to, and not for ever', async () => {
  const { code, ms } = await askedOf({ type: 'chunk', text: 'a word, and then some' }, 50);
  assert.is(code, 'NOT_RUNNING');
  assert.ok(ms >= LIMITS.wholeMs - 50, `after ${Math.round(ms)} ms`);
});

test.run();
