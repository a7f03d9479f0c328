import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicPath } from '../../src/contract/topics.ts';
import { onlinePath } from '../../src/net/broker/acl.ts';
import { joinFiles } from '../../src/net/join.ts';
import { freePort, scratch, sleep, UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';
import { testNet } from './stubs.ts';

/** A broker that somebody already has: Debian's mosquitto, with a password, with and without TLS. */
const dir = scratch();
const file = (name: string) => join(dir.dir, name);
const PASSWORD = 'their-secret';
const OPENSSL = [
  'req',
  '-x509',
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:prime256v1',
  '-nodes',
  '-days',
  '2',
  '-subj',
  '/CN=127.0.0.1',
  '-addext',
  'subjectAltName=IP:127.0.0.1',
  '-keyout',
  file('key.pem'),
  '-out',
  file('ca.pem'),
];
const missing = ['mosquitto', 'mosquitto_passwd', 'openssl'].filter((p) => spawnSync(p, ['--help']).error);

async function mosquitto(port: number, tls: boolean): Promise<ChildProcess> {
  const certificate = tls ? `certfile ${file('ca.pem')}\nkeyfile ${file('key.pem')}\n` : '';
  const conf = `user root\nlistener ${port} 127.0.0.1\n${certificate}password_file ${file('passwd')}\nallow_anonymous false\n`;
  writeFileSync(file('mosquitto.conf'), conf);
  const child = spawn('mosquitto', ['-c', file('mosquitto.conf')], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (d) => (said += d));
  await until(`mosquitto: ${said}`, () => /running/.test(said), 10_000);
  return child;
}

/** Home Assistant's side: reads everything, sends what it is told. */
async function theirs(url: string) {
  const ca = url.startsWith('mqtts') ? { ca: spawnSync('cat', [file('ca.pem')]).stdout } : {};
  const client = await mqtt.connectAsync(url, { username: 'them', password: PASSWORD, ...ca });
  const seen = new Map<string, string>();
  client.on('message', (path, payload) => seen.set(path, `${payload}`));
  await client.subscribeAsync(['homeassistant/#', 'heatmine/#']);
  return { client, seen };
}

if (missing.length) {
  process.stdout.write(`SKIP join: needs ${missing.join(', ')} (Debian: mosquitto openssl)\n`);
} else {
  test.before(() => {
    spawnSync('openssl', OPENSSL);
    writeFileSync(file('passwd'), '');
    spawnSync('mosquitto_passwd', ['-b', file('passwd'), 'them', PASSWORD]);
    writeFileSync(file('password'), `${PASSWORD}\n`);
  });
  test.after(() => dir.remove());

  for (const tls of [false, true]) {
    test(`joined ${tls ? 'by TLS' : 'in plain'}: announced there, states come, measurements go, commands only if allowed`, async () => {
      const port = await freePort();
      const broker = await mosquitto(port, tls);
      const url = `${tls ? 'mqtts' : 'mqtt'}://127.0.0.1:${port}`;
      const join = { url, username: 'them', passwordFile: file('password'), caFile: tls ? file('ca.pem') : undefined };
      const them = await theirs(url);
      await them.client.publishAsync(topicPath(UNIT, 'set'), JSON.stringify(SAMPLES.set), { retain: true });
      const net = await testNet({ net: { houseBroker: { ...join, commands: tls } } });
      try {
        const control = await net.broker.client('control');
        const got: string[] = [];
        control.on('message', (path) => got.push(path.split('/').slice(2).join('/')));
        await control.subscribeAsync([topicPath(UNIT, 'set'), topicPath(UNIT, 'zone')]);
        const state = JSON.stringify(SAMPLES.controlState);
        const tell = setInterval(() => control.publish(topicPath(UNIT, 'controlState'), state), 200);
        const config = `homeassistant/device/heatmine_${UNIT}/config`;
        await until('announced', () => them.seen.has(config), 8000);
        await until('state', () => them.seen.get(topicPath(UNIT, 'controlState')), 3000);
        await until('available', () => them.seen.get(onlinePath(UNIT)) === 'online', 3000);
        assert.is(/command_topic/.test(them.seen.get(config)!), tls, 'entities that command, only where allowed');

        await them.client.publishAsync(topicPath(UNIT, 'zone'), '{"zone":"Not a zone"}');
        await them.client.publishAsync(topicPath(UNIT, 'zone'), JSON.stringify(SAMPLES.zone));
        await until('measurement', () => got.includes('zone'));
        assert.equal(got, ['zone'], 'neither the malformed one nor the retained command came in');
        const told = () => them.seen.get(topicPath(UNIT, 'saidEvent')) ?? '';
        await until('why, told there', () => /MESSAGE_REFUSED.*zone refused: zone: lower case/.test(told()));
        const kept = await (await fetch(`${net.url}/api/events`)).text();
        assert.is(/set refused: .* send it without retain/.test(kept), tls, 'the command, where commands are heard');
        await them.client.publishAsync(topicPath(UNIT, 'set'), JSON.stringify(SAMPLES.set));
        await them.client.publishAsync(topicPath(UNIT, 'zone'), JSON.stringify(SAMPLES.zone));
        await until('measurement', () => got.at(-1) === 'zone' && got.length > 1);
        assert.equal(got, tls ? ['zone', 'set', 'zone'] : ['zone', 'zone']);
        const commission = { name: 'operation', value: 'commission', by: 'them' };
        await them.client.publishAsync(topicPath(UNIT, 'set'), JSON.stringify(commission));
        await them.client.publishAsync(topicPath(UNIT, 'zone'), JSON.stringify(SAMPLES.zone));
        await until('measurement', () => got.at(-1) === 'zone' && got.length > (tls ? 3 : 2));
        assert.is(got.filter((path) => path === 'set').length, tls ? 1 : 0, 'valves are moved by whoever stands there');
        if (tls) await until('where it is begun', () => /set refused: .*heatmine commission/.test(told()));

        const lists: string[] = [];
        const prices = topicPath(UNIT, 'prices');
        control.on('message', (path, payload) => path === prices && lists.push(`${payload}`));
        await control.subscribeAsync(prices);
        await them.client.publishAsync(prices, JSON.stringify(SAMPLES.prices), { retain: true });
        await until('a list', () => lists.length === 1);
        await them.client.publishAsync(prices, '', { retain: true });
        await until('the list taken back', () => lists.length === 2);
        assert.is(lists[1], '');

        broker.kill('SIGKILL');
        const again = await mosquitto(port, tls);
        them.seen.clear();
        await until('announced again after their broker came back', () => them.seen.has(config), 15_000);
        clearInterval(tell);
        await net.end();
        await until('offline once we end', () => them.seen.get(onlinePath(UNIT)) === 'offline');
        again.kill('SIGKILL');
      } finally {
        await them.client.endAsync(true);
        broker.kill('SIGKILL');
      }
    });
  }

  test('two units of one name on one broker: both say so with the remedy, and take no command from there', async () => {
    const port = await freePort();
    const broker = await mosquitto(port, false);
    const url = `mqtt://127.0.0.1:${port}`;
    const join = { url, username: 'them', passwordFile: file('password'), commands: true };
    const them = await theirs(url);
    const nets = [
      await testNet({ net: { houseBroker: join } }),
      await testNet({ net: { houseBroker: join, language: 'de' } }),
    ];
    try {
      for (const net of nets) {
        const told = async () =>
          /"code":"UNIT_TWIN".*config\.yaml/.test(await (await fetch(`${net.url}/api/events`)).text());
        let is = false;
        for (const untilMs = performance.now() + 20_000; !is && performance.now() < untilMs; is = await told())
          await sleep(50);
        assert.ok(is, 'told in the log of the page');
      }
      const control = await nets[0]!.broker.client('control');
      const got: string[] = [];
      control.on('message', (path) => got.push(path.split('/').at(-1)!));
      await control.subscribeAsync([topicPath(UNIT, 'set'), topicPath(UNIT, 'zone')]);
      await them.client.publishAsync(topicPath(UNIT, 'set'), JSON.stringify(SAMPLES.set));
      await them.client.publishAsync(topicPath(UNIT, 'zone'), JSON.stringify(SAMPLES.zone));
      await until('measurement', () => got.length > 0, 10_000);
      assert.equal(got, ['zone'], 'a set-point meant for one is for none');
    } finally {
      await Promise.all(nets.map((net) => net.end()));
      await them.client.endAsync(true);
      broker.kill('SIGKILL');
    }
  });

  test('a password file that is not there is told by name', () => {
    const join = { url: 'mqtt://127.0.0.1:1', passwordFile: 'keys/nowhere', commands: false };
    assert.throws(() => joinFiles(join, dir.dir), /net\.houseBroker\.passwordFile: .*keys\/nowhere/);
  });

  test.run();
}
