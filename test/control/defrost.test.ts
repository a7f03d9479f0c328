import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import { Config } from '../../src/core/config.ts';
import { createRig, followOutputs, run, tick, until } from './rig.ts';

/** A machine that runs and, from `now` on, takes heat out of the water for `forS` seconds. */
function defrosting(bufferTopC: number, forS: number) {
  const rig = createRig({ accelOutC: 44 });
  let leftS = 0;
  rig.world = (r, dtS) => {
    followOutputs(r);
    leftS -= dtS;
    const takes = leftS > 0 && r.verdict.outputs.compressorOn > 0;
    // Real sensors never stand still.
    const noiseK = 0.1 * (r.tick % 2);
    const [returnC, givenC] = [30 + noiseK, takes ? 26 + noiseK : 33 + noiseK];
    Object.assign(r.values, { returnC, condenserOutC: givenC, supplyC: givenC, dischargeC: 60 + noiseK });
    Object.assign(r.values, { bufferTopC: bufferTopC + noiseK, bufferBottomC: bufferTopC - 1 + noiseK });
  };
  assert.ok(until(rig, 900, (v) => v.outputs.compressorOn === 1, 2) < 400);
  run(rig, 120, 2);
  leftS = forS;
  return rig;
}

test('a defrost is no start and no stop, moves the water, and its heat comes from the accelerator while the buffer is cold', () => {
  for (const [bufferTopC, bridged] of [
    [23, true],
    [30, false],
  ] as const) {
    const rig = defrosting(bufferTopC, 300);
    const { starts } = rig.state.decided.compressor;
    run(rig, 60, 1);
    assert.is(rig.state.decided.defrost.on, true);
    assert.is(rig.verdict.grantW > 4000, bridged, `buffer ${bufferTopC} °C: ${rig.verdict.grantW} W granted`);
    assert.is(rig.verdict.outputs.accelSupplyOn === 1, bridged);
    assert.ok(rig.verdict.outputs.circulationPct >= 60);
    for (let s = 0; s < 600; s += 2) assert.is(tick(rig, 2).outputs.compressorOn, 1, `stopped after ${s} s`);
    assert.is(rig.state.decided.defrost.on, false);
    assert.is(rig.state.decided.compressor.starts, starts);
  }
});

test('a damp night near 0 °C: the plant defrosts again and again, and not one of them is a start', () => {
  let [defrosts, was, orders, on] = [0, false, 0, 0];
  const result = cosimulate({
    config: Config.parse({ sim: { startsAt: '2025-01-20T18:00:00Z' } }),
    days: 0.25,
    dtS: 10,
    watch(_, plant, { outputs }) {
      if (plant.defrosting && !was) defrosts++;
      if (outputs.compressorOn > on) orders++;
      was = plant.defrosting;
      on = outputs.compressorOn;
    },
  });
  assert.ok(defrosts >= 3 && orders >= 1 && orders < defrosts, `${defrosts} defrosts, ${orders} starts`);
  assert.is(result.starts, orders, 'by the plant itself');
});

test.run();
