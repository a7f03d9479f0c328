import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { topicPath } from '../../src/contract/topics.ts';
import { Config } from '../../src/core/config.ts';
import type { HeatmineError } from '../../src/core/errors.ts';
import { startNet } from '../../src/net/net.ts';
import { fromThisMachine, hostGuard } from '../../src/net/web/guard.ts';
import { log, PROMPT_MS, passwords, sleep, UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { testNet } from './stubs.ts';

type Net = Awaited<ReturnType<typeof testNet>>;
const withNet =
  (body: (net: Net) => Promise<void>, built = true) =>
  async () => {
    const net = await testNet({ built });
    try {
      await body(net);
    } finally {
      await net.end();
    }
  };

/** A control that takes commands and echoes its state, as the real one does; `refuses` keeps the old value. */
async function fakeControl(net: Net, { refuses = false } = {}) {
  const client = await net.broker.client('control');
  const state = structuredClone(SAMPLES.controlState);
  const commands: { name: string; value: unknown; by: string }[] = [];
  const publish = () =>
    client.publishAsync(topicPath(UNIT, 'controlState'), JSON.stringify(state), { retain: true, qos: 1 });
  client.on('message', (_topic, payload) => {
    const command = JSON.parse(`${payload}`);
    commands.push(command);
    if (!refuses) Object.assign(state.setPoints, { [command.name]: command.value });
    void publish();
  });
  await client.subscribeAsync(topicPath(UNIT, 'set'));
  await publish();
  for (let i = 0; i < 500; i++) {
    if ((await bodyOf(await fetch(`${net.url}/api/state`))).control) break;
    await sleep(10);
  }
  return { state, commands, publish };
}

/** What the answers looked at here have in common. */
interface Body {
  control: { board: string } | null;
  plant: { modelled: boolean } | null;
  market: unknown;
  setPoints: Record<string, unknown>;
  tokens: number;
  error: { code: string; message: string; remedy: string };
}
const bodyOf = async (res: Response) => (await res.json()) as Body;

const post = (net: Net, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${net.url}/api/set`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** fetch refuses to forge Host, so by hand. */
const rawGet = (net: Net, path: string, headers: Record<string, string>) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port: net.port, path, headers }, async (res) => {
      let text = '';
      for await (const chunk of res) text += chunk;
      resolve({ status: res.statusCode!, text });
    });
    req.on('error', reject).end();
  });

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
    assert.is(await status({ host: `127.0.0.1:${net.port}`, origin: `http://127.0.0.1:${net.port}` }), 200);
  }),
);

