/** Bodies that come slowly, or never whole. */
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inFlight } from '../../src/net/in-flight.ts';
import { type BodyRefused, bodyRoom, readBody } from '../../src/net/web/body.ts';
import { computeProxy } from '../../src/net/web/proxy.ts';
import { PROMPT_MS, scratch, sleep, until } from './helpers.ts';
import { computeStub } from './stubs.ts';
import { type Net, withNet } from './web-helpers.ts';

const question = JSON.stringify({ model: 'faults', messages: [{ role: 'user', content: 'hello' }] });

/** A body that claims `length` bytes and of which `sent` are here. */
function half(port: number, length: number, sent: string): { socket: Socket; answer(): string } {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  let answer = '';
  socket.on('data', (bytes) => (answer += bytes));
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n${sent}`);
  return { socket, answer: () => answer };
}

const asks = async (net: Net) => {
  const fromMs = performance.now();
  const res = await fetch(`${net.url}/v1/chat/completions`, { method: 'POST', body: question });
  await res.text();
  return { status: res.status, ms: performance.now() - fromMs };
};

const incoming = () => Object.assign(new PassThrough(), { headers: {}, socket: {} });
const refusalOf = (read: Promise<Buffer>) => read.then(String, (error: BodyRefused) => error.status);

test('a body that breaks off is a fault of its sender, which no log need know', async () => {
  const req = incoming();
  const read = readBody(req as unknown as IncomingMessage, 100).catch((error) => error.code);
  req.write('half');
  req.destroy(new Error('aborted'));
  assert.is(await read, 'MESSAGE_INVALID');
});

test('a body that stands still or drips is given up; one that comes at a pace is waited for', async () => {
  const pace = { graceMs: 200, slowestBytesPerS: 1000 };
  const read = (req: PassThrough) => refusalOf(readBody(req as unknown as IncomingMessage, 10_000, { pace }));
  const [still, drips, comes] = [incoming(), incoming(), incoming()];
  const ends = Promise.all([read(still), read(drips), read(comes)]);
  still.write('half');
  for (let i = 0; i < 20; i++) {
    drips.write('x');
    comes.write('x'.repeat(500));
    await sleep(30);
  }
  comes.end();
  const [ofStill, ofDrips, ofComes] = await ends;
  assert.equal([ofStill, ofDrips], [408, 408]);
  assert.is(String(ofComes).length, 10_000);
});

test('bodies under way have so much room; of the address that fills it, who began first gives way', () => {
  const room = bodyRoom(100);
  const gone: string[] = [];
  const sends = (name: string, address: string) => {
    const place = room.enter(address, () => {
      gone.push(name);
      place.leave();
    });
    return place;
  };
  const [early, first, second] = [sends('early', 'b'), sends('first', 'a'), sends('second', 'a')];
  early.grow(20);
  first.grow(30);
  second.grow(50);
  assert.equal(gone, []);
  second.grow(1);
  assert.equal(gone, ['first'], 'not the earliest, whose address holds less');
  second.leave();
  second.leave();
  sends('third', 'c').grow(80);
  assert.equal(gone, ['first'], 'what has left takes no room, and leaves once');
});

test(
  'three hundred half questions keep nobody from a whole one',
  withNet(async (net) => {
    const halves = Array.from({ length: 300 }, () => half(net.port, 1000, '{"model":'));
    try {
      await until('all of them', () => halves.every(({ socket }) => !socket.connecting && socket.bytesWritten > 0));
      await sleep(200);
      for (let i = 0; i < 3; i++) {
        const { status, ms } = await asks(net);
        assert.is(status, 200);
        assert.ok(ms < PROMPT_MS, `${ms} ms`);
      }
      assert.ok(
        halves.every(({ answer }) => answer() === ''),
        'and are waited for meanwhile',
      );
    } finally {
      for (const { socket } of halves) socket.destroy();
    }
  }),
);

test(
  'large halves have 64 MiB together: the first of them give way, and a whole question is answered',
  withNet(async (net) => {
    const sent = 'x'.repeat(1_000_000);
    const halves = Array.from({ length: 80 }, () => half(net.port, 1_048_000, sent));
    const refused = () => halves.filter(({ answer }) => / 503 .*retry-after: /is.test(answer())).length;
    try {
      await until('room to be made', () => refused() >= 80 - 67, 10_000);
      assert.is((await asks(net)).status, 200);
      assert.ok(refused() <= 80 - 60, `${refused()} gave way`);
    } finally {
      for (const { socket } of halves) socket.destroy();
    }
  }),
);

test('questions of which half has come keep no place from a whole one', async () => {
  const { dir, remove } = scratch();
  const stub = await computeStub(join(dir, 'c.sock'));
  const proxy = computeProxy(join(dir, 'c.sock'), inFlight(1));
  const server = createServer((req, res) => proxy.forward(req, res, '/v1/chat/completions'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { socket } = half(port, question.length, question.slice(0, 9));
  await new Promise((resolve) => server.once('request', resolve));
  const whole = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: question });
  socket.destroy();
  proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await stub.close();
  remove();
  assert.is(whole.status, 200);
});

test(
  'who leaves while sending leaves nothing behind',
  withNet(async (net) => {
    for (let i = 0; i < 50; i++) {
      const { socket } = half(net.port, 1000, '{"model":');
      await until('the connection', () => !socket.connecting);
      socket.destroy();
    }
    assert.is((await asks(net)).status, 200);
    assert.is(net.compute.seen.length, 1);
  }),
);

test.run();
