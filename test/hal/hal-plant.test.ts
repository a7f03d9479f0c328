import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Outputs, SAFE_OUTPUTS, SENSOR_NAMES, type SensorName } from '../../src/contract/points.ts';
import { simLocal } from '../../src/hal/buses/sim-local.ts';
import { type Hal, openHal } from '../../src/hal/hal.ts';
import type { Hardware } from '../../src/hal/sim/hardware.ts';
import { loopMs, until } from './patience.ts';
import { board, hardwareFor, readings, warmPlant } from './sim/rig.ts';

const truth = readings(warmPlant());
const RUNNING: Outputs = {
  ...SAFE_OUTPUTS,
  compressorOn: 1,
  compressorPct: 60,
  accelSupplyOn: 1,
  accelCapW: 4200,
  accelPumpPct: 45,
  circulationPct: 70,
  dryCoolerPct: 0,
  rejectOn: 0,
};

/** The HAL with its real drivers on the emulated chips, ticking at 10 Hz as control does. */
async function withUnit(
  body: (unit: { hal: Hal; hardware: Hardware; outputs: Outputs; ticking: boolean }) => Promise<void>,
) {
  const hardware = hardwareFor(truth);
  const buses = simLocal(hardware);
  const advance = setInterval(() => hardware.advance(), 10);
  const hal = await openHal({ board, buses, monoMs: loopMs });
  const unit = { hal, hardware, outputs: RUNNING, ticking: true };
  let tick = 0;
  const loop = setInterval(() => {
    if (!unit.ticking) return;
    hal.image(++tick);
    hal.apply(unit.outputs);
    hal.deadMan.toggle();
  }, 100);
  try {
    await body(unit);
  } finally {
    clearInterval(loop);
    await hal.close();
    clearInterval(advance);
    await buses.close();
  }
}

/** Resolution of each way to measure, plus the beta equation's own error where the chip is an ADC. */
const WITHIN: Partial<Record<SensorName, number>> = {
  accelFlowLpm: 0.6,
  heatFlowLpm: 0.6,
  accelW: 20,
  accelChipC: 1,
  compressorW: 40,
};

/** The reference board has no battery meter. */
const SERVED = SENSOR_NAMES.filter((name) => name !== 'batteryW');

test('every sensor of the plant is read back good and right, and every output arrives', () =>
  withUnit(async ({ hal, hardware }) => {
    const sensors = () => hal.image(0).sensors;
    await until('all good', 1000, () => SERVED.every((name) => sensors()[name].quality === 'good'));
    for (const name of SERVED) {
      const right = () => Math.abs(sensors()[name].value - truth[name]) <= (WITHIN[name] ?? 0.2);
      await until(`${name}: read ${sensors()[name].value}, true ${truth[name]}; better`, 2000, right);
    }
    await until('outputs', 500, () => Math.abs(hardware.outputs().accelCapW - RUNNING.accelCapW) <= 14);
    const effective = hardware.outputs();
    for (const [name, value] of Object.entries(RUNNING) as [keyof Outputs, number][]) {
      assert.ok(
        Math.abs(effective[name] - value) <= (name === 'accelCapW' ? 14 : 0.1),
        `${name}: ${effective[name]}, not ${value}`,
      );
      assert.ok(Math.abs(hal.image(0).actuators[name] - value) <= 14, `${name} confirmed`);
    }
    assert.is(hardware.lines.report().deadMan, 'held');
  }));

test('a safety contact drops the compressor line within 50 ms, between ticks', () =>
  withUnit(async ({ hal, hardware }) => {
    await until('running', 1500, () => hardware.outputs().compressorOn === 1);
    hardware.inject({ point: 'pressureHighOk', fault: 'open' });
    await until('dropped', 50, () => hardware.outputs().compressorOn === 0);
    assert.is(hal.image(0).sensors.pressureHighOk.value, 0);
  }));

test('without ticks the dead-man makes the hardware safe within 500 ms', () =>
  withUnit(async (unit) => {
    await until(
      'running',
      1500,
      () => unit.hardware.outputs().compressorOn === 1 && unit.hardware.outputs().rejectOn === 0,
    );
    unit.ticking = false;
    await until('safe', 500, () => {
      const { compressorOn, accelSupplyOn, accelPumpPct, rejectOn } = unit.hardware.outputs();
      return compressorOn === 0 && accelSupplyOn === 0 && accelPumpPct === 100 && rejectOn === 1;
    });
  }));

for (const [device, sensor, limitMs] of [
  ['tmpAccelOut', 'accelOutC', 500],
  ['adcWater', 'supplyC', 500],
  ['drive', 'compressorW', 520],
  ['accel', 'accelW', 3000],
] as const) {
  test(`${device} absent: ${sensor} bad within ${limitMs} ms, and back by itself`, () =>
    withUnit(async ({ hal, hardware }) => {
      const quality = () => hal.image(0).sensors[sensor].quality;
      await until('good', 1500, () => quality() === 'good');
      hardware.inject({ device, fault: 'absent' });
      await until('bad', limitMs, () => quality() === 'bad');
      hardware.clear();
      await until('good again', 2000, () => quality() === 'good');
    }));
}

test.run();
