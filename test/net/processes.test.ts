import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { topicPath } from '../../src/contract/topics.ts';
import { Config } from '../../src/core/config.ts';
import { onlinePath } from '../../src/net/broker/acl.ts';
import { freePort, passwords, scratch, UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';

/** The two processes as the supervisor starts them. */
const MAINS = { broker: '../../src/net/broker/main.ts', net: '../../src/net/main.ts' };

async function unit() {
  const { dir, remove } = scratch();
  mkdirSync(join(dir, 'state'));
  const config = { ...Config.parse({ unit: UNIT }), portBase: await freePort() };
  const sockets = { plant: join(dir, 'p'), compute: join(dir, 'c'), broker: join(dir, 'b') };
  const children: ChildProcess[] = [];
  const ready = new Set<ChildProcess>();
  return {
    config,
    sockets,
    launch(name: keyof typeof MAINS) {
      const file = fileURLToPath(new URL(MAINS[name], import.meta.url));
      const child = fork(file, [], {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        env: { ...process.env, HEATMINE_LOG: 'error' },
      });
      const said = { text: '' };
      child.stderr!.on('data', (d) => (said.text += d));
      child.on('message', (m: { type: string }) => m.type === 'ready' && ready.add(child));
      child.send({ type: 'start', start: { config, home: dir, sockets, passwords } });
      children.push(child);
      return { child, said };
    },
    ready: (child: ChildProcess) => until('ready', () => ready.has(child), 20_000),
    end() {
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
      remove();
    },
  };
}
const exit = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

test('both start in any order, outlive a killed broker (Home Assistant sees them again <= 5 s), stop with 0', async () => {
  const u = await unit();
  try {
    const net = u.launch('net').child;
    await u.ready(net);
    const first = u.launch('broker').child;
    await u.ready(first);
    const connect = (role: string, url: string) =>
      mqtt.connect(url, { clientId: `${role}`, username: role, password: passwords[role], reconnectPeriod: 200 });
    const control = connect('control', `mqtt+unix://${u.sockets.broker}`);
    const state = setInterval(() => {
      if (control.connected) control.publish(topicPath(UNIT, 'controlState'), JSON.stringify(SAMPLES.controlState));
    }, 200);
    const home = connect('home', `mqtt://127.0.0.1:${u.config.portBase + 1}`);
    const seen = new Set<string>();
    home.on('error', () => {});
    control.on('error', () => {});
    home.on('message', (path, text) => seen.add(path === onlinePath(UNIT) ? `${path}=${text}` : path));
    home.subscribe('#');
    const all = () =>
      seen.has(`${onlinePath(UNIT)}=online`) &&
      seen.has(`homeassistant/device/heatmine_${UNIT}/config`) &&
      seen.has(topicPath(UNIT, 'controlState'));
    await until('everything', all, 10_000);

    first.kill('SIGKILL');
    await exit(first);
    seen.clear();
    const second = u.launch('broker').child;
    await u.ready(second);
    const fromMs = performance.now();
    await until('everything again', all, 10_000);
    assert.ok(performance.now() - fromMs < 5000, `${performance.now() - fromMs} ms`);

    clearInterval(state);
    await Promise.all([control.endAsync(true), home.endAsync(true)]);
    for (const child of [net, second]) {
      const ended = exit(child);
      child.send({ type: 'stop' });
      assert.is(await ended, 0);
    }
  } finally {
    u.end();
  }
});

for (const [name, offset] of [
  ['net', 0],
  ['broker', 1],
] as const) {
  test(`${name}: a port in use is said with its number, and the process ends`, async () => {
    const u = await unit();
    const port = u.config.portBase + offset;
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', () => resolve()));
    try {
      const { child, said } = u.launch(name);
      assert.is.not(await exit(child), 0);
      assert.match(said.text, `127.0.0.1:${port} is in use`);
    } finally {
      squatter.close();
      u.end();
    }
  });
}

test.run();
