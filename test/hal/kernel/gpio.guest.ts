import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SAFE_OUTPUTS } from '../../../src/contract/points.ts';
import type { BoardDevice } from '../../../src/hal/board.ts';
import { gpioWay, openLinuxGpio } from '../../../src/hal/buses/linux-gpio.ts';
import { openCdevGpio } from '../../../src/hal/buses/linux-gpio-cdev.ts';
import { openSysfsGpio } from '../../../src/hal/buses/linux-gpio-sysfs.ts';
import { createSlot } from '../../../src/hal/device-slot.ts';
import { gpioContact } from '../../../src/hal/drivers/gpio-contact.ts';
import { gpioRelay } from '../../../src/hal/drivers/gpio-relay.ts';
import { pulseFlow } from '../../../src/hal/drivers/pulse-flow.ts';
import type { BusBackend, GpioBus, GpioEdge } from '../../../src/hal/types.ts';

/** Runs in the guest. The chip is gpio-sim: `pull` is the world's hand on an input, `value` what an output does. */
const LABEL = 'plant-gpio';
const [, , BANK = '', CLASS = ''] = process.argv;
/** Where the kernel shows the chip now: it may be another place after it came back. */
const plant = () =>
  `/sys/devices/platform/${readFileSync(`${BANK}/../dev_name`, 'utf8').trim()}/${readFileSync(`${BANK}/chip_name`, 'utf8').trim()}`;
const pull = (line: number, up: boolean) =>
  writeFileSync(`${plant()}/sim_gpio${line}/pull`, up ? 'pull-up' : 'pull-down');
const value = (line: number) => Number(readFileSync(`${plant()}/sim_gpio${line}/value`, 'utf8'));
const monoMs = () => performance.now();
const WAYS = { 'character device': openCdevGpio, sysfs: openSysfsGpio };
type Way = keyof typeof WAYS;
/** A back end with this chip only. */
const only = (gpio: GpioBus) => ({ gpio: () => gpio }) as unknown as BusBackend;

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await sleep(5);
  assert.ok(condition(), what);
}

/** A line that sysfs holds cannot be had by the character device; ours keeps them, so that a relay keeps its level. */
function release(line: number): void {
  const base = Number(readFileSync(`${CLASS}/base`, 'utf8'));
  if (existsSync(`/sys/class/gpio/gpio${base + line}`)) writeFileSync('/sys/class/gpio/unexport', String(base + line));
}

