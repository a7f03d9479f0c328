/** Cases that a review found: each was wrong once. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { grantStep } from '../../src/control/decide/grant.ts';
import type { Estimates } from '../../src/control/estimate/points.ts';
import { surplusOf } from '../../src/control/grid/surplus.ts';
import { restoredState, Stored, storedOf } from '../../src/control/persist.ts';
import { initialState } from '../../src/control/step.ts';
import { computing, createRig, HOUSE, MARKET, run, tick, until } from './rig.ts';

const COLD = { outdoorC: -12, supplyC: 2, returnC: 2, bufferTopC: 2, bufferBottomC: 2, condenserOutC: 2 };

test('F10 against F15: a seized coolant pump stops the machine, not the frost protection', () => {
  const rig = createRig();
  computing(rig);
  const world = rig.world;
  rig.world = (r, dtS) => {
    world(r, dtS);
    r.values.accelFlowLpm = 0;
  };
  assert.ok(until(rig, 60, (v) => v.safety === 'S3') <= 60);
  Object.assign(rig.values, COLD);
  assert.ok(until(rig, 90, (v) => v.outputs.backupHeaterOn === 1) <= 60, 'backup heats within 60 s');
  assert.is(rig.verdict.outputs.accelSupplyOn, 0);
});

test('F17 against F15: one sensor broken at power-up does not freeze the house; heat without knowing the water never', () => {
  const rig = createRig(COLD);
  rig.quality.dischargeC = 'bad';
  assert.ok(until(rig, 120, (v) => v.outputs.backupHeaterOn === 1) <= 100, 'backup heats');
  assert.is(rig.verdict.outputs.compressorOn, 0, 'the compressor waits for its hot gas sensor');
  const blind = createRig(COLD);
  blind.quality.supplyC = 'bad';
  run(blind, 300);
  assert.is(blind.verdict.outputs.backupHeaterOn, 0);
});

test('F16: a gas contact open for a single tick latches, as the lines were dropped at its edge', () => {
  const rig = createRig();
  run(rig, 5);
  rig.values.gasOk = 0;
  tick(rig);
  rig.values.gasOk = 1;
  run(rig, 5);
  assert.is(rig.verdict.safety, 'S4');
  assert.is(rig.verdict.latched, true);
});

test('a chip at exactly 85 °C is a measurement', () => {
  const rig = createRig();
  computing(rig);
  run(rig, 120);
  rig.values.accelChipC = 85;
  run(rig, 40);
  assert.is(rig.verdict.safety, 'S0', rig.verdict.reasons.map((r) => r.text).join('; '));
});

test('a wild outdoor reading never makes the stored latches unreadable', () => {
  const rig = createRig({ outdoorC: 75 });
  run(rig, 120, 1);
  assert.ok(Stored.safeParse(storedOf(rig.setPoints, rig.state)).success);
  const stored = storedOf(rig.setPoints, initialState(HOUSE));
  const trips = { F16: { latched: true, agesS: [1], text: 'gas' } };
  const damaged = { ...stored, core: { ...stored.core, trips, outdoorMeanC: 400, trimK: 99 } };
  assert.is(Stored.parse(damaged).core.trips.F16?.latched, true);
});

test('what the room has taught the curve, and for how long, outlives a restart; of an earlier release it counts as known', () => {
  const begun = initialState(HOUSE);
  const state = { ...begun, plan: { ...begun.plan, trimK: 1.5, taughtS: 7200 } };
  const stored = Stored.parse(storedOf(createRig().setPoints, state));
  const { trimK, taughtS } = restoredState(HOUSE, stored).plan;
  assert.equal([trimK, taughtS], [1.5, 7200]);
  const { taughtS: _, ...earlier } = stored.core;
  assert.is(Stored.parse({ ...stored, core: earlier }).core.taughtS, 72_000);
});

test('a meter that stands still tells nothing of the sun', () => {
  const at = (ageMs: number): Estimates =>
    ({
      gridW: { value: -1000, quality: 'good', ageMs },
      pvW: { value: 6000, quality: 'good', ageMs: 0 },
      accelW: { value: 2000, quality: 'good', ageMs: 0 },
    }) as Estimates;
  assert.ok(surplusOf(at(1000)) > 0);
  assert.is(surplusOf(at(60_000)), 0);
  const told = surplusOf(at(60_000), undefined, { gridW: -1500, pvW: 4000 });
  assert.ok(
    Math.abs(
      told -
        surplusOf({
          ...at(0),
          gridW: { value: -1500, quality: 'good', ageMs: 0 },
          pvW: { value: 4000, quality: 'good', ageMs: 0 },
        }),
    ) < 1e-9 && told > 0,
    'an energy manager tells what the board does not know',
  );
  assert.is(surplusOf(at(60_000), undefined, { pvW: 4000 }), 0, 'half is not enough');
});

test('a long hot-water charge by a sound heat pump runs no resistive heat and buys no filler', () => {
  const rig = createRig({ hotWaterC: 38, bufferTopC: 30, bufferBottomC: 30 });
  rig.market = { ...MARKET };
  let resistive = 0;
  for (let t = 0; t < 5400; t += 1) {
    const { outputs, fillerW } = tick(rig, 1);
    if (rig.state.decided.hotWater.charging && (outputs.backupHeaterOn === 1 || fillerW > 0)) resistive++;
  }
  assert.is(resistive, 0);
});

test('accelerators that idle at hundreds of watts are gated off all the same', () => {
  const rig = createRig();
  run(rig, 2);
  const est = { accelW: { value: 490, quality: 'good', ageMs: 0 } } as Estimates;
  let state = { supply: true, idleS: 0, closedS: 600 };
  for (let i = 0; i < 1200; i++) {
    const input = {
      est,
      house: HOUSE,
      setPoints: rig.setPoints,
      want: undefined,
      limitW: 5000,
      fillerW: 0,
      paidW: 0,
      dtS: 1,
    };
    state = grantStep(state, input).state;
  }
  assert.is(state.supply, false);
});

test.run();
