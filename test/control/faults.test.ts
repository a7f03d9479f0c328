import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { initialState } from '../../src/control/step.ts';
import { computing, createRig, type Rig, run, tick, until } from './rig.ts';

/** An accelerator at full power in a winter house, settled. */
function fullLoad(): Rig {
  const rig = createRig();
  computing(rig);
  run(rig, 400);
  assert.ok(rig.values.accelW > 4500, `accelerator at ${rig.values.accelW} W`);
  assert.is(rig.verdict.safety, 'S0', rig.verdict.reasons.map((r) => r.text).join('\n'));
  return rig;
}

/** The heat pump runs. */
function heating(): Rig {
  const rig = createRig({ bufferTopC: 30, bufferBottomC: 28 });
  rig.setPoints.computeOn = false;
  assert.ok(until(rig, 400, (v) => v.outputs.compressorOn === 1) < 400);
  run(rig, 30);
  assert.is(rig.verdict.outputs.compressorOn, 1);
  return rig;
}

const allText = (rig: Rig) => rig.verdict.reasons.map((r) => r.text).join('\n');

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

test('F9: flow lost at full load: seen within 2 s, at most 10 % power within 3 s', () => {
  const rig = fullLoad();
  const world = rig.world;
  rig.world = (r, dtS) => {
    world(r, dtS);
    r.values.accelFlowLpm = Math.max(0, 0);
    r.values.accelW = r.verdict.outputs.accelSupplyOn > 0 ? Math.min(5000, r.verdict.outputs.accelCapW) : 0;
  };
  const seenS = until(rig, 5, (v) => v.safety === 'S2');
  assert.ok(seenS <= 2, `seen after ${seenS} s`);
  const offS = seenS + until(rig, 5, () => rig.values.accelW <= 500);
  assert.ok(offS <= 3, `off after ${offS} s`);
  assert.is(rig.verdict.outputs.accelPumpPct, 100);
  assert.is(rig.verdict.grantW, 0);
  console.log(`F9: seen ${seenS.toFixed(1)} s, <= 10 % after ${offS.toFixed(1)} s`);
});

test('F9: a trickle that cannot carry the power is no flow: a small loop of 1400 W at 0.4 L/min, not at 1 L/min', () => {
  for (const [flowLpm, trips] of [
    [0.4, true],
    [1, false],
  ] as const) {
    const rig = createRig({ accelW: 1400, accelOutC: 50 });
    rig.house = { ...rig.house, accelMaxW: 1400 };
    computing(rig, 1400);
    run(rig, 60);
    const world = rig.world;
    rig.world = (r, dtS) => {
      world(r, dtS);
      r.values.accelFlowLpm = flowLpm;
    };
    const seenS = until(rig, 5, (v) => v.reasons.some((r) => r.code === 'coolant-flow-lost'));
    assert.is(seenS <= 2, trips, `${flowLpm} L/min: ${seenS} s`);
  }
});

test('F9: an accelerator that ignores its cap loses its contactor', () => {
  const rig = fullLoad();
  const world = rig.world;
  rig.world = (r, dtS) => {
    world(r, dtS);
    r.values.accelFlowLpm = 0;
    r.values.accelW = r.verdict.outputs.accelSupplyOn > 0 ? 5000 : 0;
  };
  const offS = until(rig, 10, (v) => v.outputs.accelSupplyOn === 0);
  assert.ok(offS <= 3, `contactor open after ${offS} s`);
});

test('F9: with the flow meter stuck, the temperature rise tells', () => {
  const rig = fullLoad();
  const flowLpm = rig.values.accelFlowLpm;
  const world = rig.world;
  let t = 0;
  rig.world = (r, dtS) => {
    world(r, dtS);
    t += dtS;
    r.values.accelFlowLpm = flowLpm;
    // A tenth of the flow is left: the rise heads for ten times what it was, 15 s lag.
    const rise = 5000 / (64 * flowLpm);
    r.values.accelOutC = r.values.accelInC + rise + 9 * rise * (1 - Math.exp(-t / 15));
  };
  const seenS = until(rig, 30, (v) => v.grantW === 0);
  assert.ok(seenS <= 10, `seen after ${seenS} s`);
  console.log(`F9 with a stuck meter: ${seenS.toFixed(1)} s`);
});

