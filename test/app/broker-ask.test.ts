import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { askBroker } from '../../src/app/broker-ask.ts';
import { parseConfig } from '../../src/core/config.ts';
import { freePort } from '../net/helpers.ts';
import { atTerminal } from './terminal.ts';

/** Whoever answers by pattern; what is not told is Enter. */
function person(...script: [question: RegExp, ...answers: string[]][]) {
  const asked: string[] = [];
  const told: string[] = [];
  const left = script.map(([question, ...answers]) => ({ question, answers }));
  return {
    asked,
    told,
    async ask(prompt: string) {
      asked.push(prompt);
      return left.find(({ question, answers }) => question.test(prompt) && answers.length)?.answers.shift() ?? '';
    },
    tell: (line: string) => void told.push(line),
  };
}
const NOBODY = 'mqtt://127.0.0.1:1';
const none = new Map<string, never>();

/** A broker that answers every CONNECT with this code. */
async function answering(code: number, use: (url: string) => Promise<void>) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.write(Uint8Array.from([0x20, 2, 0, code])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await use(`mqtt://127.0.0.1:${port}`).finally(() => server.close());
}

test('nobody on port 1883: it asks, and Enter joins nothing; what --set said is not asked', async () => {
  const who = person();
  assert.is(await askBroker(who, none, NOBODY), undefined);
  assert.match(who.asked.join(), /^Join an MQTT broker.*\[no\]: $/);
  const known = new Map([['net.houseBroker.url', NOBODY]]);
  assert.is(await askBroker(person(), known, NOBODY), undefined);
});

test('a broker on port 1883: it offers to join that one, and three times Enter does', () =>
  answering(0, async (url) => {
    const who = person();
    const joined = await askBroker(who, none, url);
    assert.match(who.asked[0]!, `Another MQTT broker runs at ${url}. Join it too`);
    assert.equal(
      [...joined!.answers],
      [
        ['net.houseBroker.url', url],
        ['net.houseBroker.commands', false],
      ],
    );
    assert.is(who.told.at(-1), `${url} lets the unit in`);
  }));

test('one that refuses is asked about again, or written down all the same', () =>
  answering(5, async (url) => {
    const again = person([/^User/, 'me'], [/^Password/, 'wrong'], [/^Ask these again/, '', 'no']);
    const joined = await askBroker(again, none, url);
    assert.is(again.asked.filter((prompt) => prompt.startsWith('Its address')).length, 2);
    assert.match(again.told[0]!, /refuses user me with this password/);
    assert.match(again.told[1]!, /refuses whoever gives no user/);
    assert.equal(joined!.answers.get('net.houseBroker.url'), url);
  }));

test('an address is read as people write it, and one of nobody says why', async () => {
  const again: [RegExp, ...string[]] = [/^Ask these again/, 'no'];
  const who = person([/^Join/, 'yes'], [/^Its address/, 'http://x', '127.0.0.1:1'], again, [/^Take set-points/, 'yes']);
  const joined = await askBroker(who, none, NOBODY);
  assert.match(who.told[0]!, /mqtts?:\/\//);
  assert.match(who.told[1]!, /no MQTT broker at mqtt:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
  assert.is(joined!.answers.get('net.houseBroker.commands'), true);
});

const PASSWORD = 'their secret';
const missing = ['mosquitto', 'mosquitto_passwd', 'openssl', 'script'].filter((p) => spawnSync(p, ['--help']).error);

async function mosquitto(dir: string, port: number): Promise<ChildProcess> {
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const named = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  spawnSync('openssl', [...made, ...named, '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'ca.pem')]);
  writeFileSync(join(dir, 'passwd'), '');
  spawnSync('mosquitto_passwd', ['-b', join(dir, 'passwd'), 'them', PASSWORD]);
  const tls = `certfile ${join(dir, 'ca.pem')}\nkeyfile ${join(dir, 'key.pem')}\n`;
  const conf = `user root\nlistener ${port} 127.0.0.1\n${tls}password_file ${join(dir, 'passwd')}\nallow_anonymous false\n`;
  writeFileSync(join(dir, 'mosquitto.conf'), conf);
  const child = spawn('mosquitto', ['-c', join(dir, 'mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (data) => {
      said += data;
      if (/running/.test(said)) resolve();
    });
    child.once('exit', () => reject(new Error(said)));
  });
  return child;
}

if (missing.length) process.stdout.write(`SKIP broker-ask: needs ${missing.join(', ')} (Debian: mosquitto openssl)\n`);
else
  test('at a terminal: their Mosquitto by TLS, the password unseen and in a file for us alone', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'join-'));
    const port = await freePort();
    const broker = await mosquitto(dir, port);
    try {
      const { said, code } = await atTerminal(
        ['config', 'init', '--home', join(dir, 'home')],
        [
          [/^Join an MQTT|^Another MQTT/, 'yes'],
          [/^Its address/, `mqtts://127.0.0.1:${port}`],
          // First without it: a certificate that nobody vouches for is refused, and says so.
          [/^File of the certificate/, '', join(dir, 'ca.pem')],
          [/^User/, 'them'],
          [/^User/, 'them'],
          [/^Password/, PASSWORD, PASSWORD],
        ],
      );
      assert.is(code, 0, said);
      assert.match(said, /self-signed certificate/);
      assert.match(said, `mqtts://127.0.0.1:${port} lets the unit in`);
      assert.not(said.includes(PASSWORD));
      const { houseBroker } = parseConfig(readFileSync(join(dir, 'home/config.yaml'), 'utf8'), 'x').net;
      assert.equal(houseBroker, {
        url: `mqtts://127.0.0.1:${port}`,
        username: 'them',
        passwordFile: 'keys/house-broker',
        caFile: join(dir, 'ca.pem'),
        commands: false,
      });
      const kept = join(dir, 'home/keys/house-broker');
      assert.is(readFileSync(kept, 'utf8'), `${PASSWORD}\n`);
      assert.is(statSync(kept).mode & 0o777, 0o600);
    } finally {
      broker.kill();
      rmSync(dir, { recursive: true });
    }
  });

test.run();
