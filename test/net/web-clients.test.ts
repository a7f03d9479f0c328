/** What clients of OpenAI and Ollama, proxies and probes expect of the door itself, whatever compute says. */
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from './helpers.ts';
import { type Asked, type Net, raw, withNet } from './web-helpers.ts';

const UUID = /^[0-9a-f-]{36}$/;
const host = 'localhost';
const BIG = 'x'.repeat(1_100_000);

/** Each refusal of the door: what was asked, the status, and where OpenAI's code stands. */
const REFUSALS: [string, Asked, number][] = [
  ['too large', { method: 'POST', path: '/v1/chat/completions', body: BIG }, 413],
  ['too large, Ollama', { method: 'POST', path: '/api/chat', body: BIG }, 413],
  [
    'too large, own',
    { method: 'POST', path: '/api/set', body: BIG, headers: { 'content-type': 'application/json' } },
    413,
  ],
  ['compressed', { method: 'POST', path: '/v1/embeddings', body: 'x', headers: { 'content-encoding': 'gzip' } }, 415],
  ['method', { method: 'DELETE', path: '/v1/models/faults' }, 405],
  ['method, Ollama', { method: 'PUT', path: '/api/tags' }, 405],
  ['path', { path: '/v1/%20' }, 404],
  ['page', { path: '/nothing' }, 404],
  ['Host', { path: '/v1/models', headers: { host: 'evil.example' } }, 403],
  ['Origin', { path: '/api/tags', headers: { host, origin: 'http://evil.example' } }, 403],
  ['form', { method: 'POST', path: '/api/set', body: 'a=b' }, 415],
  ['expectation', { path: '/v1/models', headers: { host, expect: 'a-miracle' } }, 417],
];

const formOf = (path: string) => {
  if (path === '/nothing') return 'page';
  return path.startsWith('/v1') ? 'openai' : /chat|tags/.test(path) ? 'ollama' : 'own';
};

function isShaped(asked: Asked, text: string): void {
  const form = formOf(asked.path);
  const error = form === 'page' ? text : JSON.parse(text).error;
  if (form === 'page') assert.is(error, 'not found\n');
  else if (form === 'ollama') assert.type(error, 'string');
  else {
    assert.equal(Object.keys(error).sort(), ['code', 'message', 'param', 'remedy', 'type'], asked.path);
    assert.match(String(error.code), form === 'own' ? /^[A-Z_]+$/ : /^(null|[a-z_]+)$/);
  }
}

test(
  'every refusal has an id and the shape of its API; a connection is of use after it',
  withNet(async (net) => {
    for (const [what, asked, status] of REFUSALS) {
      const refused = await raw(net, asked);
      assert.is(refused.status, status, what);
      assert.match(String(refused.headers['x-request-id']), UUID, what);
      isShaped(asked, refused.text);
      assert.is((await raw(net, { path: '/v1/models' })).status, 200, what);
    }
  }),
);

test(
  "an asker's id is kept where it is short and printable, and reaches compute",
  withNet(async (net) => {
    const idOf = async (path: string, id: string) =>
      String((await raw(net, { path, headers: { host, 'x-request-id': id } })).headers['x-request-id']);
    for (const path of ['/v1/models', '/health', '/metrics', '/', '/api/state', '/v1/%20']) {
      assert.is(await idOf(path, 'mine-1'), 'mine-1', path);
      for (const bad of ['a b', 'x'.repeat(65), 'a\tset-cookie: b', '<b>', 'ü'])
        assert.match(await idOf(path, Buffer.from(bad).toString('latin1')), UUID, bad);
    }
    const models = net.compute.seen.filter(({ path }) => path === '/v1/models').map((r) => r.headers['x-request-id']);
    assert.is(models[0], 'mine-1');
    assert.ok(models.slice(1).every((id) => UUID.test(String(id))));
  }),
);

const away = (text: string) => JSON.parse(text).error;

test(
  'compute is away: 503 that says when to come back, in the words of each API',
  withNet(async (net) => {
    await net.compute.close();
    const openai = await raw(net, { path: '/v1/models' });
    const ollama = await raw(net, { path: '/api/tags' });
    const health = await raw(net, { path: '/health' });
    assert.equal([openai.status, ollama.status, health.status], [503, 503, 503]);
    assert.equal([away(openai.text).type, away(openai.text).code], ['server_error', 'not_running']);
    assert.is(away(ollama.text), 'compute does not answer');
    for (const { headers } of [openai, ollama, health]) {
      assert.ok(Number(headers['retry-after']) >= 1);
      assert.match(String(headers['x-request-id']), UUID);
    }
  }),
);

/** The answers to one request sent so often at once that the rate of an address is passed. */
async function flooded(net: Net, path: string): Promise<string> {
  const flood = connect(net.port, '127.0.0.1').on('error', () => {});
  let answers = '';
  flood.on('data', (bytes) => (answers += bytes.toString('latin1')));
  flood.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(1500));
  await until('a whole refusal', () => / 429 .*?\r\n\r\n\{.*?\}HTTP/s.test(answers), 10_000);
  flood.destroy();
  return /HTTP\/1.1 429 .*?\}(?=HTTP)/s.exec(answers)![0];
}

test(
  'too many requests: the type and code that compute has too',
  withNet(async (net) => {
    const [head, body] = (await flooded(net, '/v1/%20')).split('\r\n\r\n') as [string, string];
    assert.match(head, /^retry-after: [1-9]/im);
    assert.match(head, /^x-request-id: [0-9a-f-]{36}\r$/im);
    assert.equal([away(body).type, away(body).code], ['rate_limit_error', 'rate_limit_exceeded']);
    assert.type(away((await flooded(net, '/api/tags')).split('\r\n\r\n')[1]!), 'string');
  }),
);

