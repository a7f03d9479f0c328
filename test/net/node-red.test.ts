import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OverrideCommand, Zone } from '../../src/contract/comfort.ts';
import { topicPath } from '../../src/contract/topics.ts';
import { freePort, passwords, scratch, testBroker, UNIT, until } from './helpers.ts';
import { SAMPLES } from './samples.ts';

/** The sample flow of the documents in the real Node-RED from npm, which is no dependency: its directory comes by this variable. */
const { HEATMINE_NODE_RED } = process.env;
const program = join(HEATMINE_NODE_RED ?? '/nowhere', 'node_modules/node-red/red.js');
const FLOW = readFileSync(new URL('../../docs/node-red-flow.json', import.meta.url), 'utf8');
/** Many times what it takes on an idle machine. */
const START_MS = 120_000;
const PROMPT_MS = 30_000;

/** Node-RED with the flow as a user would set it up: host, port, unit and password changed, nothing else. */
function startNodeRed(dir: string, brokerPort: number, port: number): ChildProcess & { out: string } {
  const nodes = JSON.parse(FLOW.replaceAll('heatmine/heatmine/', `heatmine/${UNIT}/`)) as { id: string }[];
  const flow = nodes.map((n) => (n.id === 'hm-broker' ? { ...n, broker: '127.0.0.1', port: `${brokerPort}` } : n));
  writeFileSync(join(dir, 'flow.json'), JSON.stringify(flow));
  const credentials = { 'hm-broker': { user: 'home', password: passwords.home } };
  writeFileSync(join(dir, 'flow_cred.json'), JSON.stringify(credentials));
  const settings = `module.exports = { credentialSecret: false, uiHost: '127.0.0.1', telemetry: { enabled: false } };`;
  writeFileSync(join(dir, 'settings.js'), settings);
  const args = [program, '-u', dir, '-s', join(dir, 'settings.js'), '-p', `${port}`, join(dir, 'flow.json')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const heard = Object.assign(child, { out: '' });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (heard.out += data));
  return heard;
}

if (!existsSync(program)) {
  process.stdout.write(
    'SKIP node-red: needs Node-RED: npm install --prefix DIR node-red, then HEATMINE_NODE_RED=DIR (.ci/run does)\n',
  );
} else {
  test('the sample flow: a room goes in, a fault and the daily line come out, a button is a wish', async () => {
    const broker = await testBroker();
    const { dir, remove } = scratch();
    const port = await freePort();
    const red = startNodeRed(dir, broker.tcpPort, port);
    try {
      const control = await broker.client('control');
      const net = await broker.client('net');
      const heard: Record<string, string> = {};
      control.on('message', (path, payload) => {
        heard[path] = `${payload}`;
      });
      const [zonePath, wishPath] = [topicPath(UNIT, 'zone'), topicPath(UNIT, 'override')];
      await control.subscribeAsync([zonePath, wishPath]);
      await until('the room', () => heard[zonePath], START_MS).catch((error) => {
        throw new Error(`${error.message}; Node-RED said:\n${red.out.slice(-3000)}`);
      });
      assert.is(Zone.parse(JSON.parse(heard[zonePath]!)).temperatureC, 20.8);

      await net.publishAsync(topicPath(UNIT, 'today'), JSON.stringify(SAMPLES.today), { retain: true });
      await until('the daily line', () => red.out.includes(SAMPLES.today.text), PROMPT_MS);

      const warn = { ...SAMPLES.controlEvent, text: 'only a warning' };
      const fault = { ...SAMPLES.controlEvent, level: 'fault', text: 'the compressor has tripped' };
      for (const event of [warn, fault]) {
        await control.publishAsync(topicPath(UNIT, 'controlEvent'), JSON.stringify(event));
      }
      await until('the fault', () => red.out.includes(fault.text), PROMPT_MS);
      assert.not.match(red.out, warn.text);

      const pressed = await fetch(`http://127.0.0.1:${port}/inject/hm-bath`, { method: 'POST' });
      assert.ok(pressed.ok, `${pressed.status}`);
      await until('the wish', () => heard[wishPath], PROMPT_MS);
      assert.is(OverrideCommand.parse(JSON.parse(heard[wishPath]!)).kind, 'hot-water-once');
    } finally {
      red.kill('SIGKILL');
      await broker.end();
      remove();
    }
  });
}

test.run();
