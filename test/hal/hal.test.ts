import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Outputs, SAFE_OUTPUTS, SENSOR_NAMES, type SensorName } from '../../src/contract/points.ts';
import { loadBoard } from '../../src/hal/board.ts';
import { type Hal, openHal, type Trip } from '../../src/hal/hal.ts';
import { type FakeBuses, fakeBuses, type Mode } from './fake-buses.ts';

const monoMs = () => performance.now();
const RUNNING: Outputs = {
  ...SAFE_OUTPUTS,
  compressorOn: 1,
  compressorPct: 50,
  accelSupplyOn: 1,
  accelCapW: 600,
  accelPumpPct: 40,
  rejectOn: 0,
};

async function withHal(body: (hal: Hal, buses: FakeBuses) => Promise<void>, before?: (buses: FakeBuses) => void) {
  const buses = fakeBuses();
  before?.(buses);
  const hal = await openHal({ board: loadBoard('sim'), buses, monoMs });
  try {
    await body(hal, buses);
  } finally {
    await hal.close();
  }
}

const reading = (hal: Hal, name: SensorName) => hal.image(0).sensors[name];

async function until(what: string, limitMs: number, condition: () => boolean): Promise<number> {
  const startedMs = monoMs();
  while (!condition()) {
    if (monoMs() - startedMs > limitMs) assert.unreachable(`${what} did not happen within ${limitMs} ms`);
    await sleep(5);
  }
  return monoMs() - startedMs;
}

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

test('the outputs start safe', () =>
  withHal(async (hal, buses) => {
    const { actuators } = hal.image(0);
    for (const name of ['compressorOn', 'accelSupplyOn', 'accelPumpPct', 'rejectOn', 'compressorPct'] as const) {
      assert.is(actuators[name], SAFE_OUTPUTS[name], name);
    }
    assert.is(buses.levels.get(17), 0);
    assert.is(buses.levels.get(23), 0);
    // The cards accept no less than 100 W each: what is in force is told, not what was asked for.
    assert.is(actuators.accelCapW, 200);
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
    const sinceMs = monoMs();
    await until('bad', 3000, () => reading(hal, 'accelW').quality === 'bad');
    assert.ok(reading(hal, 'accelW').atMs <= sinceMs + 10);
    assert.match(reading(hal, 'accelW').reason!, /^nvidia-smi at gpu: no answer in time; run the tool by hand$/);
  }));

test('only changes are written, safe ones first; what the chips forget is written again', () =>
  withHal(async (hal, buses) => {
    hal.apply(RUNNING);
    await until(
      'all on',
      500,
      () => hal.image(0).actuators.compressorPct === 50 && hal.image(0).actuators.compressorOn === 1,
    );
    assert.is(buses.registers.get('drive 1 8502'), 500);
    assert.is(buses.registers.get('drive 1 3201'), 0x237);
    assert.is(hal.image(0).actuators.accelCapW, 600);
    const before = buses.writes.length;
    hal.apply(RUNNING);
    await sleep(30);
    assert.equal(buses.writes.slice(before), []);
    hal.apply({ ...RUNNING, compressorOn: 0, coolingOn: 1, hotWaterOn: 1 });
    await until('written', 200, () => buses.levels.get(24) === 1);
    assert.equal(buses.writes.slice(before).slice(0, 3), ['gpio0 17=0', 'gpio0 22=1', 'gpio0 24=1']);
    await sleep(1050);
    const again = buses.writes.length;
    hal.apply({ ...RUNNING, compressorOn: 0, coolingOn: 1, hotWaterOn: 1 });
    await until('written again', 300, () => buses.writes.slice(again).some((w) => w.startsWith('i2c1 88=02')));
  }));

test('a set-point is written again at half of the time-out of its device, though nothing changed', async () => {
  const board = loadBoard('sim');
  const drive = board.devices.drive!;
  Object.assign(drive, { params: { ...(drive.params as object), timeoutS: 1 } });
  const buses = fakeBuses();
  const hal = await openHal({ board, buses, monoMs });
  try {
    hal.apply(RUNNING);
    await until('on', 500, () => hal.image(0).actuators.compressorPct === 50);
    const times = () => buses.writes.filter((w) => w === 'drive 1 8502=500').length;
    const first = times();
    await sleep(300);
    hal.apply(RUNNING);
    await sleep(50);
    assert.is(times(), first, 'not before half of it');
    await sleep(250);
    hal.apply(RUNNING);
    await until('again', 200, () => times() === first + 1);
  } finally {
    await hal.close();
  }
});

test('a failed write is told, tried again, and the image keeps the truth meanwhile', () =>
  withHal(async (hal, buses) => {
    buses.broken.set('gpio0 27', 'absent');
    hal.apply(RUNNING);
    await sleep(50);
    assert.is(hal.image(0).actuators.accelSupplyOn, 0);
    assert.match(
      hal.health().find((h) => h.device === 'relayAccel')?.lastError ?? '',
      /^gpio-relay at gpio0 line 27: no answer/,
    );
    buses.broken.clear();
    await until('written', 600, () => {
      hal.apply(RUNNING);
      return hal.image(0).actuators.accelSupplyOn === 1;
    });
  }));

