import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { WebSocket } from 'ws';
import { openClaims } from '../../src/net/web/claims.ts';
import { log, scratch } from './helpers.ts';
import { fakeControl, type Net, withNet } from './web-helpers.ts';

/** As a proxy on this machine passes on somebody of the LAN: the one way to come from elsewhere without a second machine. */
const LAN = { 'x-forwarded-for': '192.168.1.7' };
const JSON_TYPE = { 'content-type': 'application/json' };

const get = (net: Net, path: string, headers: Record<string, string> = {}) =>
  fetch(`${net.url}${path}`, { headers: { ...LAN, ...headers } });
const post = (net: Net, path: string, body: unknown, headers: Record<string, string> = LAN) =>
  fetch(`${net.url}${path}`, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) });

/** A session as a browser would get it. */
async function claimed(net: Net, level: 'owner' | 'installer'): Promise<{ cookie: string; token: string }> {
  const { code } = (await (await post(net, '/api/claim/new', { level }, {})).json()) as { code: string };
  const answer = await post(net, '/api/claim', { code: code.toLowerCase().replace('-', ' ') });
  assert.is(answer.status, 200);
  const cookie = answer.headers.get('set-cookie')!;
  for (const wanted of ['HttpOnly', 'SameSite=Strict', 'Path=/']) assert.match(cookie, wanted);
  const { token } = (await answer.json()) as { token: string };
  return { cookie: cookie.split(';')[0]!, token };
}

function liveStatus(net: Net, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${net.ws}/live`, { headers });
  return new Promise((resolve) => {
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('unexpected-response', (req, res) => {
      resolve(res.statusCode!);
      req.destroy();
    });
    socket.on('error', () => {});
  });
}

const HOUSE = ['/api/state', '/api/history?points=roomC', '/api/events', '/api/why?at=0', '/api/nothing', '/metrics'];

test(
  'from elsewhere the house is hidden on every path until it is claimed; from this machine it is not',
  withNet(async (net) => {
    await fakeControl(net);
    for (const path of HOUSE) assert.is((await get(net, path)).status, 401, path);
    assert.is((await post(net, '/api/set', { name: 'mode', value: 'off' })).status, 401);
    assert.is((await post(net, '/api/override', { kind: 'quiet', forMin: 5 })).status, 401);
    assert.is(await liveStatus(net, LAN), 401);
    assert.is((await get(net, '/')).status, 200);
    assert.equal(await (await get(net, '/api/session')).json(), { level: null, claimed: false });
    assert.is((await fetch(`${net.url}/api/state`)).status, 200);
    assert.is(await liveStatus(net, {}), 101);
    assert.equal(await (await fetch(`${net.url}/api/session`)).json(), { level: 'installer', claimed: false });
  }),
);

test(
  'a code gives its level once, by cookie and by bearer; only the installer commissions',
  withNet(async (net) => {
    const { commands } = await fakeControl(net);
    const owner = await claimed(net, 'owner');
    const installer = await claimed(net, 'installer');
    assert.equal(await (await get(net, '/api/session', { cookie: `a=b; ${owner.cookie}` })).json(), {
      level: 'owner',
      claimed: true,
    });
    assert.is((await get(net, '/api/state', { authorization: `Bearer ${owner.token}` })).status, 200);
    assert.is((await get(net, '/api/state', { cookie: `heatmine=${'x'.repeat(43)}` })).status, 401);
    assert.is(await liveStatus(net, { ...LAN, cookie: owner.cookie }), 101);
    const set = (who: { cookie: string }, value: string) =>
      post(net, '/api/set', { name: 'operation', value }, { ...LAN, cookie: who.cookie });
    assert.is((await set(owner, 'commission')).status, 403);
    const hand = (who: { cookie: string }, body: object) =>
      post(net, '/api/hand', body, { ...LAN, cookie: who.cookie });
    assert.is((await hand(owner, { name: 'circulationPct', value: 50 })).status, 403);
    assert.is((await hand(installer, { name: 'fuse', value: 50 })).status, 400);
    assert.is((await hand(installer, { name: 'circulationPct', value: 50 })).status, 503, 'no control, no hand');
    assert.equal(commands, []);
    assert.is((await set(owner, 'observe')).status, 200);
    assert.is((await set(installer, 'commission')).status, 200);
    const foreign = { ...LAN, cookie: owner.cookie, origin: 'http://evil.example' };
    assert.is((await post(net, '/api/set', { name: 'mode', value: 'off' }, foreign)).status, 403);
  }),
);

test(
  'codes come from this machine only; guesses are few; forgetting ends every session',
  withNet(async (net) => {
    for (const path of ['/api/claim/new', '/api/claim/forget']) {
      assert.is((await post(net, path, { level: 'owner' })).status, 403, path);
    }
    const { cookie } = await claimed(net, 'owner');
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await post(net, '/api/claim', { code: `AAAA-AAA${i}` })).status);
    assert.equal([statuses[0], statuses[5]], [403, 429]);
    assert.is((await post(net, '/api/claim', { code: 1 })).status, 400);
    assert.is((await fetch(`${net.url}/api/claim`)).status, 405);
    assert.is((await post(net, '/api/claim/forget', {}, {})).status, 200);
    assert.is((await get(net, '/api/state', { cookie })).status, 401);
  }),
);

test('sessions outlive a restart, as hashes that only the owner of the file reads; codes run out', () => {
  const { dir, remove } = scratch();
  try {
    const file = join(dir, 'keys', 'page.json');
    let nowMs = 0;
    const open = () =>
      openClaims(
        file,
        () => nowMs,
        () => 0,
        log,
      );
    const first = open();
    const late = first.newCode('owner', 15);
    nowMs = 15 * 60_000 + 1;
    assert.is(first.claim(late), undefined);
    const code = first.newCode('owner', 15);
    const { token } = first.claim(code)!;
    assert.is(first.claim(code), undefined, 'works once');
    assert.is(open().levelOf(token), 'owner');
    assert.is(statSync(file).mode & 0o777, 0o600);
    assert.not.match(readFileSync(file, 'utf8'), token);
  } finally {
    remove();
  }
});

test.run();
