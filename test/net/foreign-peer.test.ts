import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { answeredCodec, KIND } from '../../src/net/ledger/entries.ts';
import { readLedgerFile } from '../../src/net/ledger/read.ts';
import { receiptCodec } from '../../src/net/ledger/receipt.ts';
import { type EchoNode, eventually, SERVE, testSwarm } from './swarm/swarm.ts';

/** Our nodes against an asker in Python that was written from the docs and vectors alone: foreign/peer.py. */
const PYTHON = '/usr/bin/python3';
const PEER = join(import.meta.dirname, 'foreign/peer.py');
const ROOT = join(import.meta.dirname, '../..');
const QUESTION = 'why is my flow too low? Größe: 25 mm';
const LIMIT_MS = 60_000;

async function peer(...args: string[]) {
  const child = spawn(PYTHON, [PEER, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
  let [out, told] = ['', ''];
  child.stdout.on('data', (data) => (out += data));
  child.stderr.on('data', (data) => (told += data));
  const status = await new Promise((resolve) => child.once('close', resolve));
  if (status !== 0) throw new Error(`peer.py ${args[0]} ended with ${status}: ${told}`);
  return JSON.parse(out);
}

if (spawnSync(PYTHON, ['-c', 'import websockets, cryptography']).status !== 0) {
  process.stdout.write('SKIP foreign-peer: needs Debian: python3-websockets python3-cryptography\n');
} else {
  const test = suite<{ swarm: ReturnType<typeof testSwarm>; entry: EchoNode }>('a peer of another making');
  test.before.each(async (context) => {
    context.swarm = testSwarm();
    context.entry = await context.swarm.node({ relay: true }, true);
  });
  test.after.each(({ swarm }) => swarm.end());

  test('all vectors that an asker needs fit', async () => {
    assert.ok((await peer('vectors', ROOT)).fit >= 70);
  });

  for (const [how, minPrice, maxPrice] of [
    ['for free', 0, 0],
    ['for a price', 1_000_000, 1_500_000],
  ] as const) {
    test(`asks ${how}, sealed over two relays, and both sides hold the receipt that it checked and signed`, async ({
      swarm,
      entry,
    }) => {
      const bootstrap = [`127.0.0.1:${entry.port}`];
      const last = await swarm.node({ relay: true, bootstrap }, true);
      const relays = [{ key: last.key, url: last.url }];
      const expert = await swarm.node(
        { urls: ['ws://127.0.0.1:9'], relays, bootstrap, serve: { ...SERVE, minPriceUcPerMtok: minPrice } },
        false,
        { unit: { holdMs: 200 } },
      );
      const got = await eventually(() => peer('ask', entry.url, QUESTION, String(maxPrice)), 90_000);
      assert.equal([got.text, got.node], [QUESTION, expert.key]);
      assert.is.not(got.entry, last.key, 'not by the relay of the expert');
      for (const relay of [entry, last]) assert.not.ok(Buffer.concat(relay.frames()).includes('flow too low'));
      const receipts: ReturnType<typeof receiptCodec.decode>[] = [];
      const { books } = readLedgerFile(join(expert.home, 'ledger'), ({ kind, payload }) => {
        if (kind !== KIND.earned) return;
        const { receipt, signed } = answeredCodec.decode(payload);
        assert.is(signed, 1, 'by both');
        receipts.push(receiptCodec.decode(receipt));
      });
      assert.equal(
        receipts.map(({ amountUc }) => amountUc),
        [got.amountUc],
      );
      assert.is(got.amountUc > 0, maxPrice > 0);
      const promised = [...books.channels.values()].map(({ cumulativeUc }) => cumulativeUc);
      assert.equal(promised, maxPrice > 0 ? [got.amountUc] : []);
    });
  }
  test.run();
}
