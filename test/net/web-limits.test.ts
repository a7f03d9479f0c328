import { createServer } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { hostGuard } from '../../src/net/web/guard.ts';
import { liveServer } from '../../src/net/web/live.ts';
import { refuseUpgrade } from '../../src/net/web/refuse-socket.ts';
import { log, until } from './helpers.ts';

async function serving(server: Server & { closeAllConnections(): void }, body: (port: number) => Promise<void>) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  try {
    await body((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('a refused upgrade is told why, and its socket goes although the other side never ends', () => {
  const server = createServer().on('upgrade', (_req, socket) => refuseUpgrade(socket, 503, 'too many'));
  return serving(server, async (port) => {
    const peer = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let answer = '';
    peer.on('error', () => {});
    peer.on('data', (d) => (answer += d));
    let isGone = false;
    server.once('connection', (socket) => socket.once('close', () => (isGone = true)));
    peer.write('GET /live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    try {
      await until('the socket to go', () => isGone);
      assert.match(answer, /^HTTP\/1.1 503 .*too many$/s);
    } finally {
      peer.destroy();
    }
  });
});

test('a request that another site makes without an Origin is refused; a link to the page is not', () => {
  const { refusal } = hostGuard('127.0.0.1');
  const from = (site: string, mode: string) =>
    refusal({ headers: { host: 'localhost:8700', 'sec-fetch-site': site, 'sec-fetch-mode': mode } } as never)?.message;
  assert.is(from('cross-site', 'no-cors'), 'another site asks');
  assert.is(from('same-site', 'no-cors'), 'another site asks');
  assert.is(from('cross-site', 'navigate'), undefined);
  assert.is(from('same-origin', 'cors'), undefined);
  assert.is(from('none', 'navigate'), undefined);
  assert.is(refusal({ headers: { host: 'localhost:8700' } } as never), undefined);
});

test('live: eight pages of one other address, and room comes back; our own machine may open more', async () => {
  const live = liveServer({ snapshot: () => ({}) } as never, log);
  let from = '192.0.2.1';
  const server = createServer().on('upgrade', (req, socket, head) => {
    Object.defineProperty(req.socket, 'remoteAddress', { value: from });
    live.upgrade(req, socket, head);
  });
  await serving(server, async (port) => {
    const open = async () => {
      const page = new WebSocket(`ws://127.0.0.1:${port}/live`);
      page.on('error', () => {});
      return new Promise<WebSocket | undefined>((resolve) => {
        page.once('open', () => resolve(page));
        page.once('close', () => resolve(undefined));
      });
    };
    const eight = await Promise.all(Array.from({ length: 8 }, open));
    assert.ok(eight.every(Boolean));
    assert.is(await open(), undefined);
    from = '127.0.0.1';
    const own = await Promise.all(Array.from({ length: 9 }, open));
    assert.ok(own.every(Boolean));
    from = '192.0.2.1';
    eight[0]!.terminate();
    let again: WebSocket | undefined;
    for (let i = 0; i < 100 && !again; i++) again = await open();
    assert.ok(again);
    live.close();
  });
});

test.run();
