/** Pages of other sites that the owner lets ask the experts (`net.origins`). */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../src/core/config.ts';
import { testNet } from './stubs.ts';
import { type Net, raw } from './web-helpers.ts';

const CHAT = 'https://chat.example.org';
const ADDON = 'chrome-extension://jfgfiigpkhlkbnfnbobbkinehhfdhndo';
const question = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] });

const withOrigins = (body: (net: Net) => Promise<void>, origins?: string[]) => async () => {
  const net = await testNet({ net: origins ? { origins } : {} });
  try {
    await body(net);
  } finally {
    await net.end();
  }
};
const preflight = (net: Net, path: string, origin: string, asks = 'authorization, content-type') =>
  raw(net, {
    method: 'OPTIONS',
    path,
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': asks },
  });

test(
  'by default no page of another site is answered, and the refusal names the setting',
  withOrigins(async (net) => {
    for (const asked of [
      await preflight(net, '/v1/models', CHAT),
      await raw(net, { path: '/v1/models', headers: { origin: CHAT } }),
    ]) {
      assert.is(asked.status, 403);
      assert.match(JSON.parse(asked.text).error.message, /`net\.origins`/);
      assert.is(asked.headers['access-control-allow-origin'], undefined);
    }
  }),
);

test(
  'a page that is let in asks first, then asks, and reads answer, refusal and id',
  withOrigins(
    async (net) => {
      for (const origin of [CHAT, ADDON]) {
        const may = await preflight(net, '/v1/chat/completions', origin, 'authorization,content-type,x-stainless-os');
        assert.equal([may.status, may.text], [204, '']);
        assert.is(may.headers['access-control-allow-origin'], origin);
        assert.match(String(may.headers['access-control-allow-methods']), /\bPOST\b/);
        assert.is(may.headers['access-control-allow-headers'], 'authorization,content-type,x-stainless-os');
        assert.ok(Number(may.headers['access-control-max-age']) > 0);
        assert.match(String(may.headers.vary), /Origin/);
        assert.is(may.headers['access-control-allow-credentials'], undefined);
        const headers = { origin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' };
        const asked = { method: 'POST', path: '/v1/chat/completions', headers };
        for (const [body, status] of [
          [question, 200],
          ['x'.repeat(1_100_000), 413],
        ] as const) {
          const answer = await raw(net, { ...asked, body });
          assert.equal([answer.status, answer.headers['access-control-allow-origin']], [status, origin]);
          assert.match(String(answer.headers['access-control-expose-headers']), 'x-request-id');
        }
        assert.is((await raw(net, { path: '/api/tags', headers })).status, 200);
      }
      assert.ok(net.compute.seen.every(({ method }) => method !== 'OPTIONS'));
    },
    [CHAT, ADDON],
  ),
);

test(
  'the house and what only its owner may do stay closed to it, other origins and other names of the unit everywhere',
  withOrigins(
    async (net) => {
      const own = [
        '/',
        '/health',
        '/metrics',
        '/api/state',
        '/api/set',
        '/api/pull',
        '/api/delete',
        '/api/session',
        '/api/experts',
      ];
      for (const path of [...own, '/api/claim/new', '/v1', '/assets/app-1234.js']) {
        for (const asked of [await preflight(net, path, CHAT), await raw(net, { path, headers: { origin: CHAT } })]) {
          assert.equal([asked.status, asked.headers['access-control-allow-origin']], [403, undefined], path);
        }
      }
      const others = [
        'https://chat.example.org.evil.example',
        'http://chat.example.org',
        `${CHAT}:8443`,
        `${CHAT}/`,
        'null',
        '*',
      ];
      for (const origin of others) {
        const refused = await preflight(net, '/v1/models', origin);
        assert.equal([refused.status, refused.headers['access-control-allow-origin']], [403, undefined], origin);
      }
      const elsewhere = await raw(net, { path: '/v1/models', headers: { origin: CHAT, host: 'evil.example' } });
      assert.is(elsewhere.status, 403);
      const silent = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
      assert.is((await raw(net, { path: '/v1/models', headers: silent })).status, 403, 'without an Origin');
      assert.is((await raw(net, { method: 'OPTIONS', path: '/v1/models' })).status, 405, 'no preflight');
    },
    [CHAT],
  ),
);

test(
  'names of headers are given back only as far as they are names, and few',
  withOrigins(
    async (net) => {
      for (const asks of ['x'.repeat(5000), 'a, b<c>', 'a;b', Array(50).fill('x-a').join(',')]) {
        const may = await preflight(net, '/v1/models', CHAT, asks);
        assert.equal([may.status, may.headers['access-control-allow-headers']], [204, undefined], asks.slice(0, 20));
      }
    },
    [CHAT],
  ),
);

test('an origin stands in config.yaml as browsers send it', () => {
  const takes = (origin: string) => Config.safeParse({ net: { origins: [origin] } }).success;
  for (const good of [CHAT, ADDON, 'http://localhost:3000', 'http://[::1]:3000']) assert.ok(takes(good), good);
  for (const bad of [
    '*',
    'null',
    `${CHAT}/`,
    `${CHAT}/chat`,
    'chat.example.org',
    'https://*.example.org',
    'https://CHAT.example.org',
    '',
  ])
    assert.not(takes(bad), bad);
});

test.run();
