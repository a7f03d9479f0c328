import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { discretise } from '../../../src/control/learn/house/linear.ts';
import {
  type HouseInput,
  type HouseModel,
  type HouseState,
  houseStep,
  inputAt,
  lossWPerK,
  restingState,
} from '../../../src/control/learn/house/model.ts';
import { observe } from '../../../src/control/learn/house/observer.ts';
import { type Emitter, priorModel } from '../../../src/control/learn/house/prior.ts';
import { seededRandom } from '../../../src/core/random.ts';

const houses = fc
  .record({
    floorAreaM2: fc.double({ min: 30, max: 1000, noNaN: true }),
    wPerM2: fc.double({ min: 10, max: 200, noNaN: true }),
    designOutdoorC: fc.double({ min: -25, max: 5, noNaN: true }),
    emitter: fc.constantFrom<Emitter>('floor', 'radiator', 'fancoil'),
  })
  .map(({ wPerM2, ...facts }) => priorModel({ ...facts, designLoadW: wPerM2 * facts.floorAreaM2 }));
const inputs: fc.Arbitrary<HouseInput> = fc.record({
  heatW: fc.double({ min: 0, max: 20_000, noNaN: true }),
  outdoorC: fc.double({ min: -25, max: 35, noNaN: true }),
  solarWm2: fc.double({ min: 0, max: 1000, noNaN: true }),
  gainsW: fc.double({ min: 0, max: 2000, noNaN: true }),
});
const near = (a: number, b: number, within: number, what: string) =>
  assert.ok(Math.abs(a - b) <= within, `${what}: ${a}, wanted ${b} ± ${within}`);
const run = (model: HouseModel, state: HouseState, input: HouseInput, dtS: number, steps: number): HouseState => {
  let s = state;
  for (let i = 0; i < steps; i++) s = houseStep(model, s, input, dtS);
  return s;
};

test('one step of 900 s is 900 steps of 1 s, for any house', () => {
  fc.assert(
    fc.property(houses, inputs, (model, input) => {
      const start = restingState(model, 20, 0);
      const once = houseStep(model, start, input, 900);
      const fine = run(model, start, input, 1, 900);
      for (const key of ['airC', 'emitterC', 'massC'] as const) near(once[key], fine[key], 1e-6, key);
    }),
    { numRuns: 50 },
  );
});

test('what goes in minus what is lost is what the stores gain', () => {
  fc.assert(
    fc.property(houses, inputs, (model, input) => {
      let s = restingState(model, 20, 0);
      let netJ = 0;
      const storedJ = (x: HouseState) =>
        x.airC * model.airJPerK + x.emitterC * model.emitterJPerK + x.massC * model.massJPerK;
      const startJ = storedJ(s);
      for (let i = 0; i < 3000; i++) {
        const before = s;
        s = houseStep(model, s, input, 1);
        const lossW =
          model.airLossWPerK * ((s.airC + before.airC) / 2 - input.outdoorC) +
          model.massLossWPerK * ((s.massC + before.massC) / 2 - input.outdoorC);
        netJ += input.heatW + model.solarM2 * input.solarWm2 + input.gainsW - lossW;
      }
      near(storedJ(s) - startJ, netJ, 1 + 1e-5 * Math.abs(netJ), 'J');
    }),
    { numRuns: 20 },
  );
});

test('in the long run the room is warmer than outdoors by heat over loss', () => {
  fc.assert(
    fc.property(houses, inputs, (model, { heatW, outdoorC }) => {
      const s = run(model, restingState(model, 20, 0), { heatW, outdoorC, solarWm2: 0, gainsW: 0 }, 900, 40_000);
      near(s.airC - outdoorC, heatW / lossWPerK(model), 0.01, 'K');
    }),
    { numRuns: 20 },
  );
});

test('the prior loses its design load at 20 °C on the design day', () => {
  fc.assert(
    fc.property(houses, (model) => {
      assert.ok(lossWPerK(model) > 0);
      for (const value of Object.values(model).flat()) assert.ok(Number.isFinite(value));
    }),
  );
  const model = priorModel({ floorAreaM2: 150, designLoadW: 9000, designOutdoorC: -10, emitter: 'floor' });
  near(lossWPerK(model) * 30, 9000, 1, 'W');
});

test('the matrix exponential of a step of no length is the identity, of two halves their product', () => {
  const model = priorModel({ floorAreaM2: 150, designLoadW: 9000, designOutdoorC: -10, emitter: 'radiator' });
  assert.equal(discretise(model, 0).phi, [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
});

test('windows to the west let the afternoon sun in, and never let it out', () => {
  const model = {
    ...priorModel({ floorAreaM2: 150, designLoadW: 9000, designOutdoorC: -10, emitter: 'floor' }),
    solarSin: -0.8,
    solarCos: -0.5,
  };
  const at = (hour: number) => inputAt(model, hour * 3600, { heatW: 0, outdoorC: 0, solarWm2: 100 }).solarWm2;
  assert.ok(at(16) > at(9));
  assert.is(inputAt({ ...model, solarCos: -3 }, 0, { heatW: 0, outdoorC: 0, solarWm2: 100 }).solarWm2, 0);
});

test('the observer finds unmeasured stores and an unknown 500 W from the room alone', () => {
  const model = priorModel({ floorAreaM2: 150, designLoadW: 9000, designOutdoorC: -10, emitter: 'floor' });
  const random = seededRandom(3);
  let truth: HouseState = { ...restingState(model, 21, 0), emitterC: 30, massC: 17 };
  let seen = restingState(model, 21, 0);
  const told = { heatW: 5000, outdoorC: 0, solarWm2: 0, gainsW: 400 };
  for (let i = 0; i < 6 * 96; i++) {
    truth = houseStep(model, truth, { ...told, gainsW: 900 }, 900);
    seen = houseStep(model, seen, told, 900);
    seen = observe(model, seen, { roomC: truth.airC + 0.1 * (random() - 0.5) }, 900);
  }
  near(seen.airC, truth.airC, 0.1, 'air');
  near(seen.emitterC, truth.emitterC, 0.7, 'emitter');
  near(seen.massC, truth.massC, 0.7, 'mass');
  near(seen.unknownW, 500, 200, 'unknown heat');
});

test('a room sensor that says nothing, or NaN, moves nothing and leaves the observer sound', () => {
  const model = priorModel({ floorAreaM2: 150, designLoadW: 9000, designOutdoorC: -10, emitter: 'floor' });
  const s = restingState(model, 21, 0);
  for (const roomC of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
    const { covariance, ...after } = observe(model, s, { roomC }, 60);
    const { covariance: before, ...same } = s;
    assert.equal(after, same);
    assert.ok(covariance.every(Number.isFinite) && covariance[0]! >= before[0]! - 1);
  }
});

test.run();
