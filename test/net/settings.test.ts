import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../src/core/config.ts';
import { shownConfig } from '../../src/net/web/support.ts';
import { passwords } from './helpers.ts';
import { fakeControl, withNet } from './web-helpers.ts';

test('the configuration is shown without addresses, accounts and commands', () => {
  const config = Config.parse({
    unit: 'mine',
    compute: { upstream: 'http://token@10.0.0.9:8000', fillerCommand: { run: 'boinc --key SECRET', watts: 200 } },
    net: { join: { url: 'mqtts://10.0.0.10:8883', username: 'SECRET', passwordFile: 'keys/SECRET' } },
    notify: {
      ntfy: 'https://ntfy.sh/SECRET',
      webhook: 'https://example.org/SECRET',
      email: { to: 'SECRET@example.org', host: 'mail.example.org' },
    },
  });
  const shown = JSON.stringify(shownConfig(config));
  for (const hidden of ['SECRET', '10.0.0', 'token@']) assert.not.match(shown, hidden);
  assert.match(shown, '"unit":"mine"');
  assert.match(shown, '"watts":200');
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

test.run();
