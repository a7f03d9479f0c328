import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MODES, OPERATIONS } from '../../src/contract/messages.ts';
import {
  ACTUATOR_NAMES,
  ACTUATORS,
  type Image,
  type Outputs,
  type Quality,
  type Reading,
  SAFE_OUTPUTS,
  SENSOR_NAMES,
} from '../../src/contract/points.ts';
import { BALANCE_START } from '../../src/control/estimate/balance.ts';
import { estimate, estimateStart } from '../../src/control/estimate.ts';
import { INTERLOCK_START, interlock } from '../../src/control/interlock/interlock.ts';
import { initialState, step } from '../../src/control/step.ts';
import type { StepInput } from '../../src/control/types.ts';
import { type Random, seededRandom } from '../../src/core/random.ts';
import { CALM, HOUSE, MARKET } from './rig.ts';

const SEED = 20261124;
const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
const WILD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1e9, 1e9, 85, 127, 0, 1, 4, 69, 83, 111];

/** Mostly sound, sometimes absurd: so that runs get past the start and into every corner. */
function wildReading(random: Random, name: keyof typeof CALM, atMs: number, calm: number): Reading {
  const odd = random() > calm;
  const value = odd ? pick(random, WILD) : CALM[name] + (name.endsWith('Ok') ? 0 : random() - 0.5);
  const quality: Quality = odd ? pick(random, ['good', 'bad', 'missing']) : 'good';
  return { value, atMs: odd ? atMs - 10_000 * random() : atMs, quality };
}

function wildImage(random: Random, tick: number, atMs: number, actuators: Outputs, calm: number): Image {
  const sensors = Object.fromEntries(SENSOR_NAMES.map((n) => [n, wildReading(random, n, atMs, calm)]));
  return { tick, atMs, sensors: sensors as Image['sensors'], actuators };
}

function wildInput(random: Random, image: Image, dtS: number): StepInput {
  const watts = random() * 9000;
  return {
    image,
    dtS,
    setPoints: {
      operation: pick(random, OPERATIONS),
      operationAfter: 'auto',
      mode: pick(random, MODES),
      roomSetC: 5 + 25 * random(),
      hotWaterSetC: 35 + 25 * random(),
      computeOn: random() < 0.8,
      computeValueEurPerKwh: random() < 0.5 ? 0 : random(),
    },
    market: random() < 0.2 ? undefined : { ...MARKET, priceEurPerKwh: random() * 2 - 0.5 },
    want: random() < 0.3 ? undefined : { wantW: watts, incomeEurPerKwh: random(), queued: Math.floor(3 * random()) },
    house: HOUSE,
  };
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

const between = (x: number, a: number, b: number) => x >= Math.min(a, b) && x <= Math.max(a, b);

test('interlock: every output ends between decided and safe; what is no number becomes safe; each move has a reason', () => {
  const property = fc.property(fc.integer(), (seed) => {
    const random = seededRandom(seed);
    let state = INTERLOCK_START;
    let estimated = estimateStart();
    for (let i = 0; i < 12; i++) {
      const atMs = 1000 + i * 700;
      const decided = Object.fromEntries(
        ACTUATOR_NAMES.map((n) => [n, random() < 0.05 ? pick(random, WILD) : random() * (n.endsWith('On') ? 1 : 100)]),
      ) as Outputs;
      const image = wildImage(random, i, atMs, decided, 0.5 + random() / 2);
      const next = estimate(estimated, image, HOUSE, 0.7, 0.7);
      estimated = next.state;
      const facts = { image, est: next.est, balance: BALANCE_START, house: HOUSE, decided, dtS: 0.7, realS: 0.7 };
      const done = interlock(state, {
        ...facts,
        observing: random() < 0.1,
        acknowledgedBy: random() < 0.1 ? 'me' : undefined,
      });
      state = done.state;
      for (const name of ACTUATOR_NAMES) {
        const out = done.outputs[name];
        assert.ok(Number.isFinite(out), `${name} = ${out}`);
        if (!Number.isFinite(decided[name])) assert.is(out, ACTUATORS[name].safe);
        else assert.ok(between(out, decided[name], ACTUATORS[name].safe), `${name}: ${decided[name]} -> ${out}`);
        const told = done.reasons.some((r) => r.what === name);
        if (out !== decided[name]) assert.ok(told, `${name} moved without a reason`);
      }
    }
  });
  fc.assert(property, { seed: SEED, numRuns: 200 });
});

test('step: no image, however wild, puts NaN on an output or leaves state that JSON cannot carry; inputs stay untouched', () => {
  const property = fc.property(fc.integer(), (seed) => {
    const random = seededRandom(seed);
    let state = initialState(HOUSE);
    let outputs: Outputs = { ...SAFE_OUTPUTS };
    const calm = 0.6 + 0.4 * random();
    const dtS = pick(random, [0.1, 1, 6, 30, 60]);
    let atMs = 0;
    for (let i = 0; i < 60; i++) {
      atMs += dtS * 1000;
      const input = freeze(wildInput(random, wildImage(random, i, atMs, outputs, i < 5 ? 1 : calm), dtS));
      const first = step(freeze(state), input);
      const again = step(state, input);
      assert.equal(first, again, 'same in, same out');
      assert.equal(JSON.parse(JSON.stringify(first.state)), first.state, 'state is plain JSON');
      assert.equal(structuredClone(first.state), first.state);
      for (const name of ACTUATOR_NAMES) assert.ok(Number.isFinite(first.verdict.outputs[name]), name);
      const { verdict } = first;
      assert.ok(verdict.grantW >= 0 && verdict.grantW <= HOUSE.accelMaxW && verdict.fillerW <= verdict.grantW);
      assert.ok(verdict.reasons.length > 0 && verdict.reasons.length <= 40);
      state = first.state;
      outputs = verdict.outputs;
    }
  });
  fc.assert(property, { seed: SEED, numRuns: 60 });
});

test('a run continued from its JSON gives the same outputs as one that was never stopped', () => {
  const random = seededRandom(3);
  let a = initialState(HOUSE);
  let b = initialState(HOUSE);
  let outputs: Outputs = { ...SAFE_OUTPUTS };
  for (let i = 0; i < 300; i++) {
    const input = wildInput(random, wildImage(random, i, i * 1000, outputs, 0.97), 1);
    const left = step(a, input);
    const right = step(JSON.parse(JSON.stringify(b)), input);
    assert.equal(left.verdict, right.verdict);
    a = left.state;
    b = right.state;
    outputs = left.verdict.outputs;
  }
});

test.run();