test('what is no number is written as safe', () =>
  withHal(async (hal) => {
    hal.apply({ ...RUNNING, accelPumpPct: Number.NaN, dryCoolerPct: 400 });
    await until('on', 500, () => hal.image(0).actuators.compressorOn === 1);
    assert.is(hal.image(0).actuators.accelPumpPct, 100);
    assert.is(hal.image(0).actuators.dryCoolerPct, 100);
  }));

for (const [line, sensor, dropped] of [
  [16, 'pressureHighOk', ['compressorOn']],
  [20, 'pressureLowOk', ['compressorOn']],
  [21, 'gasOk', ['compressorOn', 'accelSupplyOn']],
] as const) {
  test(`${sensor} opening between ticks drops ${dropped.join(' and ')} at once, and until control agrees`, () =>
    withHal(async (hal, buses) => {
      const trips: Trip[] = [];
      hal.onTrip((trip) => trips.push(trip));
      hal.apply(RUNNING);
      await until('on', 500, () => buses.levels.get(17) === 1 && buses.levels.get(27) === 1);
      buses.edge(line, 0);
      buses.edge(line, 1);
      await sleep(2);
      assert.is(buses.levels.get(17), 0);
      assert.is(buses.levels.get(27), sensor === 'gasOk' ? 0 : 1);
      assert.equal([trips[0]!.sensor, trips[0]!.dropped], [sensor, dropped]);
      assert.is(hal.image(1).sensors[sensor].value, 0, 'a chatter shorter than a tick is seen by the next one');
      hal.apply(RUNNING);
      await sleep(60);
      assert.is(buses.levels.get(17), 0, 'a command from before control saw it does not switch on again');
      assert.is(hal.image(2).sensors[sensor].value, 1);
      hal.apply({ ...RUNNING, compressorOn: 0, accelSupplyOn: 0 });
      hal.apply(RUNNING);
      await until('on again', 300, () => buses.levels.get(17) === 1 && buses.levels.get(27) === 1);
    }));
}

test('a contact found open without an edge trips too', () =>
  withHal(async (hal, buses) => {
    const trips: Trip[] = [];
    hal.onTrip((trip) => trips.push(trip));
    hal.apply(RUNNING);
    await until('on', 500, () => buses.levels.get(17) === 1);
    buses.levels.set(16, 0);
    await until('trip', 150, () => trips.length > 0);
    assert.is(buses.levels.get(17), 0);
    await sleep(150);
    assert.is(trips.length, 1);
  }));

test('the dead-man flips once a call and tells its failures', () =>
  withHal(async (hal, buses) => {
    for (let i = 0; i < 4; i++) {
      hal.deadMan.toggle();
      await sleep(3);
    }
    assert.equal(
      buses.writes.filter((w) => w.startsWith('gpio0 26')),
      ['gpio0 26=1', 'gpio0 26=0', 'gpio0 26=1', 'gpio0 26=0'],
    );
    buses.broken.set('gpio0 26', 'absent');
    hal.deadMan.toggle();
    await sleep(3);
    assert.is(hal.health().find((h) => h.device === 'deadMan')?.absent, 1);
  }));

test('a hanging device holds up neither the image nor other buses', () =>
  withHal(async (hal, buses) => {
    await until('good', 500, () => reading(hal, 'gridW').quality === 'good');
    buses.broken.set('i2c1 74', 'hang');
    await sleep(700);
    assert.is(reading(hal, 'supplyC').quality, 'bad');
    const startedMs = monoMs();
    const { atMs, sensors } = hal.image(1);
    assert.ok(monoMs() - startedMs < 5);
    assert.ok(atMs - sensors.gridW.atMs < 400, 'other buses go on');
    assert.ok(atMs - sensors.gasOk.atMs < 200);
  }));

test('close writes every safe value and leaves no timer behind', async () => {
  const buses = fakeBuses();
  const hal = await openHal({ board: loadBoard('sim'), buses, monoMs });
  hal.apply(RUNNING);
  await until(
    'on',
    500,
    () => buses.levels.get(17) === 1 && buses.levels.get(23) === 1 && buses.registers.get('drive 1 8502') === 500,
  );
  await hal.close();
  assert.is(buses.levels.get(17), 0);
  assert.is(buses.levels.get(27), 0);
  assert.is(buses.levels.get(23), 0);
  assert.is(buses.registers.get('drive 1 8502'), 0);
  const count = buses.writes.length;
  hal.apply(RUNNING);
  await sleep(300);
  assert.is(buses.writes.length, count);
});

test('close right after a command still ends safe', async () => {
  const buses = fakeBuses();
  const hal = await openHal({ board: loadBoard('sim'), buses, monoMs });
  hal.apply(RUNNING);
  await hal.close();
  assert.equal([buses.levels.get(17), buses.levels.get(27), buses.levels.get(23)], [0, 0, 0]);
  assert.is(buses.registers.get('drive 1 8502'), 0);
  assert.equal(buses.registers.get('i2c1 88 2'), 0, 'coolant pump at 0 V, which is full speed');
});

test.run();
