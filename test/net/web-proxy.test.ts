import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inFlight } from '../../src/net/in-flight.ts';
import { computeProxy } from '../../src/net/web/proxy.ts';
import { PROMPT_MS, scratch, sleep, until } from './helpers.ts';
import { bodyOf, rawGet, withNet } from './web-helpers.ts';

test(
  '/v1 is passed on with its stream; an abort reaches compute; only what is needed is passed',
  withNet(async (net) => {
    const ask = (content: string, signal?: AbortSignal) =>
      fetch(`${net.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer x', cookie: 'a=b' },
        body: JSON.stringify({ model: 'faults', stream: true, messages: [{ role: 'user', content }] }),
        signal,
      });
    const answer = await ask('hello there');
    assert.match(answer.headers.get('content-type')!, 'event-stream');
    assert.match(await answer.text(), /hello .*\[DONE\]/s);
    const { headers } = net.compute.seen[0]!;
    assert.equal([headers.authorization, headers.cookie], [undefined, undefined]);
    assert.is((await ask('!busy')).headers.get('retry-after'), '2');

    const abort = new AbortController();
    const slow = await ask(`!slow ${'word '.repeat(300)}`, abort.signal);
    const reader = slow.body!.getReader();
    await reader.read();
    abort.abort();
    await until('abort at compute', () => net.compute.aborted() === 1);

    const broken = await ask('one !cut two');
    const read = await broken.text().then(
      () => 'whole',
      () => 'broken',
    );
    assert.is(read, 'broken');
    for (const path of ['/v1/../health', '/v1/%2e%2e/x', '/v1/models?x=1/../..']) {
      await rawGet(net, path, { host: 'localhost' });
    }
    assert.ok(net.compute.seen.every((r) => /^\/v1\/[a-z/]+$/.test(r.path)));
  }),
);

test(
  'a body that is too large is refused with a word, whether its length was told or not, and the next question is answered',
  withNet(async (net) => {
    const post = (body: string | ReadableStream) =>
      fetch(`${net.url}/v1/chat/completions`, { method: 'POST', body, duplex: 'half' } as RequestInit);
    const question = JSON.stringify({ model: 'faults', messages: [{ role: 'user', content: 'hello' }] });
    const untold = () => new Blob(['x'.repeat(3_000_000)]).stream();
    for (const big of [() => 'x'.repeat(1_200_000), () => 'x'.repeat(9_000_000), untold]) {
      const refused = await post(big());
      assert.is(refused.status, 413);
      assert.match((await bodyOf(refused)).error.message, '1048576 bytes');
      assert.is((await post(question)).status, 200);
    }
    assert.is(net.compute.seen.length, 3, 'compute heard the questions only');
  }),
);

test(
  'health asks compute; without compute it says so',
  withNet(async (net) => {
    const health = await fetch(`${net.url}/health`);
    assert.equal([health.status, (await bodyOf(health)).tokens], [200, 1]);
    await net.compute.close();
    await sleep(1100);
    const fromMs = performance.now();
    const gone = await fetch(`${net.url}/health`);
    assert.equal([gone.status, (await bodyOf(gone)).error.code], [503, 'NOT_RUNNING']);
    const models = await fetch(`${net.url}/v1/models`);
    assert.is(models.status, 503);
    assert.ok(performance.now() - fromMs < PROMPT_MS);
  }),
);

test('however many look at health, and however often, compute is asked once at a time', async () => {
  const { dir, remove } = scratch();
  let asked = 0;
  const compute = createServer(async (_req, res) => {
    asked++;
    await sleep(1500);
    res.end('{"status":"ok"}');
  });
  await new Promise<void>((resolve) => compute.listen(join(dir, 'c.sock'), resolve));
  const proxy = computeProxy(join(dir, 'c.sock'), inFlight(1));
  const server = createServer((_req, res) => proxy.health(res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const looks = Array.from({ length: 14 }, async (_, i) => {
      await sleep(i * 100);
      return (await fetch(`http://127.0.0.1:${port}/`)).status;
    });
    assert.ok((await Promise.all(looks)).every((status) => status === 200));
    assert.is(asked, 1);
  } finally {
    proxy.close();
    for (const each of [server, compute]) {
      each.closeAllConnections();
      await new Promise((resolve) => each.close(resolve));
    }
    remove();
  }
});

test.run();
