import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { follow } from '../../src/app/experts/follow.ts';

async function serving(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${port}`, end };
}

test('where an address leads on is no way into the own network, whoever was named first', async () => {
  let told = '';
  const seen: string[] = [];
  const shop = await serving((req, res) => {
    seen.push(req.url!);
    if (req.url === '/file') res.end('bytes');
    else res.writeHead(302, { location: told }).end();
  });
  let reached = 0;
  const secret = await serving((_req, res) => res.end(String(++reached)));
  const hosts: Record<string, string[]> = { 'own.example': ['203.0.113.4', '10.0.0.7'], 'no.example': [] };
  const hostOf = async (host: string) => hosts[host] ?? [host];
  const refused = async (to: string, why: RegExp) => {
    told = to;
    const error = await follow(`${shop.url}/begin`, {}, hostOf).catch((e) => e);
    assert.is(error.code, 'MODEL_INVALID', to);
    assert.match(error.message, why, to);
  };
  const ours = /own network/;
  await refused(`${secret.url}/admin`, ours);
  await refused('http://169.254.169.254/latest/meta-data', ours);
  await refused('http://192.168.1.1/', ours);
  await refused('http://[::1]/', ours);
  await refused('http://[::ffff:127.0.0.1]/', ours);
  await refused('https://own.example/file', ours);
  await refused('https://no.example/file', ours);
  await refused('file:///etc/passwd', /anybody on the way/);
  await refused('/again', /more than 5 times/);
  assert.is(reached, 0, 'nobody was asked');
  told = '/file';
  assert.is(
    await (await follow(`${shop.url}/begin`, {}, hostOf)).text(),
    'bytes',
    'on the machine that was named it may',
  );
  assert.is(await (await follow(`${secret.url}/`, {})).text(), '1', 'what the owner names may be anywhere');
  assert.ok(seen.includes('/file'));
  shop.end();
  secret.end();
});

test.run();