test(
  'HEAD answers as GET does, without a body',
  withNet(async (net) => {
    const paths = ['/', '/v1/models', '/v1/models/faults', '/api/tags', '/api/version', '/api/session', '/health'];
    for (const path of [...paths, '/metrics', '/api/state', '/v1/%20']) {
      const [whole, head] = [await raw(net, { path }), await raw(net, { method: 'HEAD', path })];
      assert.equal([head.status, head.text], [whole.status, ''], path);
      assert.is(head.headers['content-type'], whole.headers['content-type'], path);
      assert.ok(head.headers['x-request-id'], path);
    }
    assert.ok(net.compute.seen.every(({ method }) => method === 'GET'));
  }),
);

test(
  'base addresses with a slash too many, or a query, are understood; nothing else is',
  withNet(async (net) => {
    for (const path of ['/v1/models/', '//v1/models', '/v1//models', '/v1/models?limit=5', '/v1/models/?a=/../..'])
      assert.is((await raw(net, { path })).status, 200, path);
    assert.ok(net.compute.seen.every(({ path }) => path === '/v1/models'));
    for (const path of ['/v1', '/v1/', '/v1/%6dodels', '/%76%31/models', '/v1/models%2F', '/v1\\models'])
      assert.is((await raw(net, { path })).status, 404, path);
    assert.is(net.compute.seen.length, 5);
    for (const path of ['//api/state', '/api/state/'])
      assert.is((await raw(net, { path, headers: { host, origin: 'http://evil.example' } })).status, 403, path);
  }),
);

test(
  'HEAD / says that a server is there, as Ollama is asked, also where no page is built',
  withNet(async (net) => {
    assert.is((await raw(net, { method: 'HEAD', path: '/' })).status, 200);
    assert.is((await raw(net, { path: '/' })).status, 503);
  }, false),
);

test(
  'who offers HTTP/2 beside the question, as the client of Java does, is answered in HTTP/1.1',
  withNet(async (net) => {
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
    const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] });
    assert.is((await raw(net, { path: '/v1/models', headers })).status, 200);
    const answer = await raw(net, { method: 'POST', path: '/v1/chat/completions', headers, body });
    assert.match(answer.text, /hello .*\[DONE\]/s);
  }),
);

/** What comes back for these bytes, until the other side closes. */
async function bytesFor(net: Net, bytes: string): Promise<string> {
  const socket = connect(net.port, '127.0.0.1').on('error', () => {});
  let answer = '';
  socket.on('data', (more) => (answer += more));
  socket.write(bytes, 'latin1');
  await until('the end', () => socket.readableEnded || socket.destroyed, 5000);
  socket.destroy();
  return answer;
}

test(
  'what is no HTTP, headers without end and broken chunks are answered with an id and a reason',
  withNet(async (net) => {
    const id = /^x-request-id: [0-9a-f-]{36}\r$/im;
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const garbage = await bytesFor(net, '\x16\x03\x01 nonsense\r\n\r\n');
    assert.match(garbage, /^HTTP\/1.1 400 .*no HTTP/s);
    const long = await bytesFor(net, `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`);
    assert.match(long, /^HTTP\/1.1 431 /);
    const chunks =
      'POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nZZ\r\n';
    const broken = await bytesFor(net, chunks);
    assert.match(broken, /^HTTP\/1.1 400 .*"type":"invalid_request_error"/s);
    for (const answer of [garbage, long, broken]) assert.match(answer, id);
    await until('the readers of bodies to end', () => timers() <= before);
    assert.match(await bytesFor(net, 'GET /v1/models HTTP/1.0\r\nHost: localhost\r\n\r\n'), /^HTTP\/1.1 200 /);
    const nameless = await bytesFor(net, 'GET /v1/models HTTP/1.1\r\nConnection: close\r\n\r\n');
    assert.match(nameless, /^HTTP\/1.1 400 .*Host is no name/s);
    assert.match(nameless, id);
    const upgrade = 'Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
    assert.match(await bytesFor(net, `GET /nowhere HTTP/1.1\r\n${upgrade}`), id);
  }),
);

test(
  'a question whose length is told too short by a byte or two is answered, and the connection ends',
  withNet(async (net) => {
    const question = JSON.stringify({ messages: [{ role: 'user', content: '!slow one two three' }] });
    const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${question.length}\r\n\r\n`;
    const answer = await bytesFor(net, `${head}${question}}}\n`);
    assert.match(answer, /^HTTP\/1.1 200 .*three .*\[DONE\]/s);
    assert.is(answer.match(/HTTP\/1.1/g)!.length, 1);
  }),
);

test(
  'a body in chunks is taken, also by who waits for 100 Continue',
  withNet(async (net) => {
    const question = JSON.stringify({ messages: [{ role: 'user', content: 'hello' }] });
    const headers = { host, 'transfer-encoding': 'chunked', expect: '100-continue' };
    const asked = { method: 'POST', path: '/v1/chat/completions', body: question };
    assert.is((await raw(net, { ...asked, headers })).status, 200);
    assert.is((await raw(net, { ...asked, headers: { host, 'content-encoding': 'identity' } })).status, 200);
    assert.is(net.compute.seen[0]!.body, question);
  }),
);

test.run();
