import { spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unitOf } from '../../src/app/client.ts';
import { loadPasswords } from '../../src/app/secrets.ts';
import { type SpawnedUnit, spawnUnit } from '../../src/app/spawn-unit.ts';
import type { Ems } from '../../src/contract/grid.ts';
import type { ControlState } from '../../src/contract/messages.ts';
import { type TopicName, topicPath } from '../../src/contract/topics.ts';
import { pathsOf } from '../../src/core/paths.ts';
import type { FaultInput } from '../../src/hal/sim/faults.ts';
import { freeBase } from './free-base.ts';

/** Every input from outside as a foreign program sends it: used while it holds, and what counts instead is told. */
let unit: SpawnedUnit;
const START_MS = 120_000;
/** The house's clock: what control weighs once a minute it weighs every three seconds. */
const SPEED = '20';
const LIMIT_MS = 200_000;
const HOUR_MS = 3_600_000;
const QUARTER_MS = 900_000;
/** Kept for the questions that may come. */
const RESTING_W = 500;

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

/** Waits until control shows what is looked for; `what` says in the failure what has not come. */
async function shown(what: string, test: (control: ControlState) => boolean): Promise<ControlState> {
  let last: ControlState | null = null;
  await unit
    .until(({ control }) => {
      last = control;
      return control !== null && test(control);
    }, LIMIT_MS)
    .catch(() => {
      const { grantW, heatNeedW, reasons } = last!;
      const said = reasons.map((r) => `${r.what} [${r.code}] ${r.text}`).join('\n');
      assert.unreachable(`${what}; granted ${grantW} W, need ${heatNeedW} W\n${said}`);
    });
  return last!;
}

/** The reasons of one kind once they say what is looked for. */
const told = (what: string, pattern: RegExp) =>
  shown(`${what}: ${pattern} was not said`, ({ reasons }) =>
    reasons.some((r) => r.what === what && pattern.test(`[${r.code}] ${r.text}`)),
  );
const granted = (what: string, test: (grantW: number) => boolean) => shown(what, ({ grantW }) => test(grantW));

/** So old when it comes that it has ended a second later. */
const endsSoon = { ageMs: HOUR_MS - 1000 };

/** An energy manager tells `value` for so long. */
let seq = 0;
const manage = (value: Ems, ttlMs: number) => publish('ems', { value, ttlMs, ageMs: 0, bootId: 'house', seq: ++seq });

/** Wholesale prices by the quarter of an hour, the last of them ending so many seconds of the house's clock from now. */
async function sendPrices(values: number[], leftS: number): Promise<void> {
  const endMs = (await unit.state()).control!.houseTimeMs + leftS * 1000;
  const at = (i: number) => new Date(endMs - (values.length - i) * QUARTER_MS).toISOString();
  await publish(
    'prices',
    values.map((value, i) => ({ time: at(i), value })),
  );
}

const INPUTS: Record<string, () => Promise<void>> = {
  async 'room temperature and window of a zone'() {
    await publish('zone', { zone: 'living', temperatureC: 29.3 });
    await told('rooms', /^\[rooms-zones\] room 29\.3 °C is that of living/);
    const warm = await shown('a warm room needs little', ({ heatNeedW }) => heatNeedW < 4000);
    await publish('zone', { zone: 'living', temperatureC: 16.3 });
    await shown('a cold room needs more', ({ heatNeedW }) => heatNeedW > warm.heatNeedW + 3000);
    await publish('zone', { zone: 'living', temperatureC: 12.3, windowOpen: true });
    await told('rooms', /windows of the zones are open; the wired room sensor is used instead/);
    await publish('zone', { zone: 'living', temperatureC: 12.3, ...endsSoon });
    await told('rooms', /no zone has reported within the last hour; the wired room sensor is used instead/);
  },
  async 'outdoor temperature'() {
    await inject({ point: 'outdoorC', fault: 'open' });
    await told('outdoorC', /sensor open/);
    // The board keeps its last value for half a minute before that of somebody else is better.
    await publish('zone', { zone: 'outdoor', temperatureC: -3.3 });
    await told('outdoorC', /-3\.3 °C reported over MQTT is used/);
    await publish('zone', { zone: 'outdoor', temperatureC: -3.3, ...endsSoon });
    await told('outdoorC', /sensor open/);
  },
  /** Both decide what computing costs, so one after the other. A kWh of it is worth more than sun fed in and less than one bought. */
  async 'grid, sun and battery; then prices'() {
    await publish('set', { name: 'computeValueEurPerKwh', value: 0.1, by: 'home-assistant' });
    await inject({ device: 'meterGrid', fault: 'absent' });
    await inject({ device: 'meterPv', fault: 'absent' });
    await granted('nothing is bought for unpaid computing', (w) => w <= RESTING_W);
    await manage({ gridW: -6000, pvW: 7000 }, HOUR_MS);
    const sunny = await granted('sun told over MQTT is computed with', (w) => w > 4000);
    assert.match(sunny.reasons[0]!.text, /own sun/);
    await unit.until((s) => (s.control?.sensors.accelW?.value ?? 0) > 1500 && s.compute!.tokensPerS > 0, LIMIT_MS);
    // What the battery gives is no sun; the accelerator, which these figures do not show, takes none of theirs.
    const { value: accelW } = (await unit.state()).control!.sensors.accelW!;
    // It may still rise, by 3500 W at most, which count as sun: less than 2500 W are left all the same.
    await manage({ gridW: -1000 + accelW!, pvW: 7000, batteryW: -3000 }, HOUR_MS);
    await granted('a battery that discharges leaves less', (w) => w < 2500);
    await manage({ gridW: -6000, pvW: 7000 }, 1000);
    await told('ems', /the energy manager is silent: battery, grid and sun count as the board measures them/);
    await granted('without the sun nothing is bought for unpaid computing', (w) => w <= RESTING_W);

    await sendPrices([-0.3, -0.3, -0.3], 1500);
    const cheap = await granted('a price below zero is computed with', (w) => w > 4000);
    assert.match(cheap.reasons[0]!.text, /from the grid/);
    await sendPrices([0.9, 0.95], 900);
    await told('unit', /costs 1\.\d+ EUR/);
    await granted('a dear kWh is not', (w) => w <= RESTING_W);
    await sendPrices([0.9, 0.95], 60);
    await told('prices', /the price list has no price for now: that of the simulated market is used/);
  },
  async presence() {
    await publish('presence', { anyoneHome: false, forMin: 60 });
    await told('presence', /nobody is at home: the room may be 2 K colder/);
    await publish('presence', { anyoneHome: true });
    await shown('somebody is back', ({ reasons }) => reasons.every((r) => r.what !== 'presence'));
  },
};

if (spawnSync('mosquitto_pub', ['--help']).error) {
  process.stdout.write('SKIP inputs: needs mosquitto_pub (Debian: mosquitto-clients)\n');
} else {
  test('each input is used while it holds, and what counts instead is told', async () => {
    unit = spawnUnit({ portBase: await freeBase(), args: ['--speed', SPEED] });
    await unit.until((s) => s.control !== null && s.control.price !== null, START_MS);
    await Promise.all(Object.values(INPUTS).map((input) => input()));
  });
  test.after(async () => void (await unit?.stop()));
  test.run();
}
