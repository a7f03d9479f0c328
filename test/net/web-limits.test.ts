import { createServer } from 'node:http';
import { type AddressInfo, connect, type Server } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { hostGuard } from '../../src/net/web/guard.ts';
import { refuseUpgrade } from '../../src/net/web/server.ts';
import { until } from './helpers.ts';

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
    refusal({ headers: { host: 'localhost:8700', 'sec-fetch-site': site, 'sec-fetch-mode': mode } } as never);
  assert.is(from('cross-site', 'no-cors'), 'another site asks');
  assert.is(from('same-site', 'no-cors'), 'another site asks');
  assert.is(from('cross-site', 'navigate'), undefined);
  assert.is(from('same-origin', 'cors'), undefined);
  assert.is(from('none', 'navigate'), undefined);
  assert.is(refusal({ headers: { host: 'localhost:8700' } } as never), undefined);
});

test.run();