test('F10: a coolant pump that does not turn stops both within 3 s and latches after three trips in an hour', () => {
  const rig = fullLoad();
  const world = rig.world;
  let seized = true;
  rig.world = (r, dtS) => {
    world(r, dtS);
    if (seized) r.values.accelFlowLpm = 0;
  };
  const seenS = until(rig, 5, (v) => v.safety === 'S3');
  assert.ok(seenS <= 3, `${seenS} s`);
  for (let i = 0; i < 2; i++) {
    seized = false;
    run(rig, 310, 1);
    seized = true;
    assert.ok(until(rig, 10, (v) => v.safety === 'S3') <= 10);
  }
  assert.is(rig.verdict.latched, true);
  seized = false;
  run(rig, 1200, 1);
  assert.is(rig.verdict.latched, true, 'stays latched although the cause is gone');
  rig.setPoints.mode = 'off';
  tick(rig);
  assert.is(rig.verdict.latched, false, 'lifted by a person switching the mode to off');
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

test('F14: no heat sink: power falls from the limit on and the coolant limit stops it', () => {
  const rig = fullLoad();
  rig.setPoints.mode = 'off';
  run(rig, 200);
  assert.is(rig.verdict.outputs.rejectOn, 1, 'heat goes to the dry cooler');
  const world = rig.world;
  let inC = 55;
  rig.world = (r, dtS) => {
    world(r, dtS);
    inC += 0.05 * dtS * (r.values.accelW / 5000);
    r.values.accelInC = inC;
    r.values.accelOutC = inC + r.values.accelW / 1280;
  };
  run(rig, 600);
  assert.ok(rig.verdict.grantW < 3000, `derated to ${rig.verdict.grantW} W`);
  assert.ok(rig.values.accelOutC < rig.house.coolantMaxC, `${rig.values.accelOutC}`);
  rig.world = world;
  rig.values.accelInC = 66;
  rig.values.accelOutC = 68.5;
  rig.world = () => {};
  until(rig, 3, (v) => v.safety === 'S2');
  assert.is(rig.verdict.outputs.accelCapW, 0);
  assert.is(rig.verdict.outputs.dryCoolerPct, 100);
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

test('small accelerators have small pumps: 0.6 L/min is no lost flow for 700 W', () => {
  const rig = createRig();
  rig.house = { ...rig.house, accelMaxW: 700 };
  computing(rig, 700);
  const world = rig.world;
  rig.world = (r, dtS) => {
    const wasC = r.values.accelOutC;
    world(r, dtS);
    r.values.accelFlowLpm = 0.033 * r.verdict.outputs.accelPumpPct;
    const outC = r.values.accelInC + r.values.accelW / (64 * Math.max(0.3, r.values.accelFlowLpm));
    r.values.accelOutC = wasC + (outC - wasC) * (1 - Math.exp(-dtS / 20));
  };
  run(rig, 300);
  assert.ok(rig.values.accelW > 300, `${rig.values.accelW} W`);
  assert.is(rig.verdict.safety, 'S0', allText(rig));
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

test('F24: a silent accelerator: no grant and full cooling from 3 s, contactor open at 30 s', () => {
  const rig = fullLoad();
  rig.frozenAt.accelW = rig.atMs;
  rig.frozenAt.accelChipC = rig.atMs;
  const noneS = until(rig, 10, (v) => v.grantW === 0);
  assert.ok(noneS <= 3.2, `${noneS}`);
  assert.is(rig.verdict.outputs.accelPumpPct, 100);
  const openS = noneS + until(rig, 60, (v) => v.outputs.accelSupplyOn === 0);
  assert.ok(openS >= 20 && openS <= 30.5, `${openS}`);
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
