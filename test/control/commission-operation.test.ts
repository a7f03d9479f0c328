import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS, type SetPoints } from '../../src/contract/messages.ts';
import { storedOf } from '../../src/control/persist.ts';
import { applySet } from '../../src/control/setpoints.ts';
import { createRig, run, tick, until } from './rig.ts';

for (const before of ['auto', 'observe'] as const)
  test(`commissioning ends where it began: a unit on ${before} is on ${before} again, also after a restart in the midst`, () => {
    const set = (from: SetPoints, value: SetPoints['operation']) => {
      const outcome = applySet(from, { name: 'operation', value, by: 'installer' });
      assert.ok('setPoints' in outcome);
      return outcome.setPoints;
    };
    // As a file of an earlier release has it: what stood before it never held.
    const began = set({ ...DEFAULT_SETPOINTS, operation: before, operationAfter: 'auto' }, 'commission');
    const again = set(began, 'commission');
    assert.equal([began.operation, began.operationAfter, again.operationAfter], ['commission', before, before]);
    const rig = createRig({ bufferTopC: 30, bufferBottomC: 28 });
    assert.is(storedOf(again, rig.state).setPoints.operation, before);
    rig.setPoints = again;
    rig.state.commission = { ...rig.state.commission, finished: true, stepS: 1 };
    run(rig, 60, 0.5);
    assert.is(
      rig.verdict.reasons.some(({ code }) => code === 'observe'),
      before === 'observe',
    );
  });

test('observe: outputs stay safe while decisions are told; back to auto without a bump, the compressor rests first', () => {
  const rig = createRig({ bufferTopC: 30, bufferBottomC: 28 });
  rig.setPoints.operation = 'observe';
  run(rig, 900, 0.5);
  const { outputs, wouldBe, reasons } = rig.verdict;
  assert.equal([outputs.compressorOn, outputs.accelSupplyOn, outputs.accelPumpPct], [0, 0, 100]);
  assert.is(wouldBe!.compressorOn, 1);
  assert.ok(reasons.some((r) => r.code === 'observe' && /run the compressor at/.test(r.text)));
  rig.setPoints.operation = 'auto';
  let pumpPct = 100;
  let startedS = 0;
  for (let t = 0; t < 600; t += 0.5) {
    const { outputs: now } = tick(rig, 0.5);
    assert.ok(pumpPct - now.circulationPct <= 2.6, `${t} s: falls from ${pumpPct} to ${now.circulationPct} %`);
    pumpPct = now.circulationPct;
    if (now.compressorOn === 1 && startedS === 0) startedS = t;
  }
  assert.ok(startedS >= 299, `started after ${startedS} s`);
});

test('an output driven by hand: only while commissioning, through the interlock, and the check that waited begins again', () => {
  const rig = createRig();
  rig.hand = { hotWaterOn: 1 };
  assert.is(tick(rig).outputs.hotWaterOn, 0, 'not in auto');
  rig.hand = undefined;
  rig.setPoints.operation = 'commission';
  run(rig, 3);
  const running = rig.verdict.commission!.running;
  rig.hand = { hotWaterOn: 1 };
  run(rig, 60);
  assert.is(rig.verdict.outputs.hotWaterOn, 1);
  assert.is(rig.verdict.outputs.compressorOn, 0);
  assert.ok(rig.verdict.reasons.some((r) => r.code === 'hand' && /hotWaterOn = 1/.test(r.text)));
  assert.is(rig.verdict.commission!.running, running);
  rig.quality.gasOk = 'bad';
  rig.hand = { accelSupplyOn: 1 };
  run(rig, 5);
  assert.is(rig.verdict.outputs.accelSupplyOn, 0, 'the interlock comes last');
  rig.quality.gasOk = 'good';
  rig.hand = undefined;
  run(rig, 1);
  assert.is(rig.state.commission.stepAt, 0);
  assert.is(rig.verdict.outputs.hotWaterOn, 0);
});

test('F15: water near freezing takes the outputs from checks and from hands, and gives them back when it is warm', () => {
  for (const hand of [undefined, { circulationPct: 0 }]) {
    const cold = { bufferTopC: 12, bufferBottomC: 11, supplyC: 11, returnC: 11, condenserOutC: 11 };
    const rig = createRig({ ...cold, accelInC: 12, accelOutC: 12 });
    rig.setPoints = { ...rig.setPoints, mode: 'off' };
    run(rig, 200, 1);
    rig.setPoints = { ...rig.setPoints, operation: 'commission', operationAfter: 'observe' };
    Object.assign(rig, { hand });
    run(rig, 60);
    assert.is(rig.verdict.outputs.circulationPct, 0);
    const { commission } = rig.verdict;
    rig.values.returnC = 4.9;
    assert.ok(until(rig, 60, (v) => v.outputs.circulationPct > 20) <= 30);
    assert.ok(until(rig, 60, (v) => v.outputs.backupHeaterOn === 1) <= 60);
    assert.ok(rig.verdict.reasons.some((r) => r.code === 'water-may-freeze'));
    rig.values.returnC = 11;
    run(rig, 3);
    assert.is(rig.verdict.outputs.backupHeaterOn, 0);
    assert.equal(rig.verdict.commission, commission, 'the check begins again');
    assert.is(rig.state.operation.drives, 'commission');
  }
});

test('coolant as cold as a winter’s dry cooler interrupts no check while the water is warm', () => {
  const rig = createRig({ accelInC: 2 });
  rig.setPoints.operation = 'commission';
  run(rig, 300, 1);
  assert.is.not(rig.verdict.commission!.running, 'everything at rest');
});

test.run();
