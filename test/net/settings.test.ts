import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../src/core/config.ts';
import { shownConfig } from '../../src/net/web/support.ts';
import { passwords } from './helpers.ts';
import { testNet } from './stubs.ts';
import { fakeControl, withNet } from './web-helpers.ts';

test('the configuration is shown without addresses, accounts and commands', () => {
  const config = Config.parse({
    unit: 'mine',
    compute: { upstream: 'http://token@10.0.0.9:8000', fillerCommand: { run: 'boinc --key SECRET', powerW: 200 } },
    net: { houseBroker: { url: 'mqtts://10.0.0.10:8883', username: 'SECRET', passwordFile: 'keys/SECRET' } },
    notify: {
      ntfy: 'https://ntfy.sh/SECRET',
      webhook: 'https://example.org/SECRET',
      email: { to: 'SECRET@example.org', host: 'mail.example.org' },
    },
  });
  const shown = JSON.stringify(shownConfig(config));
  for (const hidden of ['SECRET', '10.0.0', 'token@']) assert.not.match(shown, hidden);
  assert.match(shown, '"unit":"mine"');
  assert.match(shown, '"powerW":200');
});

test(
  'settings, test and bundle answer; no password of the unit is in the bundle',
  withNet(async (net) => {
    await fakeControl(net);
    const settings = (await (await fetch(`${net.url}/api/settings`)).json()) as Record<string, unknown>;
    assert.equal(settings.notify, []);
    assert.ok(settings.version);
    const bundle = await fetch(`${net.url}/api/support`);
    assert.match(bundle.headers.get('content-disposition')!, 'attachment');
    const text = await bundle.text();
    const parsed = JSON.parse(text);
    assert.is(parsed.state.control.board, 'sim');
    assert.ok(Array.isArray(parsed.events) && Array.isArray(parsed.history.rows));
    for (const password of Object.values(passwords)) assert.not.match(text, password);
    assert.is((await fetch(`${net.url}/api/notify/test`)).status, 405);
    const headers = { 'content-type': 'application/json' };
    const tested = await fetch(`${net.url}/api/notify/test`, { method: 'POST', headers, body: '{}' });
    assert.equal(await tested.json(), []);
  }),
);

test('canaries of every secret that a home holds are in no support bundle, and in no settings', async () => {
  const net = await testNet({
    rest: {
      notify: {
        ntfy: 'https://ntfy.example/canary-topic',
        webhook: 'https://hook.example/canary-hook?token=canary-token',
        email: {
          to: 'canary-to@example.org',
          host: 'mail.example.org',
          username: 'canary-mail',
          passwordFile: 'keys/canary',
        },
      },
      compute: {
        upstream: 'http://canary-key@10.9.8.7:8000',
        fillerCommand: { run: 'boinc --canary-run', powerW: 200 },
      },
    },
  });
  try {
    await fakeControl(net);
    mkdirSync(join(net.dir, 'keys'), { recursive: true });
    writeFileSync(join(net.dir, 'keys', 'smtp'), 'canary-of-a-key-file');
    const headers = { 'content-type': 'application/json' };
    const post = (path: string, body: object) =>
      fetch(`${net.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const { code } = (await (await post('/api/claim/new', { level: 'owner' })).json()) as { code: string };
    const { token } = (await (await post('/api/claim', { code })).json()) as { token: string };
    const unused = (await (await post('/api/claim/new', { level: 'owner' })).json()) as { code: string };
    await post('/v1/chat/completions', { model: 'auto', messages: [{ role: 'user', content: 'canary-prompt says' }] });
    const keys = readdirSync(net.dir, { recursive: true, encoding: 'utf8' }).filter((name) => /keys\//.test(name));
    const kept = keys.map((name) => readFileSync(join(net.dir, name), 'utf8').trim());
    const secrets = [code, token, unused.code, ...kept, ...Object.values(passwords)].filter((text) => text.length > 3);
    assert.ok(secrets.length >= 5 && kept.length > 0);
    for (const path of ['/api/support', '/api/settings', '/api/events', '/api/state']) {
      const text = await (await fetch(`${net.url}${path}`)).text();
      assert.not.match(text, /canary|10\.9\.8\.7/i, path);
      for (const secret of secrets) assert.not.ok(text.includes(secret), `${path} has ${secret}`);
    }
  } finally {
    await net.end();
  }
});

test.run();
