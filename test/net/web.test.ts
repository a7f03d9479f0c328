import { rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { type Delta, type LiveMessage, laidOn, RESYNC } from '../../src/contract/delta.ts';
import type { LedgerState } from '../../src/contract/ledger.ts';
import type { Snapshot } from '../../src/contract/snapshot.ts';
import { topicPath } from '../../src/contract/topics.ts';
import { Config } from '../../src/core/config.ts';
import type { HeatmineError } from '../../src/core/errors.ts';
import { startNet } from '../../src/net/net.ts';
import { fromThisMachine, hostGuard } from '../../src/net/web/guard.ts';
import { log, PROMPT_MS, passwords, sleep, UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { type Body, bodyOf, fakeControl, rawGet, withNet } from './web-helpers.ts';

test(
  'the page: served with its headers, nothing else from the disk',
  withNet(async (net) => {
    const page = await fetch(`${net.url}/`);
    assert.is(page.status, 200);
    assert.match(page.headers.get('content-type')!, 'text/html');
    assert.match(page.headers.get('content-security-policy')!, "default-src 'none'");
    assert.is(page.headers.get('x-content-type-options'), 'nosniff');
    assert.match(await page.text(), 'HeatMine');
    const asset = await fetch(`${net.url}/assets/app-1234.js`);
    assert.match(asset.headers.get('cache-control')!, 'immutable');
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/assets/../../secret.txt',
      '/assets',
      '/none',
      '//x/y',
    ]) {
      const { status, text } = await rawGet(net, path, { host: 'localhost' });
      assert.is(status, 404, path);
      assert.not.match(text, 'secret');
    }
    // Another version is built beside the unit that runs: an open page still finds its parts, and is no blank one when loaded anew.
    rmSync(join(net.dir, 'dist'), { recursive: true });
    for (const path of ['/', '/assets/app-1234.js']) assert.is((await fetch(`${net.url}${path}`)).status, 200, path);
  }),
);

test(
  'without a built page: a plain message says what to do',
  withNet(async (net) => {
    const page = await fetch(`${net.url}/`);
    assert.is(page.status, 503);
    assert.match(await page.text(), 'npm ci');
  }, false),
);

