import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SAFE_OUTPUTS, SENSOR_NAMES } from '../../src/contract/points.ts';
import { initialState } from '../../src/control/step.ts';
import { allText, fullLoad, heating } from './fault-rigs.ts';
import { createRig, run, tick, until } from './rig.ts';

test('F17: nothing starts before one full valid set of sensors; then it does', () => {
  const rig = createRig();
  rig.quality.supplyC = 'missing';
  run(rig, 20);
  assert.equal(rig.verdict.outputs, SAFE_OUTPUTS);
  assert.is(rig.verdict.safety, 'S4');
  assert.match(allText(rig), 'supplyC');
  delete rig.quality.supplyC;
  run(rig, 15);
  assert.is(rig.verdict.safety, 'S0');
});

test('F17: any one sensor that is missing keeps all safe for 30 s, one that all heat hangs on for good', () => {
  const essential = ['supplyC', 'bufferTopC', 'heatFlowLpm', 'gasOk'];
  const notAtStart = ['accelW', 'accelChipC', 'pvW', 'batteryW'];
  for (const name of SENSOR_NAMES.filter((n) => !notAtStart.includes(n))) {
    const rig = createRig({ bufferTopC: 28, bufferBottomC: 26 });
    rig.quality[name] = 'missing';
    assert.is(
      until(rig, 29.5, (v) => v.safety !== 'S4'),
      Number.POSITIVE_INFINITY,
      name,
    );
    assert.equal(rig.verdict.outputs, SAFE_OUTPUTS, name);
    const waits = () => /waiting for the first full set/.test(allText(rig));
    run(rig, 30);
    assert.is(waits(), essential.includes(name), `${name} after a minute`);
  }
});

test('F12: a compressor that draws nothing is off after 10 s and rests 5 min', () => {
  const rig = createRig({ bufferTopC: 30 });
  rig.setPoints.computeOn = false;
  const world = rig.world;
  rig.world = (r, dtS) => {
    world(r, dtS);
    r.values.compressorW = 0;
  };
  assert.ok(until(rig, 400, (v) => v.outputs.compressorOn === 1) < 400);
  const offS = until(rig, 20, (v) => v.outputs.compressorOn === 0);
  assert.ok(offS >= 9.5 && offS <= 11, `${offS}`);
  assert.is(rig.verdict.safety, 'S3');
  const restS = until(rig, 1000, (v) => v.outputs.compressorOn === 1);
  assert.ok(restS >= 299, `restarted after ${restS} s`);
  until(rig, 2000, (v) => v.latched);
  assert.is(rig.verdict.latched, true, 'three times within an hour');
});

test('F13: HP, LP and hot gas take the compressor off in the same tick; three in 30 min latch; chatter counts once', () => {
  for (const trip of ['pressureHighOk', 'pressureLowOk', 'dischargeC'] as const) {
    const rig = heating();
    const broken = trip === 'dischargeC' ? 110 : 0;
    const sound = rig.values[trip];
    if (trip === 'dischargeC') rig.values.dischargeC = 105;
    if (trip === 'dischargeC') run(rig, 10);
    rig.values[trip] = broken;
    tick(rig);
    assert.is(rig.verdict.outputs.compressorOn, 0, `${trip}: within one tick of 100 ms`);
    assert.is(rig.verdict.outputs.compressorPct, 0);
    for (let i = 0; i < 50; i++) {
      rig.values[trip] = i % 2 ? broken : sound;
      tick(rig);
    }
    assert.is(rig.verdict.latched, false, 'a chattering contact is one trip');
    for (let i = 0; i < 2; i++) {
      rig.values[trip] = sound;
      run(rig, 320, 1);
      rig.values[trip] = broken;
      run(rig, 3);
    }
    assert.is(rig.verdict.latched, true, `${trip} latched`);
  }
});

test('F14: heating water at 75 °C holds the accelerator back, at 82 °C stops all that heats', () => {
  const rig = fullLoad();
  for (const [supplyC, safety] of [
    [74, 'S0'],
    [76, 'S1'],
    [82.5, 'S3'],
  ] as const) {
    while (rig.values.supplyC < supplyC) {
      rig.values.supplyC = Math.min(supplyC, rig.values.supplyC + 1);
      tick(rig, 1);
    }
    run(rig, 5);
    assert.is(rig.verdict.safety, safety, `${supplyC} °C: ${allText(rig)}`);
  }
  assert.is(rig.verdict.outputs.accelCapW, 0);
  assert.is(rig.verdict.outputs.compressorOn, 0);
  assert.is(rig.verdict.outputs.backupHeaterOn, 0);
});

test('F15: water at 5 °C moves the pump at once and brings heat within 60 s, in mode off and without a market', () => {
  const rig = createRig({
    bufferTopC: 9,
    bufferBottomC: 8,
    supplyC: 8,
    returnC: 7,
    condenserOutC: 8,
    accelInC: 12,
    accelOutC: 12,
  });
  rig.setPoints.mode = 'off';
  rig.market = undefined;
  run(rig, 200);
  assert.is(rig.verdict.outputs.circulationPct, 0);
  rig.values.returnC = 4.9;
  const pumpS = until(rig, 60, (v) => v.outputs.circulationPct > 20);
  assert.ok(pumpS <= 30, `${pumpS}`);
  const heatS = pumpS + until(rig, 90, (v) => v.outputs.backupHeaterOn === 1 || v.outputs.compressorOn === 1);
  assert.ok(heatS <= 60, `${heatS}`);
  console.log(`F15: pump ${pumpS.toFixed(1)} s, heat ${heatS.toFixed(1)} s`);
});

