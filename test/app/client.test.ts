import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchState, setPoint } from '../../src/app/client.ts';

test('a unit of another version, still running after an update, is told as such', async () => {
  const server = createServer((_, response) => response.end('{"control": {"tick": 1}}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const refused = await fetchState(url).catch((error) => error);
  server.closeAllConnections();
  server.close();
  assert.is(refused.code, 'VERSION_MISMATCH');
  assert.match(refused.message, /^the unit at http:.* says control\.houseTimeMs in another way$/);
  assert.match(refused.remedy, /start the unit anew/);
});

test('what the unit refuses with is told, not taken for another version', async () => {
  const server = createServer((_, response) => {
    response.writeHead(429).end('{"error": {"code": "RATE_LIMITED", "message": "over 200 requests a second"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const refused = await fetchState(url).catch((error) => error);
  server.closeAllConnections();
  server.close();
  assert.is(refused.code, 'RATE_LIMITED');
  assert.is(refused.message, 'over 200 requests a second');
});

test('a unit that does not listen, as one that has just been started, is told without a stack', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  for (const asked of [fetchState(url), setPoint(url, 'roomSetC', 21)]) {
    const refused = await asked.catch((error) => error);
    assert.is(refused.code, 'NOT_RUNNING');
    assert.match(refused.message, `no answer at ${url}; if it has just been started, try again`);
  }
});

test.run();
