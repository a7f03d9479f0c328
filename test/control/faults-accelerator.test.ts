import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { restoredState, storedOf } from '../../src/control/persist.ts';
import { allText, fullLoad } from './fault-rigs.ts';
import { computing, createRig, run, tick, until } from './rig.ts';

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

test('F9: flow lost while control restarts under power: at most 10 % power within 3 s all the same', () => {
  for (const restartS of [0, 0.2, 0.5]) {
    const rig = fullLoad();
    const world = rig.world;
    rig.world = (r, dtS) => {
      world(r, dtS);
      r.values.accelFlowLpm = 0;
    };
    run(rig, restartS);
    rig.state = restoredState(rig.house, JSON.parse(JSON.stringify(storedOf(rig.setPoints, rig.state))));
    const offS = restartS + until(rig, 5, () => rig.values.accelW <= 500);
    assert.ok(offS <= 3, `restart after ${restartS} s: off after ${offS} s`);
  }
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
  assert.is(rig.verdict.latched, true, 'no mode lifts it');
  rig.acknowledge = { by: 'owner' };
  tick(rig);
  assert.is(rig.verdict.latched, false, 'lifted by a person');
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

test.run();
