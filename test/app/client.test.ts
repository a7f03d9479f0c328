import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchState } from '../../src/app/client.ts';

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

test.run();
