/** What strangers may make a node hold, all together. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endRaws, provenPeer } from '../../../src/app/bench/hostile/raw.ts';
import { createBacklog } from '../../../src/net/swarm/wire/backlog.ts';
import type { Handlers } from '../../../src/net/swarm/wire/connection.ts';
import { WINDOW_BYTES } from '../../../src/net/swarm/wire/frames.ts';
import { until } from '../helpers.ts';
import { codeOf, ECHO, testPeers } from './peers.ts';

const LIMIT_MS = 60_000;

test('who holds most for longest goes first, and one that gets on stays', () => {
  let nowMs = 0;
  const gone: string[] = [];
  const backlog = createBacklog(1000, () => nowMs);
  const enter = (name: string) => backlog.enter(() => gone.push(name));
  const [honest, stale, fresh] = [enter('honest'), enter('stale'), enter('fresh')];
  honest.add(600);
  stale.add(100);
  for (nowMs = 1000; nowMs < 60_000; nowMs += 1000) {
    honest.add(-300);
    honest.add(300);
  }
  fresh.add(400);
  assert.equal(gone, ['stale'], 'a sixth of the bytes, for a minute');
  stale.add(1e6);
  assert.equal(gone, ['stale'], 'what is gone counts no more');
  fresh.add(-400);
  fresh.leave();
  honest.add(400);
  assert.equal(gone, ['stale']);
  honest.add(1);
  assert.equal(gone, ['stale', 'honest'], 'alone and over the limit');
});

test('many that flood and never read are cut together, long before the time of each alone', async () => {
  const heldBytes = 2_000_000;
  const descriptors = Array.from({ length: 16 }, () => 'x'.repeat(1400));
  const handlers: Handlers = { ...ECHO, onAsk: ({ id }) => ({ type: 'found', id, descriptors }) };
  // Alone each could hold 16 MiB at once and 1 MiB for ever.
  const peers = await testPeers({ handlers, limits: { heldBytes, stalledMs: 600_000 } });
  const port = Number(new URL(peers.url).port);
  const honest = await peers.dial();
  const flooders = await Promise.all(Array.from({ length: 12 }, () => provenPeer(port)));
  // No answer is read; the kernel takes a few MiB of each before anything is left in the node.
  for (const { socket } of flooders) socket.pause();
  const ended = () => peers.arrived.filter(({ closed }) => closed.aborted).length;
  const more = setInterval(() => {
    for (const peer of flooders) for (let i = 0; i < 40; i++) peer.json({ type: 'find', id: 1, topic: 'x', limit: 16 });
  }, 50);
  await until('most are cut', () => ended() >= 6, LIMIT_MS);
  clearInterval(more);
  assert.is((await honest.ask({ type: 'find', topic: 'x', limit: 16 })).type, 'found');
  endRaws();
  await peers.end();
});

test('what comes and is not taken here counts too: a window on each of many streams', async () => {
  const taken: (() => Promise<unknown>)[] = [];
  const onOpen: Handlers['onOpen'] = (stream) => taken.push(() => stream.take());
  const peers = await testPeers({ handlers: { ...ECHO, onOpen }, limits: { heldBytes: 4 * WINDOW_BYTES } });
  const [greedy, other] = [await peers.dial(), await peers.dial()];
  const half = Buffer.alloc(WINDOW_BYTES / 8);
  const fill = async (connection: typeof greedy) => {
    const stream = connection.open([]);
    for (let i = 0; i < 4; i++) await stream.send(half);
    return stream;
  };
  const mine = await fill(other);
  const filled = Array.from({ length: 20 }, () => codeOf(fill(greedy)));
  await until('cut', () => greedy.closed.aborted, LIMIT_MS);
  await Promise.all(filled);
  assert.not.ok(other.closed.aborted);
  assert.ok(await taken[0]!(), 'what the other one sent is there');
  mine.close('BUSY', '');
  await peers.end();
});

test('a byte that waits keeps no large piece of what came with it', async () => {
  const came: Buffer[] = [];
  const onOpen: Handlers['onOpen'] = async (stream) => {
    for (let next = await stream.take().catch(() => undefined); next; next = await stream.take().catch(() => undefined))
      came.push(next.payload);
  };
  const peers = await testPeers({ handlers: { ...ECHO, onOpen } });
  const connection = await peers.dial();
  const stream = connection.open([]);
  const large = connection.open([]);
  for (let i = 0; i < 20; i++) {
    await stream.send(Buffer.alloc(1, i));
    await large.send(Buffer.alloc(8000, i));
  }
  await until('all came', () => came.length === 40, LIMIT_MS);
  connection.close(1000, '');
  await peers.end();
  for (const frame of came)
    assert.ok(frame.buffer.byteLength <= 2 * frame.length, `${frame.buffer.byteLength} bytes kept`);
});

test.run();
