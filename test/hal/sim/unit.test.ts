import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SAFE_OUTPUTS, SENSOR_NAMES, SENSORS } from '../../../src/contract/points.ts';
import { TOPICS } from '../../../src/contract/topics.ts';
import { Config } from '../../../src/core/config.ts';
import { simLocal } from '../../../src/hal/buses/sim-local.ts';
import { openHal } from '../../../src/hal/hal.ts';
import { createSimUnit } from '../../../src/hal/sim/unit.ts';
import { until } from '../patience.ts';
import { board } from './rig.ts';

const monoMs = () => performance.now();

test('the HAL on the simulated unit: a complete image of good readings, and outputs that heat', async () => {
  const unit = createSimUnit(Config.parse({ speed: 60 }), board, monoMs);
  const running = setInterval(() => {
    unit.step(0.02);
    unit.hardware.advance();
  }, 20);
  const hal = await openHal({ board, buses: simLocal(unit.hardware), monoMs });
  const outputs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 60, accelSupplyOn: 1, accelCapW: 4000 };
  Object.assign(outputs, { rejectOn: 0, accelPumpPct: 50, circulationPct: 70, dryCoolerPct: 0 });
  const ticks = setInterval(() => {
    hal.apply(outputs);
    hal.deadMan.toggle();
  }, 100);
  try {
    await until('heating', 8000, () => {
      const { compressorW, accelFlowLpm, heatFlowLpm, supplyC } = hal.image(1).sensors;
      return compressorW.value > 1500 && accelFlowLpm.value > 8 && heatFlowLpm.value > 20 && supplyC.value > 30;
    });
    const { sensors, actuators } = hal.image(1);
    // A board may leave out what is optional.
    const fitted = SENSOR_NAMES.filter((name) => !('optional' in SENSORS[name] && sensors[name].quality === 'absent'));
    for (const name of fitted) assert.is(sensors[name].quality, 'good', `${name}: ${sensors[name].reason}`);
    assert.ok(sensors.compressorW.value > 1500 && sensors.compressorHz.value > 50, `${sensors.compressorW.value} W`);
    assert.ok(sensors.accelFlowLpm.value > 8 && sensors.heatFlowLpm.value > 20);
    assert.ok(sensors.supplyC.value > 30);
    assert.is(actuators.compressorPct, 60);
    assert.equal(TOPICS.plantTruth.schema.parse(unit.truth()).deadMan, 'held');
    assert.ok(unit.truth().ledgerErrorPct < 1e-6);
  } finally {
    clearInterval(ticks);
    await hal.close();
    clearInterval(running);
  }
});

test('the speed stretches the house, not the watts of work', () => {
  const once = (speed: number) => {
    const unit = createSimUnit(Config.parse({ speed }), board, () => 0);
    unit.hardware.gpio.write('gpio0', 26, 1);
    unit.hardware.gpio.write('gpio0', 27, 1);
    unit.work.take({ bootId: 'a', seq: 1, answerTokens: 10_000, fillerTokens: 0, card: 'rtx3090-8b-q4' });
    const startMs = unit.houseTimeMs();
    for (let i = 0; i < 20; i++) unit.step(0.05);
    return { leftJ: unit.work.waitingJ().answerJ, houseS: (unit.houseTimeMs() - startMs) / 1000 };
  };
  const [slow, fast] = [once(1), once(60)];
  assert.ok(Math.abs(slow.houseS - 1) < 0.01 && Math.abs(fast.houseS - 60) < 0.1);
  assert.ok(slow.leftJ < 29_700 - 3000, `burnt ${29_700 - slow.leftJ} J in a second`);
  assert.ok(Math.abs(slow.leftJ - fast.leftJ) < 100);
});

test('two units of one seed live the same day', () => {
  const day = () => {
    const unit = createSimUnit(Config.parse({ speed: 3600 }), board, () => 0);
    for (let i = 0; i < 240; i++) unit.step(0.1);
    return JSON.stringify([unit.state(), unit.market()]);
  };
  assert.is(day(), day());
});

test.run();
