import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../src/core/config.ts';
import { openNotifyBook } from '../../src/net/notify-targets.ts';
import { log, scratch } from './helpers.ts';
import { testNet } from './stubs.ts';
import { bodyOf, type Net } from './web-helpers.ts';

const inFile = Config.parse({ notify: { webhook: 'https://example.org/file' } }).notify;
const mail = { to: 'me@example.org', host: 'mail.example.org', port: 587, username: 'u', password: 'canary-password' };

test('what was set on the page wins, survives a restart, is for its owner alone, and goes again', () => {
  const { dir, remove } = scratch();
  const file = join(dir, 'keys', 'notify.json');
  try {
    // As a cut write under another mask may have left it.
    mkdirSync(join(dir, 'keys'));
    writeFileSync(`${file}.new`, 'half');
    chmodSync(`${file}.new`, 0o644);
    openNotifyBook(dir, inFile, log).change({ webhook: 'https://example.org/page', email: mail });
    assert.is(statSync(file).mode & 0o777, 0o600);
    const book = openNotifyBook(dir, inFile, log);
    assert.equal(book.now(), { webhook: 'https://example.org/page', email: mail });
    assert.equal(book.byPage(), ['email', 'webhook']);
    book.change({ webhook: null });
    assert.equal(openNotifyBook(dir, inFile, log).now(), { webhook: 'https://example.org/file', email: mail });
    writeFileSync(file, '{"email":');
    assert.equal(openNotifyBook(dir, inFile, log).now(), inFile);
  } finally {
    remove();
  }
});

const post = (net: Net, path: string, body: object) =>
  fetch(`${net.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('set over HTTP it is used at once, and neither address nor password comes back', async () => {
  const net = await testNet();
  let posts = 0;
  const server = createServer((_req, res) => {
    posts++;
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const webhook = `http://127.0.0.1:${(server.address() as AddressInfo).port}/canary-hook`;
    const answer = await post(net, '/api/notify', { webhook, email: mail });
    const said = (await answer.json()) as { notify: string[]; notifyByPage: string[] };
    assert.equal(
      [said.notify, said.notifyByPage],
      [
        ['email', 'webhook'],
        ['email', 'webhook'],
      ],
    );
    assert.not.match(JSON.stringify(said), 'canary');
    await post(net, '/api/notify', { email: null });
    assert.equal(await (await post(net, '/api/notify/test', {})).json(), [
      { target: 'webhook', ok: true, detail: 'delivered' },
    ]);
    assert.is(posts, 1);
    for (const path of ['/api/settings', '/api/support'])
      assert.not.match(await (await fetch(`${net.url}${path}`)).text(), 'canary');
    // An address that leads back here is not taken for this machine: no loop, no installer.
    await post(net, '/api/notify', { webhook: `${net.url}/api/claim/forget` });
    assert.equal(await (await post(net, '/api/notify/test', {})).json(), [
      { target: 'webhook', ok: false, detail: 'answered 403' },
    ]);
  } finally {
    server.closeAllConnections();
    server.close();
    await net.end();
  }
});

test('what would not work, or would read files, is refused with the reason, and nothing is kept', async () => {
  const net = await testNet();
  const refused: [object, RegExp][] = [
    [{ ntfy: 'https://ntfy.sh/' }, /^ntfy: ends in the topic/],
    [{ ntfy: 'ftp://ntfy.sh/x' }, /^ntfy: /],
    [{ webhook: 'https://me:canary@example.org/' }, /^webhook: without user and password$/],
    [{ email: { ...mail, to: 'nobody' } }, /^email\.to: /],
    [{ email: { ...mail, host: 'https://mail.example.org' } }, /^email\.host: the name of a server/],
    [{ email: { ...mail, password: undefined } }, /^email\.password: user and password belong together/],
    [{ email: { ...mail, passwordFile: '/etc/shadow' } }, /passwordFile/],
    [{ sms: '1' }, /sms/],
  ];
  try {
    for (const [body, why] of refused) {
      const answer = await post(net, '/api/notify', body);
      assert.is(answer.status, 400, JSON.stringify(body));
      const { message } = (await bodyOf(answer)).error;
      assert.match(message, why);
      assert.not.match(message, 'canary');
    }
    assert.not.ok(existsSync(join(net.dir, 'keys', 'notify.json')));
    // Where the disk takes nothing, what stood before stands still.
    await post(net, '/api/notify', { ntfy: 'https://ntfy.sh/topic' });
    mkdirSync(join(net.dir, 'keys', 'notify.json.new'));
    const full = await bodyOf(await post(net, '/api/notify', { ntfy: null }));
    assert.is(full.error.code, 'CONFIG_INVALID');
    assert.match(readFileSync(join(net.dir, 'keys', 'notify.json'), 'utf8'), 'topic');
  } finally {
    await net.end();
  }
});

test.run();
