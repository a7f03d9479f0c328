import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openPlantSocket } from '../../src/app/plant-socket.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import { ControlState } from '../../src/contract/messages.ts';
import { topicPath } from '../../src/contract/topics.ts';
import type { PlantTruth } from '../../src/contract/truth.ts';
import { pathsOf } from '../../src/core/paths.ts';
import { onlinePath } from '../../src/net/broker/acl.ts';
import { freePort } from '../net/helpers.ts';
import { freeBase } from './free-base.ts';

/** Fast enough for an hour in a minute, slow enough that the simulated wires answer as on a quiet bus. */
const SPEED = 60;
const HOUR_MS = 3_600_000;
const START_MS = 120_000;
/** The longest pause of the supervisor before it starts a dying broker again, and its start on a busy machine. */
const BACK_MS = 60_000 + START_MS;
/** The modelled house is found at 20 °C, with a cold buffer, on a morning at 4 °C: undisturbed it falls by 0.5 K within the hour, too. */
const SET_C = 20;
const BAND = { fromC: SET_C - 1, toC: SET_C + 1.5 };
/** What flows into the rooms undisturbed is 3.8 kW in the mean of this hour; from a buffer that nobody heats a third of it. */
const LEAST_HEAT_W = 2500;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const home = mkdtempSync(join(tmpdir(), 'heatmine-'));
const mosquittoConf = join(home, 'mosquitto.conf');

const isThere = !spawnSync('mosquitto', ['-h']).error;
if (!isThere) process.stdout.write('SKIP broker-killed: the joined broker needs mosquitto (Debian: mosquitto)\n');

let unit: SpawnedUnit;
let theirs: ChildProcess | undefined;
function startTheirs(): void {
  if (isThere) theirs = spawn('mosquitto', ['-c', mosquittoConf], { stdio: 'ignore' });
}

/** Kills our broker whenever it is back, and the house's own stays dead. */
function keepKilling(): { kills: () => number; end(): void } {
  let kills = 0;
  theirs?.kill('SIGKILL');
  const timer = setInterval(() => {
    const pid = unit.pids().broker;
    try {
      if (pid !== undefined && process.kill(pid, 'SIGKILL')) kills += 1;
    } catch {
      // Dead already, and the supervisor has not written so yet.
    }
  }, 20);
  return { kills: () => kills, end: () => clearInterval(timer) };
}

/** What the house really does until an hour of its own time has passed. */
async function anHour(truth: () => Promise<PlantTruth>): Promise<PlantTruth[]> {
  const seen = [await truth()];
  const untilMs = seen[0]!.timeMs + HOUR_MS;
  while (seen.at(-1)!.timeMs < untilMs) {
    await pause(250);
    seen.push(await truth());
  }
  return seen;
}

/** Waits for control's state on the house's own broker, as Home Assistant would. */
async function heardAtTheirs(port: number): Promise<ControlState> {
  const client: MqttClient = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 200 });
  client.on('error', () => {});
  const heard: { control?: ControlState; online?: string } = {};
  client.on('message', (path, text) => {
    if (path === onlinePath('heatmine')) heard.online = `${text}`;
    else heard.control = ControlState.parse(JSON.parse(`${text}`));
  });
  client.subscribe([topicPath('heatmine', 'controlState'), onlinePath('heatmine')]);
  for (const untilMs = performance.now() + BACK_MS; performance.now() < untilMs; await pause(100))
    if (heard.control && heard.online === 'online') break;
  await client.endAsync(true);
  assert.is(heard.online, 'online');
  return heard.control!;
}

test('both brokers are killed for an hour of the house: it is heated all the same, stays in its band, and is heard again', async () => {
  const port = await freePort();
  writeFileSync(mosquittoConf, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
  startTheirs();
  unit = spawnUnit({
    home,
    portBase: await freeBase(),
    args: ['--speed', String(SPEED)],
    config: `net:\n  houseBroker: { url: 'mqtt://127.0.0.1:${port}', commands: true }\n`,
  });
  await unit.until((s) => s.control !== null && s.compute !== null, START_MS);
  if (isThere) await heardAtTheirs(port);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'roomSetC', value: SET_C });
  await fetch(`${unit.url}/api/set`, { method: 'POST', headers, body });
  await unit.until((s) => s.control?.setPoints.roomSetC === SET_C, 2 * START_MS);
  const before = (await unit.state()).control!;
  const plant = await openPlantSocket(pathsOf(unit.home).sockets.plant);
  const killing = keepKilling();
  try {
    const hour = await anHour(plant.truth);
    const roomsC = hour.map(({ roomC }) => roomC);
    const [leastC, mostC] = [Math.min(...roomsC), Math.max(...roomsC)];
    const meanW = hour.reduce((sum, { houseHeatW }) => sum + houseHeatW, 0) / hour.length;
    process.stdout.write(
      `  killed ${killing.kills()} times; room ${leastC.toFixed(2)} to ${mostC.toFixed(2)} °C, heat ${meanW.toFixed(0)} W\n`,
    );
    assert.ok(killing.kills() > 0);
    assert.ok(leastC > BAND.fromC && mostC < BAND.toC, `${leastC} to ${mostC} °C`);
    assert.ok(meanW > LEAST_HEAT_W, `${meanW} W`);
    const later = hour.slice(hour.length / 2);
    assert.ok(
      later.some(({ condenserW }) => condenserW > 0),
      'the heat pump runs in the second half hour, too',
    );
    const silent = (await unit.state()).control;
    assert.ok((silent?.tick ?? 0) - before.tick < 600, 'nobody has heard control, though it went on');
  } finally {
    killing.end();
    plant.close();
  }
  startTheirs();
  // All find the broker again by themselves: control is heard with the hour behind it, and compute with it.
  const isPast = (told: ControlState | null) => told !== null && told.houseTimeMs - before.houseTimeMs >= HOUR_MS;
  await unit.until((s) => isPast(s.control) && s.compute !== null, 10 * START_MS);
  if (isThere) assert.ok(isPast(await heardAtTheirs(port)));
});

test.after(async () => {
  await unit?.stop();
  theirs?.kill('SIGKILL');
});

test.run();
