import { writeFileSync } from 'node:fs';
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
import type { GpioEdge } from '../../../src/hal/types.ts';
import {
  BANK,
  LABEL,
  monoMs,
  only,
  PATIENCE_MS,
  plant,
  program,
  pull,
  release,
  until,
  value,
  WAYS,
  type Way,
} from './gpio-chip.ts';
import { guestTest } from './guest-test.ts';

/** Runs in the guest: both GPIO back ends on a real kernel. */
for (const way of Object.keys(WAYS) as Way[]) {
  guestTest(`${way}: an output drives its line and reads it back`, async () => {
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

  guestTest(`${way}: each edge of a contact is told with level, time and number`, async () => {
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

  guestTest(`${way}: what a line does when its owner is killed`, async () => {
    const { child, ended, said } = program('hold.guest.ts', [way, LABEL, '5']);
    await until(() => said().includes('driven') || child.exitCode !== null, 'the owner drives its line');
    assert.is(value(5), 1, 'driven');
    child.kill('SIGKILL');
    await ended;
    if (way === 'sysfs') {
      await sleep(500);
      assert.is(value(5), 1, 'stays driven');
    } else await until(() => value(5) === 0, 'falls back to its pull');
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

guestTest('this kernel offers the character device, and says whom a busy line belongs to', async () => {
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

guestTest('bias: an input with nothing on its wire follows the pull that the driver asks for', async () => {
  const bus = openCdevGpio(LABEL, 'gpio0');
  assert.is((await bus.input(9, { bias: 'pull-up', edges: false })).read(), 1);
  assert.is((await bus.input(10, { bias: 'pull-down', edges: false })).read(), 0);
  await bus.close();
});

guestTest('flow: every one of 240 edges is counted, though our loop was blocked for half of them', async () => {
  pull(7, false);
  const bus = openCdevGpio(LABEL, 'gpio0');
  const counter = await bus.input(7, { bias: 'none', edges: true, counted: true });
  const seen: GpioEdge[] = [];
  counter.onEdge((edge) => seen.push(edge));
  const { ended } = program('pulse.guest.ts', [`${plant()}/sim_gpio7/pull`, '240', '25']);
  await until(() => seen.length > 0, 'the first edge');
  const untilMs = monoMs() + 3000;
  while (monoMs() < untilMs);
  await ended;
  await until(() => seen.length >= 240, '240 edges');
  const [first, last] = [seen[0]!, seen.at(-1)!];
  assert.is(last.sequence, 240);
  assert.is(seen.length, 240);
  const spanS = Number(last.atNs - first.atNs) / 1e9;
  assert.ok(spanS > 239 * 0.024 && spanS < 40, `${spanS} s by the kernel's stamps`);
  await bus.close();
});

guestTest('flow: the driver makes litres a minute of them', async () => {
  pull(7, false);
  const bus = openCdevGpio(LABEL, 'gpio0');
  const meter = await pulseFlow.open({ bus: 'gpio0', line: 7, pulsesPerLitre: 60 }, { buses: only(bus), monoMs });
  const { ended, said } = program('pulse.guest.ts', [`${plant()}/sim_gpio7/pull`, '80', '30']);
  const values: number[] = [];
  let over = false;
  void ended.then(() => (over = true));
  while (!over) {
    values.push((await meter.poll!()).flowLpm!.value);
    await sleep(100);
  }
  // Two edges are a pulse, and 60 pulses a litre: an edge in 30 ms, which is the least, is 16.7 L/min.
  const gapMs = Number(/median (\S+) ms/.exec(said())?.[1]);
  const [most, usual] = [Math.max(...values), 30_000 / 60 / gapMs];
  assert.ok(most < 17.5 && most > 0.6 * usual, `${most} L/min, edges ${said()}: ${values.map((v) => v.toFixed(1))}`);
  await sleep(1100);
  assert.is((await meter.poll!()).flowLpm!.value, 0, 'still after a second without an edge');
  await bus.close();
});

guestTest('a trip between ticks: the contact opens, the enable line is dropped', async () => {
  pull(8, true);
  const bus = openCdevGpio(LABEL, 'gpio0');
  const buses = only(bus);
  const contact = await gpioContact.open({ bus: 'gpio0', line: 8 }, { buses, monoMs });
  const relay = await gpioRelay.open({ bus: 'gpio0', line: 3, inverted: false }, { buses, monoMs });
  await relay.write!('state', 1);
  let tripped = () => {};
  contact.onTrip!(() => tripped());
  const took: number[] = [];
  for (let n = 0; n < 20; n++) {
    tripped = () => {};
    pull(8, true);
    await sleep(20);
    await relay.write!('state', 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const startedMs = monoMs();
    tripped = () => void relay.write!('state', SAFE_OUTPUTS.compressorOn).then(() => resolve());
    pull(8, false);
    await promise;
    took.push(monoMs() - startedMs);
    assert.is(value(3), 0);
  }
  const worst = Math.max(...took);
  console.log(
    `trip to released line: ${took.toSorted((a, b) => a - b)[10]!.toFixed(1)} ms median, ${worst.toFixed(1)} worst`,
  );
  assert.ok(took.toSorted((a, b) => a - b)[10]! < 100, `${took}`);
  await bus.close();
});

guestTest(
  'a chip that goes and comes back: bad within 500 ms, good again by itself, outputs too, and the counters tell',
  async () => {
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
    await polled('good', PATIENCE_MS);
    await relay.write('state', 1);
    const before = contact.health.ok;
    writeFileSync(`${BANK}/../live`, '0');
    const goneMs = await polled('bad', PATIENCE_MS);
    // Two polls 50 ms apart here; the limit is that of the machine in the basement, with room for a busy host.
    assert.ok(goneMs < 2500, `${goneMs} ms`);
    assert.match(
      contact.readings.gasOk!.reason!,
      /^gpio-contact at gpio0 line 12: .*the GPIO chip went away|no GPIO chip/,
    );
    assert.instance(await relay.write('state', 1).catch((e) => e), Error);
    writeFileSync(`${BANK}/../live`, '1');
    await polled('good', PATIENCE_MS);
    assert.is(await relay.write('state', 1), 1);
    assert.is(value(13), 1);
    assert.ok(contact.health.absent > 0 && contact.health.ok > before);
    await bus.close();
  },
);

guestTest('sysfs refuses what it cannot do', async () => {
  const bus = openSysfsGpio(LABEL, 'gpio0');
  const counted = await bus.input(11, { bias: 'none', edges: true, counted: true }).catch((e) => e);
  assert.match(counted.message, /^gpio0 line 11: sysfs cannot count pulses; build the character device add-on/);
  await bus.close();
});

test.run();
