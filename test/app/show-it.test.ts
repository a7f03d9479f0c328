import { spawn, spawnSync } from 'node:child_process';
import mqtt from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unitOf } from '../../src/app/client.ts';
import { loadPasswords } from '../../src/app/secrets.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import { topicPath } from '../../src/contract/topics.ts';
import { pathsOf } from '../../src/core/paths.ts';
import { freeBase } from './free-base.ts';

let unit: SpawnedUnit;
/** The word is one second on an idle machine; a busy one gets ten times that. */
const EFFECTIVE_MS = 10_000;
const START_MS = 120_000;
const entry = new URL('../../scripts/heatmine.mjs', import.meta.url).pathname;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const connect = () =>
  mqtt.connectAsync(`mqtt://127.0.0.1:${unitOf(pathsOf(unit.home)).mqttPort}`, {
    username: 'home',
    password: loadPasswords(pathsOf(unit.home)).home!,
  });

/** One value, wherever it was set: what control echoes on MQTT, what the page hears, what the command line prints. `isLater`: counted from its end, for a program takes its time to start. */
async function everywhere(set: () => unknown, valueC: number, isLater: boolean): Promise<number> {
  const home = await connect();
  const live = new WebSocket(`${unit.url.replace('http', 'ws')}/live`);
  const seen = { mqtt: Number.NaN, page: Number.NaN };
  home.on('message', (_path, text) => {
    seen.mqtt = JSON.parse(`${text}`).setPoints.roomSetC;
  });
  live.onmessage = ({ data }) => {
    const { control, set: changed } = JSON.parse(String(data));
    seen.page = (control ?? changed?.control)?.setPoints?.roomSetC ?? seen.page;
  };
  try {
    await home.subscribeAsync(topicPath('heatmine', 'controlState'));
    while (Number.isNaN(seen.mqtt) || Number.isNaN(seen.page)) await pause(20);
    assert.is.not(seen.mqtt, valueC);
    let fromMs = performance.now();
    await set();
    if (isLater) fromMs = performance.now();
    while ((seen.mqtt !== valueC || seen.page !== valueC) && performance.now() - fromMs < 10 * EFFECTIVE_MS)
      await pause(10);
    const tookMs = performance.now() - fromMs;
    assert.equal(seen, { mqtt: valueC, page: valueC });
    const { stdout } = spawnSync(process.execPath, [entry, 'status', '--json', '--home', unit.home], {
      encoding: 'utf8',
    });
    assert.is(JSON.parse(stdout).control.setPoints.roomSetC, valueC);
    return tookMs;
  } finally {
    live.close();
    await home.endAsync(true);
  }
}

test.before(async () => {
  unit = spawnUnit({ portBase: await freeBase(), args: ['--speed', '20'] });
  await unit.until((s) => s.control !== null && s.compute !== null, START_MS);
});
test.after(async () => {
  await unit.stop();
});

test('a set-point moved over MQTT, on the page or on the command line is one effective value everywhere', async () => {
  const ways: Record<string, [valueC: number, set: () => unknown]> = {
    'as Home Assistant sends it': [
      22.5,
      async () => {
        const home = await connect();
        const message = '{"name":"roomSetC","value":22.5,"by":"home-assistant"}';
        await home.publishAsync(topicPath('heatmine', 'set'), message, { qos: 1 });
        await home.endAsync();
      },
    ],
    'on the page': [
      21.5,
      () =>
        fetch(`${unit.url}/api/set`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ name: 'roomSetC', value: 21.5 }),
        }),
    ],
    'on the command line': [
      20.5,
      () =>
        new Promise<void>((done) => {
          const child = spawn(process.execPath, [entry, 'set', 'roomSetC', '20.5', '--home', unit.home]);
          child.once('exit', () => done());
        }),
    ],
  };
  for (const [way, [valueC, set]] of Object.entries(ways)) {
    const tookMs = await everywhere(set, valueC, way === 'on the command line');
    process.stdout.write(`  ${way}: ${Math.round(tookMs)} ms\n`);
    assert.ok(tookMs < EFFECTIVE_MS, `${way}: ${tookMs} ms`);
  }
});

test.run();
