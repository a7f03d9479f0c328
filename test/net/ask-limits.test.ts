import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '../../src/contract/wire.ts';
import { computeClient } from '../../src/net/ask/compute-client.ts';
import type { AskLimits } from '../../src/net/ask/limits.ts';
import { askServer } from '../../src/net/ask/server.ts';
import { inFlight } from '../../src/net/in-flight.ts';
import type { AskOthers } from '../../src/net/swarm/ask/for-unit.ts';
import { closed, log, scratch, sleep, until } from './helpers.ts';
import { computeStub } from './stubs.ts';

async function withLimits(
  limits: Partial<AskLimits>,
  body: (url: string, port: number, opened: () => number, connections: () => number) => Promise<void>,
  slots = 256,
) {
  const { dir, remove } = scratch();
  const socketPath = join(dir, 'c.sock');
  const stub = await computeStub(socketPath);
  const compute = computeClient(socketPath);
  const ask = askServer({ compute, slots: inFlight(slots), log, limits });
  const http = createServer().on('upgrade', ask.upgrade);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  const { port } = http.address() as AddressInfo;
  try {
    await body(`ws://127.0.0.1:${port}/ask`, port, () => stub.open(), ask.connections);
  } finally {
    ask.close();
    compute.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
    await stub.close();
    remove();
  }
}

const open = async (url: string) => {
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.on('error', () => {});
  const opened = await new Promise<boolean>((resolve) => {
    socket.once('open', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
  return opened ? socket : undefined;
};
const codeOf = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));
const ask = (content: string) => JSON.stringify({ type: 'ask', id: '1', messages: [{ role: 'user', content }] });

test('who asks nothing is sent away, before the first question and between two', () =>
  withLimits({ firstMessageMs: 100, idleMs: 150 }, async (url) => {
    const mute = (await open(url))!;
    assert.is(await codeOf(mute), 4000);
    const once = (await open(url))!;
    once.send(ask('hello'));
    const askedMs = performance.now();
    assert.is(await codeOf(once), 4000);
    assert.ok(performance.now() - askedMs >= 145);
  }));

test('who does not answer a ping is cut', () =>
  withLimits({ pingMs: 100 }, async (url, port) => {
    const dead = connect(port, '127.0.0.1');
    dead.on('error', () => {});
    dead.resume();
    dead.write(
      `GET /ask HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${SUBPROTOCOL}\r\n\r\n`,
    );
    const alive = (await open(url))!;
    await closed(dead);
    assert.is(alive.readyState, WebSocket.OPEN);
    alive.terminate();
  }));

test('who was forgotten may let the unit pay no longer, on a connection that stands either', async () => {
  const quoted: string[] = [];
  const swarm = {
    async quote({ id }: { id: string }) {
      quoted.push(id);
      return { offer: 'o', leastUc: 1, mostUc: 2, leftUc: 3, nodes: 1, validS: 600 };
    },
  } as unknown as AskOthers;
  let isKnown = true;
  const ask = askServer({ compute: {} as never, others: () => swarm, mayPay: () => isKnown, slots: inFlight(1), log });
  const http = createServer().on('upgrade', ask.upgrade);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', () => resolve()));
  const socket = (await open(`ws://127.0.0.1:${(http.address() as AddressInfo).port}/ask`))!;
  const quote = async (id: string) => {
    const reply = new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))));
    socket.send(JSON.stringify({ type: 'quote', id, messages: [{ role: 'user', content: 'hello' }] }));
    return (await reply) as { type: string; code?: string };
  };
  const before = await quote('1');
  isKnown = false;
  const after = await quote('2');
  ask.close();
  http.closeAllConnections();
  await new Promise((resolve) => http.close(resolve));
  assert.equal([before.type, after.code, quoted], ['offer', 'UNAUTHORISED', ['1']]);
});

test('connections are capped, and room comes back', () =>
  withLimits({ connections: 3 }, async (url) => {
    const three = await Promise.all([open(url), open(url), open(url)]);
    assert.ok(three.every(Boolean));
    assert.is(await open(url), undefined);
    three[0]!.terminate();
    await until('room', () => three[0]!.readyState === WebSocket.CLOSED);
    await sleep(20);
    const next = await open(url);
    assert.ok(next);
    for (const socket of [...three, next]) socket?.terminate();
  }));

test('a reader who stops is cut after its time, and compute is told', () =>
  withLimits({ unreadBytes: 10_000, stalledMs: 300 }, async (url, _port, underWay) => {
    const stopped = (await open(url))!;
    stopped.pause();
    stopped.send(ask('!big '.repeat(300).trim()));
    await until('question', () => underWay() === 1);
    await until('cut', () => underWay() === 0, 5000);
    stopped.terminate();
  }));

test('who asks on and on without reading the refusals is cut', () =>
  withLimits(
    { unreadBytes: 10_000, messages: { perS: 1e9, burst: 1e9 } },
    async (url, _port, _underWay, connections) => {
      const deaf = (await open(url))!;
      deaf.pause();
      const endMs = performance.now() + 15_000;
      // The kernel takes some megabytes of refusals before the unit has to keep any.
      while (connections() > 0 && performance.now() < endMs) {
        for (let i = 0; i < 500; i++) deaf.send(ask('hello'));
        await sleep(1);
      }
      assert.is(connections(), 0);
      deaf.terminate();
    },
    0,
  ));

test('questions do not stand for a pong', () =>
  withLimits({ pingMs: 100 }, async (url, _port, _underWay, connections) => {
    const talker = new WebSocket(url, SUBPROTOCOL, { autoPong: false });
    talker.on('error', () => {});
    await new Promise((resolve) => talker.once('open', resolve));
    const talk = setInterval(() => talker.send(ask('hello')), 60);
    await until('cut', () => connections() === 0, 2000).finally(() => clearInterval(talk));
    talker.terminate();
  }));

test('beyond the questions that compute may have at once, the answer is BUSY at once', () =>
  withLimits(
    {},
    async (url, _port, underWay) => {
      const first = (await open(url))!;
      first.send(ask(`!slow ${'word '.repeat(500)}`));
      await until('question', () => underWay() === 1);
      const second = (await open(url))!;
      const tookMs: number[] = [];
      for (let i = 0; i < 10; i++) {
        const askedMs = performance.now();
        const answer = new Promise<string>((resolve) => second.once('message', (data) => resolve(String(data))));
        second.send(ask('hello'));
        assert.is(JSON.parse(await answer).code, 'BUSY');
        tookMs.push(performance.now() - askedMs);
      }
      // The best of ten: the machine may be busy with other tests.
      assert.ok(Math.min(...tookMs) < 50, `${Math.min(...tookMs)} ms`);
      first.terminate();
      second.terminate();
    },
    1,
  ));

test.run();