test('until there is a login, set-points change from this machine only', () => {
  const from = (remoteAddress: string) => fromThisMachine({ socket: { remoteAddress } } as IncomingMessage);
  for (const own of ['127.0.0.1', '127.8.0.1', '::1', '::ffff:127.0.0.1']) assert.is(from(own), true, own);
  for (const other of ['192.168.1.7', '::ffff:10.0.0.2', '2001:db8::1', '128.0.0.1', ''])
    assert.is(from(other), false, other);
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
  'state: null before control speaks, then the latest of each; market while its lease lives',
  withNet(async (net) => {
    const before = await bodyOf(await fetch(`${net.url}/api/state`));
    assert.equal(before, { control: null, compute: null, plant: null, market: null });
    await fakeControl(net);
    const plant = await net.broker.client('plant');
    await plant.publishAsync(topicPath(UNIT, 'market'), JSON.stringify({ ...SAMPLES.market, ttlMs: 300 }));
    await plant.publishAsync(topicPath(UNIT, 'plantTruth'), JSON.stringify(SAMPLES.plantTruth), { retain: true });
    await sleep(100);
    const state = await bodyOf(await fetch(`${net.url}/api/state`));
    assert.is(state.control?.board, 'sim');
    assert.is(state.plant?.modelled, true);
    assert.equal(state.market, SAMPLES.market.value);
    await sleep(300);
    assert.is((await bodyOf(await fetch(`${net.url}/api/state`))).market, null);
  }),
);

test(
  'set: waits for the echo and answers with what is in force',
  withNet(async (net) => {
    const { commands } = await fakeControl(net);
    const answer = await post(net, { name: 'roomSetC', value: 22.5 });
    assert.is(answer.status, 200);
    assert.is((await bodyOf(answer)).setPoints.roomSetC, 22.5);
    assert.equal(commands, [{ name: 'roomSetC', value: 22.5, by: 'page' }]);
  }),
);

test(
  'set: each refusal has its status, code and reason, and nothing is sent',
  withNet(async (net) => {
    const { commands } = await fakeControl(net);
    const cases: [unknown, number, string, RegExp][] = [
      [{ name: 'roomSetC', value: 99 }, 400, 'VALUE_RANGE', /roomSetC.*30/],
      [{ name: 'roomSetC', value: 'warm' }, 400, 'VALUE_RANGE', /roomSetC/],
      [{ name: 'mode', value: 'turbo' }, 400, 'VALUE_RANGE', /mode/],
      [{ name: 'fuse', value: 1 }, 400, 'MESSAGE_INVALID', /name/],
      [{ name: 'mode', value: 'off', extra: 1 }, 400, 'MESSAGE_INVALID', /extra/],
      ['not json', 400, 'MESSAGE_INVALID', /JSON/],
      [`"${'x'.repeat(5000)}"`, 400, 'MESSAGE_INVALID', /4096/],
    ];
    for (const [body, status, code, text] of cases) {
      const fromMs = performance.now();
      const answer = await post(net, body);
      const { error } = await bodyOf(answer);
      assert.equal([answer.status, error.code], [status, code], JSON.stringify(body).slice(0, 60));
      assert.match(error.message, text);
      assert.ok(error.remedy);
      assert.ok(performance.now() - fromMs < PROMPT_MS);
    }
    assert.is((await post(net, { name: 'mode', value: 'off' }, { 'content-type': 'text/plain' })).status, 415);
    assert.is((await post(net, { name: 'mode', value: 'off' }, { origin: 'http://evil.example' })).status, 403);
    assert.is((await fetch(`${net.url}/api/set`)).status, 405);
    assert.equal(commands, []);
  }),
);

test(
  'set: control keeps its value -> 409 with it; no control -> 503',
  withNet(async (net) => {
    assert.is((await post(net, { name: 'mode', value: 'off' })).status, 503);
    await fakeControl(net, { refuses: true });
    const fromMs = performance.now();
    const answer = await post(net, { name: 'mode', value: 'cooling' });
    assert.is(answer.status, 409);
    const { error, setPoints } = await bodyOf(answer);
    assert.match(error.message, 'kept mode at heating');
    assert.is(setPoints.mode, 'heating');
    assert.ok(performance.now() - fromMs < 2000 + PROMPT_MS);
  }),
);

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
    const big = await fetch(`${net.url}/v1/embeddings`, { method: 'POST', body: 'x'.repeat(1_200_000) }).then(
      (res) => res.status,
      () => 413,
    );
    assert.is(big, 413);
    for (const path of ['/v1/../health', '/v1/%2e%2e/x', '/v1/models?x=1/../..']) {
      await rawGet(net, path, { host: 'localhost' });
    }
    assert.ok(net.compute.seen.every((r) => /^\/v1\/[a-z/]+$/.test(r.path)));
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

test(
  'live: a snapshot at once and then every second; a page that talks is closed',
  withNet(async (net) => {
    await fakeControl(net);
    const page = new WebSocket(`${net.ws}/live`);
    const seen: { type: string; control: { board: string } }[] = [];
    page.on('message', (data) => seen.push(JSON.parse(String(data))));
    await until('snapshots', () => seen.length >= 2, 1000 + PROMPT_MS);
    assert.equal([seen[1]!.type, seen[1]!.control.board], ['snapshot', 'sim']);
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
