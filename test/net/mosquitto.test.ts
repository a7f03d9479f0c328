import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicPath } from '../../src/contract/topics.ts';
import { passwords, testBroker, UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';

/** A foreign client's view of the broker: Debian's mosquitto_pub and mosquitto_sub (package mosquitto-clients). */
const path = topicPath(UNIT, 'controlState');
const setPath = topicPath(UNIT, 'set');

function mosquitto(
  name: 'pub' | 'sub',
  port: number,
  password: string,
  args: string[],
): ChildProcess & { out: string } {
  const all = ['-h', '127.0.0.1', '-p', String(port), '-u', 'home', '-P', password, ...args];
  const child = Object.assign(spawn(`mosquitto_${name}`, all, { stdio: ['ignore', 'pipe', 'pipe'] }), { out: '' });
  child.stdout!.on('data', (d) => (child.out += d));
  child.stderr!.on('data', (d) => (child.out += d));
  return child;
}
const ended = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

if (spawnSync('mosquitto_pub', ['--help']).error) {
  process.stdout.write('SKIP mosquitto: needs mosquitto_pub and mosquitto_sub (Debian: mosquitto-clients)\n');
} else {
  test('mosquitto_sub gets the retained state, mosquitto_pub sets a set-point', async () => {
    const broker = await testBroker();
    try {
      const control = await broker.client('control');
      const sets: string[] = [];
      control.on('message', (_topic, payload) => sets.push(`${payload}`));
      await control.subscribeAsync(setPath);
      await control.publishAsync(path, JSON.stringify(SAMPLES.controlState), { retain: true, qos: 1 });
      const sub = mosquitto('sub', broker.tcpPort, passwords.home!, ['-t', '#', '-C', '1', '-v']);
      assert.is(await ended(sub), 0, sub.out);
      assert.ok(sub.out.startsWith(`${path} {`));
      for (const qos of ['0', '1', '2']) {
        const message = JSON.stringify({ ...SAMPLES.set, by: `qos${qos}` });
        const pub = mosquitto('pub', broker.tcpPort, passwords.home!, ['-t', setPath, '-m', message, '-q', qos]);
        assert.is(await ended(pub), 0, pub.out);
      }
      await until('three commands', () => sets.length === 3);
    } finally {
      await broker.end();
    }
  });

  test('mosquitto is refused with a wrong password, and MQTT 5 with the protocol code', async () => {
    const broker = await testBroker();
    try {
      const wrong = mosquitto('sub', broker.tcpPort, 'wrong', ['-t', '#', '-C', '1']);
      assert.is(await ended(wrong), 4, wrong.out);
      const five = mosquitto('pub', broker.tcpPort, passwords.home!, ['-V', 'mqttv5', '-t', setPath, '-m', 'x']);
      assert.is.not(await ended(five), 0);
      const forged = mosquitto('pub', broker.tcpPort, passwords.home!, ['-t', path, '-m', '{}', '-q', '1']);
      assert.is(await ended(forged), 0, 'a dropped message does not disconnect its sender');
      assert.is(broker.refusals()['publish by home'], 1);
    } finally {
      await broker.end();
    }
  });
  test.run();
}
