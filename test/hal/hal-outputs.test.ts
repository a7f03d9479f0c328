import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ACTUATOR_NAMES, type ActuatorName, type Outputs, SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { HeatmineError } from '../../src/core/errors.ts';
import { loadBoard } from '../../src/hal/board.ts';
import { createBusQueue } from '../../src/hal/bus-queue.ts';
import type { DeviceSlot } from '../../src/hal/device-slot.ts';
import { openHal, type Trip } from '../../src/hal/hal.ts';
import { createOutputs, type OutputTarget } from '../../src/hal/outputs.ts';
import { fakeBuses } from './fake-buses.ts';
import { RUNNING, withHal } from './hal-rig.ts';
import { loopMs, until } from './patience.ts';

/** What the HAL writes, when, and what it does by itself. */
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
    const again = buses.writes.length;
    const tookMs = await until('written again', 1500, () => {
      hal.apply({ ...RUNNING, compressorOn: 0, coolingOn: 1, hotWaterOn: 1 });
      return buses.writes.slice(again).some((w) => w.startsWith('i2c1 88=02'));
    });
    assert.ok(tookMs > 800, `${tookMs} ms`);
  }));

test('a set-point is written again at half of the time-out of its device, though nothing changed', async () => {
  const board = loadBoard('sim');
  const drive = board.devices.drive!;
  Object.assign(drive, { params: { ...(drive.params as object), timeoutS: 1 } });
  const buses = fakeBuses();
  const hal = await openHal({ board, buses, monoMs: loopMs });
  try {
    hal.apply(RUNNING);
    await until('on', 500, () => hal.image(0).actuators.compressorPct === 50);
    const times = () => buses.writes.filter((w) => w === 'drive 1 8502=500').length;
    const first = times();
    await sleep(300);
    hal.apply(RUNNING);
    await sleep(50);
    assert.is(times(), first, 'not before half of it');
    await until('again', 450, () => {
      hal.apply(RUNNING);
      return times() === first + 1;
    });
  } finally {
    await hal.close();
  }
});

test('a failed write is told, tried again, and the image keeps the truth meanwhile', () =>
  withHal(async (hal, buses) => {
    buses.broken.set('gpio0 27', 'absent');
    hal.apply(RUNNING);
    const told = () => hal.health().find((h) => h.device === 'relayAccel')?.lastError ?? '';
    await until('told', 100, () => told() !== '');
    assert.match(told(), /^gpio-relay at gpio0 line 27: no answer/);
    assert.is(hal.image(0).actuators.accelSupplyOn, 0);
    buses.broken.clear();
    await until('written', 600, () => {
      hal.apply(RUNNING);
      return hal.image(0).actuators.accelSupplyOn === 1;
    });
  }));

test('F8: a relay whose answer was lost counts as on until it has answered that it is off; one that is not there does not', async () => {
  for (const [kind, code, counts] of [
    ['modbus', 'BUS_TIMEOUT', 1],
    ['modbus', 'BUS_NOISE', 1],
    ['modbus', 'BUS_ABSENT', 0],
    ['gpio', 'BUS_NOISE', 0],
  ] as const) {
    let answers = false;
    const write = (_channel: string, value: number) =>
      answers ? Promise.resolve(value) : Promise.reject(new HeatmineError(code, 'no answer'));
    const slot = { wiring: { kind }, rewriteMs: 1e9, write } as unknown as DeviceSlot;
    const queue = createBusQueue();
    const one = (channel: string): OutputTarget => ({ slot, queue, channel });
    let nowMs = 0;
    const outputs = createOutputs(
      Object.fromEntries(ACTUATOR_NAMES.map((n) => [n, one(n)])) as Record<ActuatorName, OutputTarget>,
      () => nowMs,
    );
    const at = async (wanted: Outputs) => {
      nowMs += 2000;
      outputs.apply(wanted);
      await sleep(5);
      return outputs.confirmed().compressorOn;
    };
    assert.is(await at(RUNNING), counts, `${kind} ${code}`);
    assert.is(await at({ ...RUNNING, compressorOn: 0 }), counts, `${kind} ${code}: off, not answered either`);
    answers = true;
    assert.is(await at({ ...RUNNING, compressorOn: 0 }), 0, `${kind} ${code}: off`);
  }
});

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

test('close writes every safe value and leaves no timer behind', async () => {
  const buses = fakeBuses();
  const hal = await openHal({ board: loadBoard('sim'), buses, monoMs: loopMs });
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
  const hal = await openHal({ board: loadBoard('sim'), buses, monoMs: loopMs });
  hal.apply(RUNNING);
  await hal.close();
  assert.equal([buses.levels.get(17), buses.levels.get(27), buses.levels.get(23)], [0, 0, 0]);
  assert.is(buses.registers.get('drive 1 8502'), 0);
  assert.equal(buses.registers.get('i2c1 88 2'), 0, 'coolant pump at 0 V, which is full speed');
});

test.run();
