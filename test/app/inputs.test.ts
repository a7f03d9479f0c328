import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unitOf } from '../../src/app/client.ts';
import { loadPasswords } from '../../src/app/secrets.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import { type TopicName, topicPath } from '../../src/contract/topics.ts';
import { pathsOf } from '../../src/core/paths.ts';
import type { FaultInput } from '../../src/hal/sim/faults.ts';
import { freeBase } from './free-base.ts';

/** Every input from outside as a foreign program sends it: used while it holds, and what counts instead is told. */
let unit: SpawnedUnit;
const START_MS = 120_000;
/** How long an input is left to hold: enough to be seen on a busy machine. */
const HOLDS_MS = 40_000;
const HOUR_MS = 3_600_000;

/** Debian's mosquitto_pub, as somebody in the house would use it. */
function publish(name: TopicName, message: unknown): Promise<void> {
  const paths = pathsOf(unit.home);
  const args = ['-h', '127.0.0.1', '-p', `${unitOf(paths).mqttPort}`, '-u', 'home', '-P', loadPasswords(paths).home!];
  const path = topicPath('heatmine', name);
  const child = spawn('mosquitto_pub', [...args, '-q', '1', '-t', path, '-m', JSON.stringify(message)]);
  return new Promise((resolve, reject) =>
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`mosquitto_pub ended with ${code}`)))),
  );
}

/** Breaks something of the simulated hardware. */
async function inject(fault: FaultInput): Promise<void> {
  const socket = connect(pathsOf(unit.home).sockets.plant);
  socket.write(`${JSON.stringify({ id: 1, op: 'inject', fault })}\n`);
  await new Promise((resolve) => socket.once('data', resolve));
  socket.destroy();
}

/** The reasons of one kind once they say what is looked for. */
async function told(what: string, pattern: RegExp): Promise<void> {
  let said = '';
  await unit
    .until(({ control }) => {
      said = control?.reasons.map((r) => `${r.what} [${r.code}] ${r.text}`).join('\n') ?? '';
      return control?.reasons.some((r) => r.what === what && pattern.test(`[${r.code}] ${r.text}`)) ?? false;
    }, 150_000)
    .catch(() => assert.unreachable(`${what}: ${pattern} is not in\n${said}`));
}

const endsSoon = () => ({ ageMs: HOUR_MS - HOLDS_MS });

const INPUTS: Record<string, () => Promise<void>> = {
  async 'room temperature and window of a zone'() {
    await publish('zone', { zone: 'living', temperatureC: 22.3, ...endsSoon() });
    await told('rooms', /^\[rooms-zones\] room 22\.3 °C is that of living/);
    await publish('zone', { zone: 'living', temperatureC: 12.3, windowOpen: true, ...endsSoon() });
    await told('rooms', /windows of the zones are open; the wired room sensor is used instead/);
    await told('rooms', /no zone has reported within the last hour; the wired room sensor is used instead/);
  },
  async 'outdoor temperature'() {
    await inject({ point: 'outdoorC', fault: 'open' });
    await told('outdoorC', /sensor open/);
    // The board keeps its last value for half a minute before that of somebody else is better.
    await publish('zone', { zone: 'outdoor', temperatureC: -3.3, ageMs: HOUR_MS - 2 * HOLDS_MS });
    await told('outdoorC', /-3\.3 °C reported over MQTT is used/);
    await told('outdoorC', /sensor open/);
  },
  async 'price and forecast'() {
    // What a kWh costs is weighed once a minute.
    const endMs = (await unit.state()).control!.houseTimeMs + 90_000;
    const at = (steps: number) => new Date(endMs - steps * 900_000).toISOString();
    await publish('prices', [
      { time: at(2), value: 0.9 },
      { time: at(1), value: 0.95 },
    ]);
    await told('unit', /costs 1\.\d+ EUR/);
    await told('prices', /the price list has no price for now: that of the market is used/);
  },
  async 'grid, sun and battery'() {
    await inject({ device: 'meterGrid', fault: 'absent' });
    await inject({ device: 'meterPv', fault: 'absent' });
    const value = { gridW: -6000, pvW: 7000, batteryW: -500 };
    await publish('ems', { value, ttlMs: HOLDS_MS, ageMs: 0, bootId: 'house', seq: 1 });
    await told('ems', /the energy manager is silent: battery, grid and sun count as the board measures them/);
  },
  async presence() {
    await publish('presence', { anyoneHome: false, forMin: 1 });
    await told('presence', /nobody is at home: the room may be 2 K colder/);
    await told('presence', /the time away has run out: the house is taken for lived in/);
  },
};

if (spawnSync('mosquitto_pub', ['--help']).error) {
  process.stdout.write('SKIP inputs: needs mosquitto_pub (Debian: mosquitto-clients)\n');
} else {
  test('each input is used while it holds, and what counts instead is told', async () => {
    unit = spawnUnit({ portBase: await freeBase() });
    await unit.until((s) => s.control !== null && s.market !== null, START_MS);
    await Promise.all(Object.values(INPUTS).map((input) => input()));
  });
  test.after(async () => void (await unit?.stop()));
  test.run();
}
