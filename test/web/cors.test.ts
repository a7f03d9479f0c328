/** A page of another site in a real browser: what `net.origins` lets it do, and nothing else. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as assert from 'uvu/assert';
import { testNet } from '../net/stubs.ts';
import { chromiumSuite } from './browser.ts';

const { page, run } = chromiumSuite('pages of other sites in Chromium');

/** Asks as a chat page does: with a key, as JSON, and reads the stream; status and text, or `kept out`. */
async function ask([url, method]: [string, string]): Promise<{ said: string; id: string | null }> {
  const headers = { authorization: 'Bearer sk-any', 'content-type': 'application/json', 'x-stainless-os': 'MacOS' };
  const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello there' }] });
  try {
    const res = await fetch(url, method === 'POST' ? { method, headers, body } : { method, headers });
    return { said: `${res.status} ${await res.text()}`, id: res.headers.get('x-request-id') };
  } catch {
    return { said: 'kept out', id: null };
  }
}

page(
  'a site that is named asks the experts, sees no house, and one that is not named does neither',
  async (context) => {
    const site = createServer((_req, res) => res.setHeader('content-type', 'text/html').end('<title>chat</title>'));
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const { port } = site.address() as AddressInfo;
    const net = await testNet({ net: { origins: [`http://localhost:${port}`] } });
    const asks = async (from: string, method: string, path: string) => {
      const tab = await context.browser.newPage();
      try {
        await tab.goto(from);
        return await tab.evaluate(ask, [`${net.url}${path}`, method] as [string, string]);
      } finally {
        await tab.close();
      }
    };
    try {
      const [named, unnamed] = [`http://localhost:${port}/`, `http://127.0.0.1:${port}/`];
      const answer = await asks(named, 'POST', '/v1/chat/completions');
      assert.match(answer.said, /^200 .*there .*\[DONE\]/s);
      assert.match(String(answer.id), /^[0-9a-f-]{36}$/);
      assert.match((await asks(named, 'GET', '/api/tags')).said, /^200 /);
      for (const path of ['/api/state', '/health', '/metrics', '/'])
        assert.is((await asks(named, 'GET', path)).said, 'kept out', path);
      assert.is((await asks(named, 'POST', '/api/set')).said, 'kept out');
      const heard = net.compute.seen.length;
      assert.is((await asks(unnamed, 'POST', '/v1/chat/completions')).said, 'kept out');
      assert.is(net.compute.seen.length, heard, 'and compute hears nothing of it');
    } finally {
      site.closeAllConnections();
      site.close();
      await net.end();
    }
  },
);

run();
