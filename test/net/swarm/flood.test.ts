/** Floods of small frames from many address prefixes, and somebody honest beside them. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { endRaws } from '../../../src/app/bench/hostile/raw.ts';
import { SUBPROTOCOL } from '../../../src/contract/wire.ts';
import { freshIdentity } from '../../../src/net/swarm/identity.ts';
import { createLately } from '../../../src/net/swarm/lately.ts';
import { createBacklog } from '../../../src/net/swarm/wire/backlog.ts';
import { type Connection, runConnection } from '../../../src/net/swarm/wire/connection.ts';
import { SWARM_PATH } from '../../../src/net/swarm/wire/frames.ts';
import { dialHandshake } from '../../../src/net/swarm/wire/hello.ts';
import { createInflow } from '../../../src/net/swarm/wire/inflow.ts';
import { WIRE_LIMITS } from '../../../src/net/swarm/wire/limits.ts';
import { all, ECHO, testPeers } from './peers.ts';
import { stormDoor } from './storm.ts';

const PREFIXES = 50;
const FRAMES = 400;
const FIND = { type: 'find', topic: 'heating', limit: 1 } as const;

const dialFrom = (url: string, localAddress: string): Promise<Connection> =>
  runConnection({
    socket: new WebSocket(`${url}${SWARM_PATH}`, SUBPROTOCOL, { localAddress }),
    handshake: dialHandshake({ identity: freshIdentity(), roles: [], nonce: randomBytes(32) }),
    ...{ address: () => url, side: 'dialler', limits: WIRE_LIMITS, handlers: ECHO, backlog: createBacklog(1e9) },
  });

test('while fifty prefixes flood look-ups, those of another one and its question pass them all', async () => {
  let flooded = 0;
  const peers = await testPeers({
    limits: { frames: { perS: 200, burst: 200 } },
    handlers: {
      ...ECHO,
      onAsk({ id }, { address }) {
        if (address !== '127.1.0.1') flooded++;
        return { type: 'found', id, descriptors: [] };
      },
    },
  });
  const honest = await dialFrom(peers.url, '127.1.0.1');
  const flood = await Promise.all(Array.from({ length: PREFIXES }, (_, i) => dialFrom(peers.url, `127.2.${i}.1`)));
  const floods = flood.flatMap((one) => Array.from({ length: FRAMES }, () => one.ask(FIND).catch(() => {})));
  for (let i = 0; i < 2; i++) assert.is((await honest.ask(FIND)).type, 'found');
  const stream = honest.open([]);
  await stream.send(Buffer.from('a question'), true);
  assert.is((await all(stream.frames())).toString(), 'a question');
  // Some seconds' worth at most, on however slow a machine; without turns it is all of them.
  assert.ok(flooded < (PREFIXES * FRAMES) / 5, `${flooded} of ${PREFIXES * FRAMES} went before`);
  for (const one of [honest, ...flood]) one.close(1000, '');
  await Promise.all(floods);
  await peers.end();
});

test('while fifty prefixes storm the door with hellos, somebody of another one is let in at once', async () => {
  const storm = 500;
  const peers = await testPeers({ limits: { hellos: { perS: 40, burst: 10 } } });
  const port = Number(new URL(peers.url).port);
  const upgraded = await stormDoor(
    port,
    Array.from({ length: storm }, (_, i) => `127.2.${i % PREFIXES}.${1 + Math.floor(i / PREFIXES)}`),
  );
  const honest = await dialFrom(peers.url, '127.1.0.1');
  assert.is((await honest.ask(FIND)).type, 'found');
  // Without turns all of them come first.
  assert.ok(upgraded() < storm / 2, `${upgraded()} of ${storm} went before`);
  honest.close(1000, '');
  endRaws();
  await peers.end();
});

test('nothing is lost or out of order for who sends faster than its turns come', async () => {
  const peers = await testPeers({ limits: { frames: { perS: 400, burst: 1 } } });
  const connection = await dialFrom(peers.url, '127.3.0.1');
  const texts = await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      const stream = connection.open([]);
      for (const part of ['number ', String(i)]) await stream.send(Buffer.from(part), part !== 'number ');
      return (await all(stream.frames())).toString();
    }),
  );
  assert.equal(
    texts,
    Array.from({ length: 60 }, (_, i) => `number ${i}`),
  );
  connection.close(1000, '');
  await peers.end();
});

test('who sends faster than its own rate is cut', async () => {
  const peers = await testPeers({ limits: { control: { perS: 200, burst: 20 } } });
  const flood = await dialFrom(peers.url, '127.3.0.3');
  const ends = await Promise.allSettled(Array.from({ length: 200 }, () => flood.ask(FIND)));
  assert.ok(ends.some((end) => end.status === 'rejected') && flood.closed.aborted);
  await peers.end();
});

test('what was kept to the rate is not over it because it was read late and at once', async () => {
  let turn = () => {};
  const done: number[] = [];
  const inflow = createInflow({
    socket: { pause() {}, resume() {} },
    rate: { perS: 1000, burst: 5 },
    turns: {
      passes: () => false,
      pace: () => new Promise((resolve) => (turn = resolve)),
      waitMs: () => 0,
    },
    ...{ origin: '', closed: new AbortController().signal, holding: createBacklog(1e9).enter(() => {}) },
  });
  const push = (n: number) => inflow(50, true, () => done.push(n));
  push(0);
  await sleep(40);
  turn();
  await sleep(0);
  for (let n = 1; n < 40; n++) push(n);
  assert.throws(() => {
    for (let n = 0; n < 1000; n++) push(n);
  }, /over 1000 frames a second/);
  assert.equal(done, [0, 1]);
});

test('what an origin had is forgotten by halves, and of many origins the least is found', () => {
  let nowMs = 0;
  const lately = createLately(() => nowMs);
  lately.add('a', 100);
  nowMs = 10_000;
  lately.add('b', 60);
  assert.is(Math.round(lately.of('a')), 50);
  assert.is(lately.least(['b', 'a']), 'a');
  assert.is(lately.least(['b', 'a', 'c']), 'c');
  nowMs = 3600_000;
  lately.add('c', 1);
  assert.ok(lately.of('a') < 1e-6 && lately.of('c') === 1);
  assert.is(lately.least(['c', 'a']), 'a');
});

test.run();