for (const way of Object.keys(WAYS) as Way[]) {
  test(`${way}: an output drives its line and reads it back`, async () => {
    const bus = WAYS[way](LABEL, 'gpio0');
    const relay = await gpioRelay.open({ bus: 'gpio0', line: 3, inverted: false }, { buses: only(bus), monoMs });
    assert.is(value(3), 0, 'opens released');
    assert.is(await relay.write!('state', 1), 1);
    assert.is(value(3), 1);
    assert.is(await relay.write!('state', 0), 0);
    assert.is(value(3), 0);
    await bus.close();
    release(3);
  });

  test(`${way}: each edge of a contact is told with level, time and number`, async () => {
    pull(4, true);
    const bus = WAYS[way](LABEL, 'gpio0');
    const input = await bus.input(4, { bias: 'none', edges: true });
    const edges: GpioEdge[] = [];
    input.onEdge((edge) => edges.push(edge));
    assert.is(input.read(), 1);
    for (const up of [false, true, false]) {
      const beforeNs = process.hrtime.bigint();
      const heard = edges.length;
      pull(4, up);
      await until(() => edges.length > heard, `edge to ${up}`);
      assert.is(edges.at(-1)!.level, up ? 1 : 0);
      assert.ok(edges.at(-1)!.atNs >= beforeNs && edges.at(-1)!.atNs <= process.hrtime.bigint(), 'the monotonic clock');
      await sleep(30);
    }
    assert.is(input.read(), 0);
    assert.equal(
      edges.map((edge) => edge.sequence),
      [1, 2, 3],
    );
    await bus.close();
    release(4);
  });

  test(`${way}: what a line does when its owner is killed`, async () => {
    const child = spawn(process.execPath, ['test/hal/kernel/hold.guest.ts', way, LABEL, '5'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    assert.is(value(5), 1, 'driven');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    await sleep(50);
    assert.is(value(5), way === 'sysfs' ? 1 : 0, way === 'sysfs' ? 'stays driven' : 'falls back to its pull');
    // And the next owner finds it all the same, and takes it over.
    const bus = WAYS[way](LABEL, 'gpio0');
    const output = await bus.output(5, 0);
    assert.is(value(5), 0);
    await output.write(1);
    assert.is(value(5), 1);
    await output.write(0);
    await bus.close();
    release(5);
  });
}

test('this kernel offers the character device, and says whom a busy line belongs to', async () => {
  assert.is(gpioWay(LABEL).way, 'character device');
  assert.match(gpioWay('pinctrl-bcm2711').why, /no GPIO chip "pinctrl-bcm2711"; this machine has plant-gpio/);
  const [one, two] = [openLinuxGpio(LABEL, 'gpio0'), openLinuxGpio(LABEL, 'gpio0')];
  await one.output(6, 0);
  const error = await two.output(6, 0).catch((e) => e);
  assert.match(error.message, /^gpio0 line 6: EBUSY: it is held by "heatmine"/);
  await one.close();
  await two.output(6, 0);
  await two.close();
});

test('bias: an input with nothing on its wire follows the pull that the driver asks for', async () => {
  const bus = openCdevGpio(LABEL, 'gpio0');
  assert.is((await bus.input(9, { bias: 'pull-up', edges: false })).read(), 1);
  assert.is((await bus.input(10, { bias: 'pull-down', edges: false })).read(), 0);
  await bus.close();
});

test('flow: every one of 240 edges is counted, though our loop was blocked for half of them', async () => {
  pull(7, false);
  const bus = openCdevGpio(LABEL, 'gpio0');
  const counter = await bus.input(7, { bias: 'none', edges: true, counted: true });
  const seen: GpioEdge[] = [];
  counter.onEdge((edge) => seen.push(edge));
  // The edges come from another process, 25 ms apart: closer ones run together in this kernel, whose clock ticks at 100 Hz.
  const pulser = spawn(process.execPath, ['test/hal/kernel/pulse.guest.ts', `${plant()}/sim_gpio7/pull`, '240', '25']);
  const ended = new Promise((resolve) => pulser.once('exit', resolve));
  await until(() => seen.length > 0, 'the first edge');
  const untilMs = monoMs() + 3000;
  while (monoMs() < untilMs);
  await ended;
  await sleep(50);
  const [first, last] = [seen[0]!, seen.at(-1)!];
  assert.is(last.sequence, 240);
  assert.is(seen.length, 240);
  const spanS = Number(last.atNs - first.atNs) / 1e9;
  assert.ok(spanS > 239 * 0.024 && spanS < 12, `${spanS} s by the kernel's stamps`);
  await bus.close();
});

test('flow: the driver makes litres a minute of them', async () => {
  pull(7, false);
  const bus = openCdevGpio(LABEL, 'gpio0');
  const meter = await pulseFlow.open({ bus: 'gpio0', line: 7, pulsesPerLitre: 60 }, { buses: only(bus), monoMs });
  const pulser = spawn(process.execPath, ['test/hal/kernel/pulse.guest.ts', `${plant()}/sim_gpio7/pull`, '80', '30']);
  const ended = new Promise((resolve) => pulser.once('exit', resolve));
  await sleep(2000);
  const { flowLpm } = await meter.poll!();
  // 30 ms an edge and a little: 16 pulses a second at 60 a litre are 16 L/min.
  assert.ok(flowLpm!.value > 10 && flowLpm!.value < 17, `${flowLpm!.value} L/min`);
  await ended;
  await sleep(1100);
  assert.is((await meter.poll!()).flowLpm!.value, 0, 'still after a second without an edge');
  await bus.close();
});

test('a trip between ticks: the contact opens, the enable line is dropped', async () => {
  pull(8, true);
  const bus = openCdevGpio(LABEL, 'gpio0');
  const buses = only(bus);
  const contact = await gpioContact.open({ bus: 'gpio0', line: 8 }, { buses, monoMs });
  const relay = await gpioRelay.open({ bus: 'gpio0', line: 3, inverted: false }, { buses, monoMs });
  await relay.write!('state', 1);
  const took: number[] = [];
  for (let n = 0; n < 20; n++) {
    pull(8, true);
    await sleep(20);
    await relay.write!('state', 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const startedMs = monoMs();
    contact.onTrip!(() => void relay.write!('state', SAFE_OUTPUTS.compressorOn).then(() => resolve()));
    pull(8, false);
    await promise;
    took.push(monoMs() - startedMs);
    assert.is(value(3), 0);
  }
  const worst = Math.max(...took);
  console.log(
    `trip to released line: ${took.toSorted((a, b) => a - b)[10]!.toFixed(1)} ms median, ${worst.toFixed(1)} worst`,
  );
  assert.ok(worst < 100, `${worst} ms`);
  await bus.close();
});

test('a chip that goes and comes back: bad within 500 ms, good again by itself, outputs too, and the counters tell', async () => {
  const bus = openLinuxGpio(LABEL, 'gpio0');
  const buses = only(bus);
  const device = (driver: string, line: number, point: object): BoardDevice => ({
    driver,
    params: { bus: 'gpio0', line, inverted: false },
    sensors: {},
    actuators: {},
    ...point,
  });
  const contact = createSlot(
    'contact',
    device('gpio-contact', 12, { sensors: { gasOk: { channel: 'closed', maxAgeMs: 1500, note: 'test' } } }),
    { buses, monoMs },
    () => undefined,
  );
  const relay = createSlot('relay', device('gpio-relay', 13, {}), { buses, monoMs }, () => undefined);
  const quality = () => contact.readings.gasOk?.quality;
  const polled = async (wanted: string, limitMs: number) => {
    const fromMs = monoMs();
    while (quality() !== wanted && monoMs() - fromMs < limitMs) {
      await contact.poll();
      await sleep(50);
    }
    assert.is(quality(), wanted, contact.health.lastError);
    return monoMs() - fromMs;
  };
  await polled('good', 1000);
  await relay.write('state', 1);
  const before = contact.health.ok;
  writeFileSync(`${BANK}/../live`, '0');
  const goneMs = await polled('bad', 2000);
  assert.ok(goneMs < 500, `${goneMs} ms`);
  assert.match(
    contact.readings.gasOk!.reason!,
    /^gpio-contact at gpio0 line 12: .*the GPIO chip went away|no GPIO chip/,
  );
  assert.instance(await relay.write('state', 1).catch((e) => e), Error);
  writeFileSync(`${BANK}/../live`, '1');
  await polled('good', 2000);
  assert.is(await relay.write('state', 1), 1);
  assert.is(value(13), 1);
  assert.ok(contact.health.absent > 0 && contact.health.ok > before);
  await bus.close();
});

test('sysfs refuses what it cannot do', async () => {
  const bus = openSysfsGpio(LABEL, 'gpio0');
  const counted = await bus.input(11, { bias: 'none', edges: true, counted: true }).catch((e) => e);
  assert.match(counted.message, /^gpio0 line 11: sysfs cannot count pulses; build the character device add-on/);
  await bus.close();
});

test.run();
