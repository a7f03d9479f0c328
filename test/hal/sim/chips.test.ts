import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ACTUATOR_NAMES, SENSOR_NAMES, type SensorName } from '../../../src/contract/points.ts';
import { simLocal } from '../../../src/hal/buses/sim-local.ts';
import { actuate, alive, board, hardwareFor, openDevices, pollAll, readings, sleep, warmPlant } from './rig.ts';

/** Half a step of what the device can resolve, plus what its counting window allows. */
const RESOLUTION: Partial<Record<SensorName, number>> = {
  accelInC: 0.004,
  accelOutC: 0.004,
  roomC: 0.0313,
  accelChipC: 0.5,
  accelW: 0.1,
  accelFlowLpm: 0.15,
  heatFlowLpm: 0.15,
  compressorW: 20.1,
  compressorHz: 0.051,
  gridW: 0.001,
  pvW: 0.001,
};
const NTC_K = 0.03;

const truth = readings(warmPlant());

test('every sensor point of the board reads what the plant knows, within what its device can resolve', async () => {
  const hardware = hardwareFor(truth);
  const devices = await openDevices(simLocal(hardware));
  const { values, failed } = await alive(hardware, async () => {
    await sleep(300);
    await pollAll(devices);
    await sleep(900);
    return pollAll(devices);
  });
  assert.equal(failed, {});
  const served = Object.values(board.devices).flatMap((d) => Object.keys(d.sensors));
  for (const name of SENSOR_NAMES.filter((n) => served.includes(n))) {
    const allowed = name.endsWith('Ok') || name.endsWith('On') ? 0 : (RESOLUTION[name] ?? NTC_K);
    const off = Math.abs(values[name]!.value - truth[name]);
    assert.ok(off <= allowed, `${name}: driver ${values[name]!.value}, plant ${truth[name]}, allowed ${allowed}`);
  }
});

test('thermistors stay within 0.1 K over their whole range', async () => {
  for (const celsius of [-20, -5, 0, 25, 60, 85, 110, 125]) {
    const hardware = hardwareFor({ ...truth, supplyC: celsius, returnC: celsius, dischargeC: celsius });
    const devices = (await openDevices(simLocal(hardware))).filter((d) => d.name === 'adcWater');
    const { values } = await pollAll(devices);
    for (const point of ['supplyC', 'returnC', 'dischargeC'] as const) {
      assert.ok(Math.abs(values[point]!.value - celsius) < 0.1, `${celsius} read as ${values[point]!.value}`);
    }
  }
});

test('every actuator point reaches the plant through driver and chip', async () => {
  const hardware = hardwareFor(truth);
  const devices = await openDevices(simLocal(hardware));
  const wanted = { accelCapW: 4200, compressorPct: 63, accelPumpPct: 42, circulationPct: 81, dryCoolerPct: 17 };
  await alive(hardware, async () => {
    await sleep(30);
    for (const name of ACTUATOR_NAMES.filter((n) => n.endsWith('On'))) {
      await actuate(devices, name, 1);
      assert.is(hardware.outputs()[name], 1, name);
      await actuate(devices, name, 0);
      assert.is(hardware.outputs()[name], 0, name);
    }
    await actuate(devices, 'compressorOn', 1);
    for (const [name, value] of Object.entries(wanted)) {
      await actuate(devices, name as keyof typeof wanted, value);
      const got = hardware.outputs()[name as keyof typeof wanted];
      assert.ok(Math.abs(got - value) <= 0.1, `${name}: ${got}`);
    }
  });
});

test('at power-on pumps and fan run, the coolant valve rejects and nothing else is on', () => {
  const { outputs, deadMan } = hardwareFor(truth).lines.report();
  assert.is(deadMan, 'dropped');
  for (const name of ['accelPumpPct', 'circulationPct', 'dryCoolerPct'] as const) assert.is(outputs[name], 100);
  assert.is(outputs.rejectOn, 1);
  for (const name of ['compressorOn', 'accelSupplyOn', 'backupHeaterOn', 'compressorPct'] as const) {
    assert.is(outputs[name], 0);
  }
});

test('the drive stands still without its enable line and must be started anew', async () => {
  const hardware = hardwareFor(truth);
  const devices = await openDevices(simLocal(hardware));
  await alive(hardware, async () => {
    await sleep(30);
    await actuate(devices, 'compressorOn', 1);
    await actuate(devices, 'compressorPct', 50);
    assert.is(hardware.outputs().compressorPct, 50);
    await actuate(devices, 'compressorOn', 0);
    await pollAll(devices);
    assert.is(hardware.outputs().compressorPct, 0);
    await actuate(devices, 'compressorOn', 1);
    assert.is(hardware.outputs().compressorPct, 0);
    await actuate(devices, 'compressorPct', 50);
    assert.is(hardware.outputs().compressorPct, 50);
  });
});

test('a power limit that the cards do not accept is refused as the tool refuses it', async () => {
  const buses = simLocal(hardwareFor(truth));
  const refused = await buses
    .command('gpu')
    .run(['-pl', '900'])
    .catch((error) => error);
  assert.is(refused.code, 'BUS_NOISE');
  assert.match(refused.message, 'not a valid power limit');
});

test('dead-man: the chain falls 300 ms after the last edge, and comes back with the next', async () => {
  const hardware = hardwareFor(truth);
  const devices = await openDevices(simLocal(hardware));
  await alive(hardware, async () => {
    await sleep(30);
    await actuate(devices, 'accelSupplyOn', 1);
    await actuate(devices, 'rejectOn', 0);
    await actuate(devices, 'accelPumpPct', 20);
  });
  const check = setInterval(() => hardware.advance(), 20);
  await sleep(250);
  assert.is(hardware.outputs().accelSupplyOn, 1);
  await sleep(120);
  clearInterval(check);
  const { outputs, deadMan, log } = hardware.lines.report();
  assert.is(deadMan, 'dropped');
  assert.equal([outputs.accelSupplyOn, outputs.rejectOn, outputs.accelPumpPct], [0, 1, 100]);
  assert.ok(log.some((change) => change.actuator === 'accelSupplyOn' && change.value === 0));
  hardware.gpio.write(
    board.deadMan.bus,
    board.deadMan.line!,
    hardware.gpio.read(board.deadMan.bus, board.deadMan.line!) ? 0 : 1,
  );
  assert.is(hardware.outputs().accelSupplyOn, 1);
});

test.run();
