import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SENSOR_NAMES, type SensorName } from '../../src/contract/points.ts';
import type { Hal } from '../../src/hal/hal.ts';
import type { Mode } from './fake-buses.ts';
import { withHal } from './hal-rig.ts';
import { loopMs, until } from './patience.ts';

/** What the HAL makes of its sensors, sound and broken. */
const reading = (hal: Hal, name: SensorName) => hal.image(0).sensors[name];

test('a whole board is good within a moment, frozen and complete', () =>
  withHal(async (hal) => {
    await until('all good', 500, () =>
      SENSOR_NAMES.filter((name) => name !== 'batteryW').every((name) => reading(hal, name).quality === 'good'),
    );
    const image = hal.image(7);
    assert.is(image.tick, 7);
    assert.is(image.sensors.accelOutC.value, 30);
    assert.is(image.sensors.roomC.value, 21.25);
    assert.is(Math.round(image.sensors.supplyC.value), 25);
    assert.is(image.sensors.accelW.value, 220);
    assert.is(image.sensors.accelChipC.value, 60);
    assert.is(image.sensors.accelFlowLpm.value, 0);
    assert.is(image.sensors.gasOk.value, 1);
    assert.throws(() => Object.assign(image.sensors.roomC, { value: 1 }));
    assert.throws(() => Object.assign(image.sensors, { roomC: 1 }));
    assert.throws(() => Object.assign(image.actuators, { rejectOn: 0 }));
  }));

const FAILURES: [Mode, string, SensorName, RegExp, 'absent' | 'timeout' | 'noise'][] = [
  ['absent', 'i2c1 73', 'accelOutC', /^tmp117 at i2c1 0x49: no answer; check power and SDA\/SCL wires$/, 'absent'],
  ['noise', 'i2c1 74', 'supplyC', /^ads1115-ntc at i2c1 0x4A: .*garbled/, 'noise'],
  [
    'stuck',
    'i2c1',
    'bufferTopC',
    /^ads1115-ntc at i2c1 0x4B: bus held low; check power and SDA\/SCL wires$/,
    'timeout',
  ],
  [
    'stuck',
    'drive 1',
    'compressorW',
    /^atv320 at drive unit 1: no answer in time; check power, A\/B wires and unit id$/,
    'timeout',
  ],
  ['absent', 'gpio0 5', 'accelFlowLpm', /^pulse-flow at gpio0 line 5: no answer; check its wire/, 'absent'],
];

for (const [mode, place, sensor, reason, counter] of FAILURES) {
  test(`${place} ${mode}: ${sensor} is bad within 500 ms, its neighbours are not, and it comes back`, () =>
    withHal(async (hal, buses) => {
      await until('good', 500, () => reading(hal, sensor).quality === 'good');
      buses.broken.set(place, mode);
      await until('bad', 520, () => reading(hal, sensor).quality === 'bad');
      const { value, reason: told } = reading(hal, sensor);
      assert.ok(Number.isNaN(value));
      assert.match(told!, reason);
      for (const other of ['gasOk', 'gridW'] as const) assert.is(reading(hal, other).quality, 'good', other);
      assert.ok(hal.health().some((h) => h[counter] > 0 && place.startsWith(h.where.split(' ')[0]!) && h.lastError));
      buses.broken.clear();
      await until('good again', 1000, () => reading(hal, sensor).quality === 'good');
    }));
}

test('an I2C device missing from the start is bad with its reason, and found when it is plugged in', () =>
  withHal(
    async (hal, buses) => {
      await until('bad', 500, () => reading(hal, 'roomC').quality === 'bad');
      assert.match(reading(hal, 'roomC').reason!, /^mcp9808 at i2c1 0x18: no answer/);
      buses.broken.clear();
      await until('good', 500, () => reading(hal, 'roomC').quality === 'good');
    },
    (buses) => buses.broken.set('i2c1 24', 'absent'),
  ));

test('an open thermistor is bad alone, with the channel named', () =>
  withHal(async (hal, buses) => {
    buses.registers.set('i2c1 74 0', 26_400);
    await until('bad', 500, () => reading(hal, 'dischargeC').quality === 'bad');
    assert.match(reading(hal, 'dischargeC').reason!, /^ads1115-ntc at i2c1 0x4A a3: sensor open/);
    assert.is(reading(hal, 'bufferTopC').quality, 'good');
  }));

test('an implausible value is a fault, not a value', () =>
  withHal(async (hal, buses) => {
    await until('good', 500, () => reading(hal, 'gridW').quality === 'good');
    // 1e9 as IEEE 754 single.
    buses.registers.set('meter 11 52', 0x4e6e);
    buses.registers.set('meter 11 53', 0x6b28);
    await until('bad', 500, () => reading(hal, 'gridW').quality === 'bad');
    assert.match(
      reading(hal, 'gridW').reason!,
      /sdm630 at meter unit 11 powerW: 1000000000, plausible is -50000 to 50000 W/,
    );
  }));

test('nvidia-smi that hangs is bad within 3 s; its last figure keeps its age until then', () =>
  withHal(async (hal, buses) => {
    await until('good', 1000, () => reading(hal, 'accelW').quality === 'good');
    buses.broken.set('gpu', 'stuck');
    const sinceMs = loopMs();
    await until('bad', 3000, () => reading(hal, 'accelW').quality === 'bad');
    assert.ok(reading(hal, 'accelW').atMs <= sinceMs + 10);
    assert.match(reading(hal, 'accelW').reason!, /^nvidia-smi at gpu: no answer in time; run the tool by hand$/);
  }));

test('a hanging device holds up neither the image nor other buses', () =>
  withHal(async (hal, buses) => {
    await until('good', 500, () => reading(hal, 'gridW').quality === 'good');
    buses.broken.set('i2c1 74', 'hang');
    await until('bad', 700, () => reading(hal, 'supplyC').quality === 'bad');
    const took = Array.from({ length: 9 }, () => {
      const startedMs = performance.now();
      hal.image(1);
      return performance.now() - startedMs;
    });
    assert.ok(Math.min(...took) < 5, `${took}`);
    for (const [other, limitMs] of [
      ['gridW', 400],
      ['gasOk', 200],
    ] as const) {
      const { atMs } = reading(hal, other);
      await until(`${other} renewed`, limitMs, () => reading(hal, other).atMs > atMs);
    }
  }));

test.run();