test(
  'Host and Origin are checked',
  withNet(async (net) => {
    const status = async (headers: Record<string, string>) => (await rawGet(net, '/api/state', headers)).status;
    assert.is(await status({ host: `localhost:${net.port}` }), 200);
    assert.is(await status({ host: `[::1]:${net.port}` }), 200);
    assert.is(await status({ host: 'evil.example' }), 403);
    assert.is(await status({ host: '192.168.1.7' }), 403);
    assert.is(await status({ host: `127.0.0.1:${net.port}`, origin: 'http://evil.example' }), 403);
    assert.is(await status({ host: `127.0.0.1:${net.port}`, origin: 'null' }), 403);
    const foreign = await fetch(`${net.url}/v1/models`, { headers: { origin: 'http://evil.example' } });
    const { error } = (await foreign.json()) as { error: { message: string; remedy: string } };
    assert.match(error.message, /`net\.origins` in config\.yaml/);
    assert.match(error.remedy, /such as `net: \{ origins: \[http/);
    assert.is(await status({ host: `127.0.0.1:${net.port}`, origin: `http://127.0.0.1:${net.port}` }), 200);
  }),
);

test(
  'Host and Origin are checked on every path, whatever it answers',
  withNet(async (net) => {
    const host = `127.0.0.1:${net.port}`;
    const foreign: Record<string, string>[] = [
      { host: 'evil.example' },
      { host, origin: 'http://evil.example' },
      { host, origin: 'null' },
    ];
    const paths = ['/', '/index.html', '/assets/none.js', '/nothing', '/health', '/metrics', '/live', '/ask'];
    const api = ['session', 'claim', 'claim/new', 'claim/forget', 'state', 'history', 'why', 'events', 'experts'];
    const deeds = ['set', 'override', 'acknowledge', 'hand', 'backup', 'restore', 'notify/test', 'settings', 'support'];
    const models = ['experts/load', 'experts/pull', 'tags', 'chat', 'generate', 'show', 'version'];
    paths.push(...[...api, ...deeds, ...models].map((name) => `/api/${name}`), '/v1/models', '/v1/chat/completions');
    for (const path of paths) {
      for (const headers of foreign)
        assert.is((await rawGet(net, path, headers)).status, 403, `${path} ${JSON.stringify(headers)}`);
    }
  }),
);

test('who counts as this machine', () => {
  const from = (remoteAddress: string, headers = {}) =>
    fromThisMachine({ socket: { remoteAddress }, headers } as IncomingMessage);
  for (const own of ['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1']) assert.is(from(own), true, own);
  for (const other of ['192.168.1.7', '::ffff:10.0.0.2', '2001:db8::1', '128.0.0.1', ''])
    assert.is(from(other), false, other);
  assert.is(from('127.0.0.1', { 'x-forwarded-for': '192.168.1.7' }), false);
  assert.is(from('127.0.0.1', { forwarded: 'for=192.168.1.7' }), false);
});

test('on the LAN: addresses and the own name, still no other name', () => {
  const { refusal } = hostGuard('0.0.0.0');
  const ask = (host: string) => refusal({ headers: { host } } as never);
  assert.is(ask('192.168.1.7:8700'), undefined);
  assert.is(ask('[fe80::1]:8700'), undefined);
  assert.ok(ask('evil.example'));
  assert.ok(ask('192.168.1.7.evil.example'));
  assert.ok(ask(''));
});

test(
  'state: null before control speaks, then the latest of each',
  withNet(async (net) => {
    const before = await bodyOf(await fetch(`${net.url}/api/state`));
    const { ledger, ...heard } = before as Body & { ledger: LedgerState };
    assert.equal(heard, {
      control: null,
      compute: null,
      plant: null,
      prices: null,
      today: null,
      timeZone: 'Europe/Berlin',
    });
    assert.equal([ledger.earnedCredits, ledger.answersToday, ledger.offer], [0, 0, null]);
    await fakeControl(net);
    const plant = await net.broker.client('plant');
    // Events are waited for, with no pause that a busy machine could outlast.
    const stateWith = async (what: string, shows: (state: Body) => boolean) => {
      for (let tries = 0; tries < 500; tries++) {
        const state = await bodyOf(await fetch(`${net.url}/api/state`));
        if (shows(state)) return state;
        await sleep(20);
      }
      throw new Error(`never seen: ${what}`);
    };
    await plant.publishAsync(topicPath(UNIT, 'plantTruth'), JSON.stringify(SAMPLES.plantTruth), { retain: true });
    const control = await net.broker.client('control');
    await control.publishAsync(topicPath(UNIT, 'pricesAhead'), JSON.stringify(SAMPLES.pricesAhead), { retain: true });
    const state = await stateWith('all of them', ({ plant, prices }) => plant !== null && prices !== null);
    assert.is(state.control?.board, 'sim');
    assert.is(state.plant?.modelled, true);
    assert.equal(state.prices, SAMPLES.pricesAhead);
    assert.is(state.control?.price?.priceEurPerKwh, SAMPLES.controlState.price!.priceEurPerKwh);
  }),
);

test(
  'live: the whole at once, then every second what has changed, numbered; the whole again on request, and no other talk',
  withNet(async (net) => {
    const control = await fakeControl(net);
    const page = new WebSocket(`${net.ws}/live`);
    const seen: LiveMessage<Snapshot>[] = [];
    page.on('message', (data) => seen.push(JSON.parse(String(data))));
    await until('a delta', () => seen.length >= 2, 1000 + PROMPT_MS);
    const [first, second] = seen;
    assert.ok(first?.type === 'snapshot' && first.control?.board === 'sim');
    assert.ok(second?.type === 'delta' && second.seq === first.seq + 1);
    assert.not.match(JSON.stringify(second), 'board');
    control.state.tick = 4711;
    await control.publish();
    await until('the change', () => JSON.stringify(seen.at(-1)).includes('4711'), 1000 + PROMPT_MS);
    page.send(RESYNC);
    const whole = () => seen.find((message) => message.type === 'snapshot' && message !== first);
    await until('the whole again', () => whole() !== undefined);
    const { type: _, seq, ...state } = first;
    const deltas = seen.filter((message) => message.type === 'delta' && message.seq <= whole()!.seq);
    assert.equal(
      deltas.reduce((so: object, delta) => laidOn(so, delta as Delta), state),
      (({ type: _type, seq: _seq, ...rest }) => rest)(whole()!),
    );
    page.send('hello');
    assert.is(await new Promise((resolve) => page.once('close', resolve)), 1008);
  }),
);

test(
  'garbage, a slow header and a flood are refused; others go on',
  withNet(async (net) => {
    const socket = connect(net.port, '127.0.0.1');
    let answer = '';
    socket.on('error', () => {});
    socket.on('data', (d) => (answer += d));
    socket.write('\x16\x03\x01 nonsense\r\n\r\n');
    await until('400', () => answer.startsWith('HTTP/1.1 400'));
    // One write, so that a busy machine cannot stretch it: 3,000 requests would need 13 s at the rate allowed.
    const flood = connect(net.port, '127.0.0.1');
    let answers = '';
    flood.on('error', () => {});
    flood.on('data', (d) => (answers += d.toString('latin1')));
    flood.write('GET /api/state HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3000));
    await until('refusals', () => answers.includes('HTTP/1.1 429'), 10_000);
    assert.match(answers, 'HTTP/1.1 200');
    assert.match(answers, 'RATE_LIMITED');
    flood.destroy();
    await sleep(1000);
    const fromMs = performance.now();
    assert.is((await fetch(`${net.url}/api/state`)).status, 200);
    assert.ok(performance.now() - fromMs < PROMPT_MS);
    socket.destroy();
  }),
);

test(
  'a port in use is one clear error and leaves nothing open',
  withNet(async (net) => {
    const config = { ...Config.parse({ unit: UNIT }), portBase: net.port };
    const sockets = { broker: net.broker.unixPath, compute: '/nonexistent' };
    const options = {
      config,
      home: net.dir,
      sockets,
      password: passwords.net!,
      stateDir: `${net.dir}`,
      distDir: net.dir,
      log,
    };
    const error = (await startNet(options).catch((e) => e)) as HeatmineError;
    assert.is(error.code, 'PORT_IN_USE');
    assert.match(error.message, String(net.port));
    assert.match(error.remedy, '--port-base');
  }),
);

test.run();
test.run();