test('F16: gas alarm, its wire broken or its sensor lost: all safe within 500 ms, fan on, an open contact latches at once, a loss after 10 s', () => {
  for (const broken of ['alarm', 'bad', 'stale'] as const) {
    const rig = heating();
    if (broken === 'alarm') rig.values.gasOk = 0;
    if (broken === 'bad') rig.quality.gasOk = 'bad';
    if (broken === 'stale') rig.frozenAt.gasOk = rig.atMs;
    const limitS = broken === 'stale' ? 2 : 0.5;
    const offS = until(rig, 5, (v) => v.outputs.compressorOn === 0);
    assert.ok(offS <= limitS, `${broken}: ${offS}`);
    assert.equal(rig.verdict.outputs, SAFE_OUTPUTS);
    assert.is(rig.verdict.safety, 'S4');
    if (broken !== 'alarm') run(rig, 10.5);
    assert.is(rig.verdict.latched, true, broken);
  }
});

test('F16: a gas sensor that is not there yet at the start keeps all safe and latches nothing', () => {
  const rig = createRig();
  rig.quality.gasOk = 'bad';
  run(rig, 15);
  assert.equal(rig.verdict.outputs, SAFE_OUTPUTS);
  assert.is(rig.verdict.latched, false);
  delete rig.quality.gasOk;
  run(rig, 15);
  assert.is(rig.verdict.safety, 'S0');
});

test('F11: nothing turns the reversing valve under pressure: no alarm, no restart, no observer; 180 s later it may', () => {
  for (const what of ['alarm', 'restart', 'observe'] as const) {
    const rig = createRig({ bufferTopC: 26, bufferBottomC: 26, supplyC: 26, roomC: 26, outdoorC: 30 });
    rig.setPoints = { ...rig.setPoints, mode: 'cooling', computeOn: false };
    assert.ok(until(rig, 1200, (v) => v.outputs.coolingOn === 1 && v.outputs.compressorOn === 1, 1) < 1200);
    run(rig, 20);
    if (what === 'alarm') rig.values.gasOk = 0;
    if (what === 'observe') rig.setPoints.operation = 'observe';
    if (what === 'restart') rig.state = initialState(rig.house);
    tick(rig);
    assert.is(rig.verdict.outputs.compressorOn, 0, what);
    const movedS = until(rig, 400, (v) => v.outputs.coolingOn === 0);
    if (what === 'restart') assert.is(movedS, Number.POSITIVE_INFINITY, 'the mode is still cooling: it need not move');
    else assert.ok(movedS > 175 && movedS < 190, `${what}: ${movedS} s`);
  }
});

test('F3: one wrong sample of compressor power or speed stops nothing', () => {
  for (const wrong of [{ compressorW: 0 }, { compressorHz: 0 }] as const) {
    const rig = heating();
    const world = rig.world;
    let outlier = false;
    rig.world = (r, dtS) => {
      world(r, dtS);
      if (outlier) Object.assign(r.values, wrong);
    };
    for (let i = 0; i < 5; i++) {
      outlier = true;
      // A meter that is asked once a second.
      run(rig, 1);
      outlier = false;
      run(rig, 20);
      assert.is(rig.verdict.outputs.compressorOn, 1, `${JSON.stringify(wrong)}: ${allText(rig)}`);
    }
  }
});

test('F6: a heat pump sensor without samples: S1 from 1.5 s, compressor off from 3 s', () => {
  const rig = heating();
  rig.frozenAt.dischargeC = rig.atMs;
  const s1 = until(rig, 5, (v) => v.safety === 'S1');
  assert.ok(s1 <= 1.7, `${s1}`);
  const s3 = s1 + until(rig, 5, (v) => v.safety === 'S3');
  assert.ok(s3 <= 3.2, `${s3}`);
  assert.is(rig.verdict.outputs.compressorOn, 0);
});

test('F6: what has had no new sample for 3 s stands in for nothing: two sensors of one silent bus stop what heats', () => {
  for (const [name, other] of [
    ['supplyC', 'condenserOutC'],
    ['bufferTopC', 'bufferBottomC'],
  ] as const) {
    const rig = heating();
    rig.frozenAt[name] = rig.atMs;
    rig.frozenAt[other] = rig.atMs;
    const s3 = until(rig, 5, (v) => v.safety === 'S3');
    assert.ok(s3 <= 3.2, `${name} and ${other}: ${s3} s`);
    assert.is(rig.verdict.outputs.compressorOn, 0);
  }
});

test('pumps run on for 120 s after the accelerator and after the compressor', () => {
  const rig = heating();
  rig.setPoints.mode = 'off';
  until(rig, 700, (v) => v.outputs.compressorOn === 0, 1);
  run(rig, 110, 1);
  assert.ok(rig.verdict.outputs.circulationPct >= 40);
  run(rig, 30, 1);
  assert.is(rig.verdict.outputs.circulationPct, 0);
});

test('lost house sensors cost comfort, never safety: the heat pump goes on', () => {
  const rig = heating();
  rig.quality.roomC = 'bad';
  rig.quality.outdoorC = 'bad';
  rig.quality.hotWaterC = 'bad';
  run(rig, 30);
  assert.is(rig.verdict.outputs.compressorOn, 1);
  assert.is(rig.verdict.safety, 'S0');
});

test.run();
