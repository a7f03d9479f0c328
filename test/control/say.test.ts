import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type ComputeWant, DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import type { SensorName } from '../../src/contract/points.ts';
import { SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { heatNow, heatWithStored } from '../../src/control/energy.ts';
import { grantOf } from '../../src/control/report.ts';
import { computing } from '../../src/control/say-computing.ts';
import type { CoreState } from '../../src/control/state.ts';
import { initialState } from '../../src/control/step.ts';
import type { StepInput } from '../../src/control/types.ts';
import { createRig, estOf, HOUSE, imageOf, MARKET, run, tick } from './rig.ts';

const SOLD: ComputeWant = { wantW: 2500, incomeEurPerKwh: 0.25, queued: 0 };
const WHY = { source: 'grid', priceEurPerKwh: 0.3, alternativeEurPerKwh: 0.1, marginEurPerKwh: -0.2 } as const;

interface Case {
  plan?: Partial<CoreState['plan']['plan']>;
  fillerS?: number;
  decided?: Partial<CoreState['decided']>;
  set?: Partial<typeof DEFAULT_SETPOINTS>;
  want?: ComputeWant;
  values?: Partial<Record<SensorName, number>>;
  emergency?: boolean;
  paused?: 'pause-compute' | 'screed';
  drives?: CoreState['operation']['drives'];
}

/** What is said of a state in which this holds, whatever led there. */
function said({ plan, fillerS = 3600, decided, set, want, values = {}, emergency = false, paused, drives }: Case) {
  const start = initialState(HOUSE);
  const pause = { id: '', by: 'page', leftS: 600, byK: 0, costEur: null, text: '' } as const;
  const state: CoreState = {
    ...start,
    plan: { ...start.plan, fillerS, plan: { ...start.plan.plan, why: WHY, marketLive: true, ...plan } },
    decided: { ...start.decided, ...decided },
    emergency: { ...start.emergency, on: emergency },
    comfort: { ...start.comfort, overrides: paused ? [{ ...pause, kind: paused }] : [] },
    operation: { ...start.operation, ...(drives && { drives }) },
  };
  const rig = createRig();
  const input: StepInput = {
    ...{ image: imageOf(rig, SAFE_OUTPUTS), dtS: 1, market: MARKET, want, house: HOUSE },
    setPoints: { ...DEFAULT_SETPOINTS, ...set },
  };
  const outputs = { ...SAFE_OUTPUTS, accelSupplyOn: 1, accelCapW: 5000 };
  return computing(state, estOf({ accelInC: 40, accelOutC: 45, ...values }), input, outputs);
}

const FILLS = { fillerW: 5000 };
const PAYS = { filler: { gridW: 5000, sunW: 5000, freeW: 5000 }, why: { ...WHY, marginEurPerKwh: 0.02 } };
const below = (marginEurPerKwh: number) => ({
  ...PAYS,
  why: { ...WHY, priceEurPerKwh: -0.05, alternativeEurPerKwh: 0, marginEurPerKwh },
});
const CASES: [name: string, given: Case, text: string][] = [
  [
    'paid answers, none waiting',
    { decided: { paidW: 2500 }, want: SOLD, values: { accelW: 2500 } },
    'computing 2.5 kW for answers that are paid: a kWh from the grid costs 0.300 EUR and gains 0.350 EUR, 0.250 of it paid, 0.100 of it as heat it replaces',
  ],
  [
    'paid answers, before the card has begun',
    { decided: { paidW: 2500 }, want: SOLD },
    'answers that are paid may draw 2.5 kW: a kWh from the grid costs 0.300 EUR and gains 0.350 EUR, 0.250 of it paid, 0.100 of it as heat it replaces',
  ],
  [
    'questions that do not pay',
    { want: { ...SOLD, queued: 2 }, values: { accelW: 900 } },
    'computing 0.9 kW because questions wait; unpaid computing does not pay: a kWh from the grid costs 0.300 EUR and gains 0.100 EUR as heat it replaces',
  ],
  [
    'wear alone: a loss is a cost',
    { plan: { why: { ...WHY, alternativeEurPerKwh: 0, marginEurPerKwh: -0.315 } } },
    'the accelerator rests until a question comes: unpaid computing does not pay, a kWh from the grid costs 0.300 EUR and computing with it costs 0.015 EUR more',
  ],
  [
    'next to nothing has no sign',
    { plan: { why: { ...WHY, alternativeEurPerKwh: 0, marginEurPerKwh: -0.3001 } } },
    'the accelerator rests until a question comes: unpaid computing does not pay, a kWh from the grid costs 0.300 EUR and gains 0.000 EUR',
  ],
  [
    'power below zero is no negative cost',
    { decided: FILLS, plan: below(0.02), values: { accelW: 4000 } },
    'computing 4.0 kW of up to 5.0 kW because taking a kWh from the grid earns 0.050 EUR and computing with it costs 0.030 EUR',
  ],
  [
    'power below zero, and answers gain on top',
    { decided: FILLS, plan: below(0.12), values: { accelW: 4000 } },
    'computing 4.0 kW of up to 5.0 kW because taking a kWh from the grid earns 0.050 EUR and computing with it gains 0.070 EUR',
  ],
  [
    'it pays',
    { decided: FILLS, plan: PAYS, values: { accelW: 4000 } },
    'computing 4.0 kW of up to 5.0 kW because a kWh from the grid costs 0.300 EUR and gains 0.320 EUR, 0.100 of it as heat it replaces',
  ],
  [
    'heat of an emergency is no matter of money',
    { decided: FILLS, emergency: true, values: { accelW: 4000 } },
    'computing 4.0 kW of up to 5.0 kW for its heat: the heat pump cannot run',
  ],
  [
    'heat against frost neither',
    { decided: { ...FILLS, frost: { ...initialState(HOUSE).decided.frost, heat: true } }, values: { accelW: 4000 } },
    'computing 4.0 kW of up to 5.0 kW for its heat: water may freeze',
  ],
  [
    'it would pay, but has just ended',
    { plan: { why: PAYS.why }, fillerS: 60 },
    'the accelerator rests until a question comes: unpaid computing rests between two runs, a kWh from the grid costs 0.300 EUR and gains 0.320 EUR, 0.100 of it as heat it replaces',
  ],
  ['it observes', { decided: FILLS, plan: PAYS, set: { operation: 'observe' } }, 'the unit only observes'],
  ['a pause is no switch', { set: { computeOn: false }, paused: 'pause-compute' }, 'computing is paused'],
  ['nor is a floor that dries', { set: { computeOn: false }, paused: 'screed' }, 'computing is paused'],
  ['checks, whatever pays', { plan: PAYS, drives: 'commission' }, 'commissioning has the accelerator'],
  ['a switch is no pause', { set: { computeOn: false } }, 'computing is switched off'],
  ['too warm', { values: { accelOutC: 67.5 } }, 'the accelerator is too warm to compute'],
];
for (const [name, given, text] of CASES) test(`computing: ${name}`, () => assert.is(said(given), text));

test('SG-Ready locks what would pay, and nobody is told that it does not', () => {
  const rig = createRig({ sgReadyAOn: 1, bufferTopC: 30 });
  Object.assign(rig.setPoints, { computeValueEurPerKwh: 1 });
  run(rig, 300, 1);
  assert.match(tick(rig, 1).reasons[0]!.text, /rests until a question comes: SG-Ready locks unpaid computing, a kWh/);
});

test('while it is commissioned the headline tells the check that runs, and no price', () => {
  const rig = createRig();
  rig.setPoints.operation = 'commission';
  run(rig, 5, 1);
  const { text } = rig.verdict.reasons[0]!;
  assert.is(text, 'Commissioning: everything at rest; commissioning has the accelerator.');
});

test('a grant says why in what is said of computing alone', () => {
  const rig = createRig();
  run(rig, 5, 1);
  const { text } = rig.verdict.reasons[0]!;
  const said = grantOf(rig.verdict).reason.text;
  assert.match(said, /^the accelerator rests until a question comes/);
  assert.ok(text.endsWith(`; ${said}`));
  rig.values.gasOk = 0;
  run(rig, 2, 1);
  assert.is(grantOf(rig.verdict).reason.text, rig.verdict.reasons[0]!.text);
});

test('sensors that answer one after the other at a start are no stop', () => {
  const rig = createRig();
  rig.quality = { accelInC: 'missing', accelOutC: 'missing' };
  assert.is(tick(rig).reasons[0]!.text, 'Starting: the sensors are asked for the first time');
  run(rig, 8, 0.5);
  assert.match(rig.verdict.reasons[0]!.text, /^Stopped: /);
});

test('what hot pipes give after the tank was charged is not told as heat that the pump makes', () => {
  const flush = { condenserW: 32_000, accelW: 0, rejectedW: 0 };
  const on = { ...SAFE_OUTPUTS, compressorOn: 1 };
  assert.is(heatWithStored(flush, on, 14_000).storedW, 32_000 - 1.15 * 14_000);
  assert.equal(heatWithStored({ ...flush, condenserW: 15_000 }, on, 14_000).storedW, undefined);
  assert.equal(heatWithStored(flush, SAFE_OUTPUTS, 14_000), flush);
});

test('a house that cools is told of cooling', () => {
  const rig = createRig({ roomC: 20, outdoorC: 25 });
  Object.assign(rig.setPoints, { mode: 'cooling', roomSetC: 24 });
  run(rig, 70, 1);
  assert.match(rig.verdict.reasons[0]!.text, /^Idle: room 20\.0 °C needs no cooling;/);
  rig.values.roomC = 27;
  run(rig, 10, 1);
  assert.match(rig.verdict.reasons[0]!.text, /^Idle: room 27\.0 °C of 24\.0 °C, the compressor rests 4 min more;/);
  rig.values.bufferTopC = 18;
  run(rig, 400, 1);
  assert.match(rig.verdict.reasons[0]!.text, /^Idle: room 27\.0 °C of 24\.0 °C, water of 18\.0 °C cools it;/);
});

test('a compressor that has just begun is starting, not heating with nothing', () => {
  const rig = createRig({ bufferTopC: 25, bufferBottomC: 22, supplyC: 25, returnC: 25, condenserOutC: 25 });
  run(rig, 400, 1);
  assert.is(rig.verdict.outputs.compressorOn, 1);
  assert.match(rig.verdict.reasons[0]!.text, /^Heating: buffer 25\.0 °C of [\d.]+ °C, heat pump starting;/);
});

test('a buffer that is warmer than wanted is not told as on its way there', () => {
  const rig = createRig({ bufferTopC: 25, bufferBottomC: 22, supplyC: 25, returnC: 25, condenserOutC: 25 });
  run(rig, 400, 1);
  rig.values.bufferTopC = 39;
  run(rig, 5, 1);
  assert.match(rig.verdict.reasons[0]!.text, /: buffer 39\.0 °C \(wanted 3\d\.\d °C\)/);
});

test('no more heat is told of the accelerator than it can bring, and none is lost: the rest came through the condenser', () => {
  const on = { ...SAFE_OUTPUTS, rejectOn: 0, accelSupplyOn: 1 };
  // The compressor has just stopped: the sensor behind the condenser has cooled, the one behind the accelerator not yet.
  const water = { condenserOutC: 33, returnC: 33, supplyC: 38, heatFlowLpm: 25, accelFlowLpm: 9, accelW: 4000 };
  const est = estOf({ ...water, accelInC: 45, accelOutC: 52 });
  const heat = heatNow(est, on, { on: false, sinceS: 30 });
  assert.ok(heat.accelW > 4000 && heat.accelW <= 1.2 * 64 * 9 * 7, `${heat.accelW}`);
  const all = heatNow(estOf({ ...water, accelInC: 30, accelOutC: 52 }), on, { on: false, sinceS: 30 });
  assert.ok(Math.abs(heat.accelW + heat.condenserW - all.accelW - all.condenserW) < 1e-9);
  // A backup heater before the supply sensor is measured with it.
  assert.is(heatNow(est, { ...on, backupHeaterOn: 1 }, { on: false, sinceS: 30 }).accelW, all.accelW);
});

test.run();
