import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ControlState } from '../../src/contract/messages.ts';
import { topicPath } from '../../src/contract/topics.ts';
import { Config } from '../../src/core/config.ts';
import { channelsOf, sayOn, testMessage } from '../../src/net/notify/channels.ts';
import { NOTIFY_START, type NotifyState, notifyStep, troubleOf } from '../../src/net/notify/trouble.ts';
import { UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { testNet } from './stubs.ts';

interface Heard {
  path: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

/** Somebody who wants to be told; answers with `status`. */
async function listener(statuses: number[] = []) {
  const heard: Heard[] = [];
  const server = createServer(async (req, res) => {
    const body = JSON.parse(Buffer.concat(await req.toArray()).toString());
    heard.push({ path: req.url ?? '', headers: req.headers, body });
    res.writeHead(statuses.shift() ?? 200).end('ok');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    heard,
    url,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const well = SAMPLES.controlState;
const cause = { what: 'compressorOn', code: 'pressure-high', text: 'the high-pressure switch has opened' };
const stopped: ControlState = { ...well, safety: 'S3', reasons: [well.reasons[0]!, cause] };

/** Looks every two seconds, as net does; what was said, and at which second. */
function said(states: (ControlState | null)[], from: NotifyState = NOTIFY_START) {
  let state = from;
  const lines: [second: number, title: string, text: string][] = [];
  for (const [k, control] of states.entries()) {
    const stepped = notifyStep(state, troubleOf(control, 'en'), k * 2000, 'house', 'en');
    state = stepped.state;
    if (stepped.message) lines.push([k * 2, stepped.message.title, stepped.message.text]);
  }
  return lines;
}
const times = <T>(n: number, value: T): T[] => Array.from({ length: n }, () => value);

test('a fault is told within a minute, once, with its cause; its end too; a blip wakes nobody', () => {
  const lines = said([...times(30, well), ...times(300, stopped), ...times(60, well)]);
  assert.is(lines.length, 2);
  const [second, title, text] = lines[0]!;
  assert.ok(second >= 60 && second - 60 < 60, `${second - 60} s after the fault`);
  assert.match(title, 'house: heating fault');
  assert.match(text, 'high-pressure');
  assert.match(lines[1]![1], 'has ended');
  assert.equal(said([...times(5, well), ...times(3, stopped), ...times(60, well)]), []);
});

test('a silent control loop is told within a minute, but not one that only starts', () => {
  const lines = said([...times(20, well), ...times(40, null)]);
  assert.is(lines.length, 1);
  assert.ok(lines[0]![0] - 40 < 60);
  assert.equal(said([...times(8, null), ...times(20, well)]), []);
});

test('a fault that comes and goes is told again only after hours; another one at once', () => {
  const flapping = [stopped, stopped, stopped, stopped, stopped, stopped, stopped, ...times(5, well)];
  assert.is(said([...flapping, ...flapping, ...flapping]).length, 1);
  const other = { ...stopped, latched: true };
  assert.is(said([...times(10, stopped), ...times(10, other)]).length, 2);
  assert.is(said(times(4 * 3600, stopped)).length, 2, 'eight hours');
  const emergency = { ...well, reasons: [...well.reasons, { ...cause, code: 'emergency-heat' }] };
  assert.is(said(times(10, emergency)).length, 1);
});

test('ntfy gets JSON with its topic and token, the webhook the unit; who does not take it is named without its address', async () => {
  const home = mkdtempSync(join(tmpdir(), 'heatmine-notify-'));
  writeFileSync(join(home, 'token'), 'tk_canary\n');
  const ears = await listener([200, 200, 500]);
  const notify = { ntfy: { url: `${ears.url}/deep/secret-topic`, tokenFile: 'token' } };
  const config = (more: object) => Config.parse({ unit: 'house', notify: more });
  try {
    const [ntfy] = channelsOf(config(notify), home);
    await ntfy!.send({ title: 'Störung', text: 'kalt', urgent: true });
    const [first] = ears.heard;
    assert.is(first!.path, '/deep/');
    assert.is(first!.headers.authorization, 'Bearer tk_canary');
    assert.equal([first!.body.topic, first!.body.title, first!.body.priority], ['secret-topic', 'Störung', 5]);
    const hook = channelsOf(config({ webhook: { url: `${ears.url}/hook?key=canary` } }), home);
    assert.equal(await sayOn(hook, testMessage('house')), [{ channel: 'webhook' }]);
    assert.is(ears.heard[1]!.body.unit, 'house');
    assert.equal(await sayOn(hook, testMessage('house')), [{ channel: 'webhook', error: 'answered with 500' }]);
    const away = channelsOf(config({ webhook: { url: 'http://127.0.0.1:9/canary' } }), home);
    const [tried] = await sayOn(away, testMessage('house'));
    assert.ok(tried!.error && !tried!.error.includes('canary'), tried!.error);
    assert.throws(() => channelsOf(config({ ntfy: { url: ears.url, tokenFile: 'none' } }), home), /tokenFile/);
  } finally {
    ears.close();
  }
});

test('a unit whose heat pump stops tells the webhook, also one that is deaf at first; the button of the page works', async () => {
  const ears = await listener([503]);
  const net = await testNet({ unit: { notify: { webhook: { url: `${ears.url}/hook` } } } });
  const control = await net.broker.client('control');
  const timer = setInterval(() => {
    control.publish(topicPath(UNIT, 'controlState'), JSON.stringify(stopped));
  }, 500);
  try {
    await until('a second try', () => ears.heard.length === 2, 120_000);
    assert.match(String(ears.heard[1]!.body.text), 'high-pressure');
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${net.url}/api/notify-test`, { method: 'POST', headers, body: '{}' });
    assert.equal(await answer.json(), { tried: [{ channel: 'webhook' }] });
    assert.is((await fetch(`${net.url}/api/notify-test`)).status, 405);
  } finally {
    clearInterval(timer);
    await net.end();
    ears.close();
  }
});

test('heatmine notify test: which channel took it; without one, what to set', async () => {
  const home = mkdtempSync(join(tmpdir(), 'heatmine-notify-'));
  const ears = await listener();
  const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
  const run = async () => {
    const child = spawn(process.execPath, [entry, 'notify', 'test', '--home', home]);
    let out = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (out += d));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { out, code };
  };
  try {
    const none = await run();
    assert.is(none.code, 2);
    assert.match(none.out, 'notify.ntfy');
    const yaml = `notify: { webhook: { url: "${ears.url}" }, ntfy: { url: "http://127.0.0.1:9/t" } }\n`;
    writeFileSync(join(home, 'config.yaml'), yaml);
    const both = await run();
    assert.is(both.code, 1);
    assert.match(both.out, /OK +webhook/);
    assert.match(both.out, /FAIL ntfy/);
  } finally {
    ears.close();
  }
});

test.run();
