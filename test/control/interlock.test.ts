import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Outputs, SAFE_OUTPUTS, SENSOR_NAMES, type SensorName } from '../../src/contract/points.ts';
import { BALANCE_START } from '../../src/control/estimate/balance.ts';
import type { Estimates } from '../../src/control/estimate/points.ts';
import { soundOutputs } from '../../src/control/interlock/apply.ts';
import {
  INTERLOCK_START,
  type Interlocked,
  type InterlockState,
  interlock,
} from '../../src/control/interlock/interlock.ts';
import type { Row, RowContext } from '../../src/control/interlock/row.ts';
import { type Trips, tripsStep } from '../../src/control/interlock/trips.ts';
import { CALM, createRig, HOUSE, imageOf } from './rig.ts';

const RUNS: Outputs = {
  ...SAFE_OUTPUTS,
  compressorOn: 1,
  compressorPct: 60,
  accelSupplyOn: 1,
  accelCapW: 5000,
  accelPumpPct: 20,
  circulationPct: 10,
  dryCoolerPct: 0,
  rejectOn: 0,
};
const SOUND: InterlockState = {
  ...INTERLOCK_START,
  ready: true,
  timers: { ...INTERLOCK_START.timers, compressorOffS: 0, accelPumpS: 100, waterPumpS: 100, suppliedS: 100 },
};

interface Tick {
  values?: Partial<Record<SensorName, number>>;
  lost?: SensorName[];
  actuators?: Partial<Outputs>;
  decided?: Partial<Outputs>;
  timers?: Partial<InterlockState['timers']>;
  state?: Partial<InterlockState>;
  dtS?: number;
}

function tick(t: Tick, from: InterlockState = SOUND): Interlocked {
  const values = { accelW: 0, accelFlowLpm: 9.8, heatFlowLpm: 20, compressorW: 2000, compressorHz: 60, ...t.values };
  const rig = createRig(values);
  const image = imageOf(rig, { ...RUNS, ...t.actuators });
  const quality = (n: SensorName) => (t.lost?.includes(n) ? 'lost' : 'good');
  const est = Object.fromEntries(
    SENSOR_NAMES.map((n) => [n, { value: rig.values[n], quality: quality(n), ageMs: 0 }]),
  ) as Estimates;
  const state = { ...from, ...t.state, timers: { ...from.timers, ...t.timers } };
  const dtS = t.dtS ?? 0.1;
  const decided = { ...RUNS, ...t.decided };
  const facts = { image, est, balance: { ...BALANCE_START, peakRiseK: 8 }, house: HOUSE, decided, dtS, realS: dtS };
  return interlock(state, { ...facts, observing: false, acknowledgedBy: undefined });
}
const codes = (done: Interlocked) => done.reasons.map((r) => r.code);

test('a heat pump that a row holds off counts as stopped, whether it was wanted in this tick or not', () => {
  const still = { compressorOn: 0, compressorPct: 0 };
  const stopped = (t: Tick) => tick({ actuators: still, timers: { compressorOffS: 600 }, ...t }).state.stopped.heatPump;
  assert.is(stopped({ decided: still }), false);
  for (const pressureHighOk of [0, 1])
    for (const decided of [still, {}])
      assert.is(stopped({ values: { pressureHighOk }, decided }), pressureHighOk === 0, JSON.stringify(decided));
  assert.is(stopped({ values: { gasOk: 0 }, decided: still }), true);
  assert.is(stopped({ timers: { compressorOffS: 10 } }), true, 'its rest is a stop, too');
});

test('a decided value outside its scale becomes safe, one at the end of it stays', () => {
  for (const [name, good, bad] of [
    ['accelCapW', 20_000, 20_001],
    ['accelPumpPct', 100, 100.1],
    ['compressorPct', 100, 101],
    ['rejectOn', 1, 1.1],
    ['circulationPct', 0, -0.1],
  ] as const) {
    assert.is(soundOutputs({ ...RUNS, [name]: good }).outputs[name], good);
    const { outputs, reasons } = soundOutputs({ ...RUNS, [name]: bad });
    assert.is(outputs[name], SAFE_OUTPUTS[name], `${name} = ${bad}`);
    assert.equal(
      reasons.map((r) => r.what),
      [name],
    );
  }
});

test('a compressor that stands starts only after 180 s of rest; one that runs goes on', () => {
  const still = { actuators: { compressorOn: 0, compressorPct: 0 } };
  const early = tick({ ...still, timers: { compressorOffS: 179.8 } });
  assert.is(early.outputs.compressorOn, 0);
  assert.is(early.outputs.compressorPct, 0);
  assert.is(early.state.stopped.heatPump, true);
  assert.is(tick({ ...still, timers: { compressorOffS: 179.95 } }).outputs.compressorOn, 1);
  assert.is(tick({}).outputs.compressorOn, 1);
  const waiting = tick({ ...still, decided: { compressorOn: 0, compressorPct: 0 }, timers: { compressorOffS: 10 } });
  assert.not.ok(codes(waiting).includes('compressor-rest'), 'nothing to hold back');
});

test('how long each thing has been so: counted while it is so, from 0 when it is not', () => {
  const { timers } = tick({
    values: { accelW: 101 },
    timers: { accelIdleS: 50, compressorOnS: 5, suppliedS: 7 },
  }).state;
  assert.is(timers.accelIdleS, 0);
  assert.is(timers.suppliedS, 7.1);
  assert.is(timers.compressorOnS, 5.1);
  assert.is(timers.compressorOffS, 0);
  const off = tick({
    values: { accelW: 100 },
    actuators: { accelSupplyOn: 0, compressorPct: 0, accelPumpPct: 14, circulationPct: 14, rejectOn: 1, hotWaterOn: 1 },
    timers: { accelIdleS: 50, rejectS: 9, tankS: 9 },
  }).state.timers;
  assert.is(off.accelIdleS, 50.1);
  assert.equal([off.suppliedS, off.accelPumpS, off.waterPumpS, off.rejectS, off.tankS], [0, 0, 0, 0, 0]);
  assert.is(off.compressorOffS, 0.1);
  assert.is(tick({ actuators: { accelPumpPct: 15, circulationPct: 15 } }).state.timers.accelPumpS, 100.1);
  assert.is(tick({ timers: { tankS: 9, rejectS: 8 } }).state.timers.tankS, 9.1);
});

test('the coolant pump runs with the accelerator, 120 s after it, and as long as the coolant is warm', () => {
  const pct = (t: Tick) => tick({ ...t, decided: { accelPumpPct: 0, accelCapW: 0 } }).outputs.accelPumpPct;
  const cold = { accelInC: 44, accelOutC: 45.9 };
  const warm = { accelInC: 44, accelOutC: 46 };
  assert.is(pct({ values: { ...cold, accelW: 150 } }), 20, 'drawing');
  assert.is(pct({ values: cold, timers: { accelIdleS: 119.8 } }), 40);
  assert.is(pct({ values: cold, timers: { accelIdleS: 119.95 } }), 0);
  assert.is(pct({ values: warm, timers: { accelIdleS: 119.95 } }), 40);
  assert.is(pct({ values: warm, timers: { accelIdleS: 1199.8 } }), 40);
  assert.is(pct({ values: warm, timers: { accelIdleS: 1199.95 } }), 0);
});

test('water flows while the compressor runs and for 120 s after it', () => {
  const pct = (t: Tick) => tick({ ...t, decided: { circulationPct: 0, compressorOn: 0 } }).outputs.circulationPct;
  const still = { compressorOn: 0 };
  assert.is(pct({}), 40);
  assert.is(pct({ actuators: still, timers: { compressorOffS: 119.8 } }), 40);
  assert.is(pct({ actuators: still, timers: { compressorOffS: 119.95 } }), 0);
});

test('coolant 4 K under its limit goes to the dry cooler with all pump and fan', () => {
  const near = tick({ values: { accelInC: 60, accelOutC: 64 } }).outputs;
  assert.equal([near.rejectOn, near.dryCoolerPct, near.accelPumpPct], [1, 100, 100]);
  const far = tick({ values: { accelInC: 60, accelOutC: 63.9 } }).outputs;
  assert.equal([far.rejectOn, far.dryCoolerPct], [0, 0]);
});

test('an accelerator that draws more than 10 % against its order to stop loses its contactor after 0.7 s', () => {
  const hot = { accelInC: 60, accelOutC: 69 };
  const after = (watts: number, heldS: number, t: Tick = {}) =>
    tick({ ...t, values: { ...hot, accelW: watts }, state: { disobeyedS: heldS } }).outputs.accelSupplyOn;
  assert.is(after(501, 0.65), 0);
  assert.is(after(501, 0.55), 1);
  assert.is(after(499, 0.65), 1);
  assert.is(after(501, 0.65, { lost: ['accelW'], timers: { suppliedS: 5 } }), 1, 'nobody knows what it draws');
  const obeying = tick({ values: { accelW: 5000 }, state: { disobeyedS: 5 } });
  assert.is(obeying.outputs.accelSupplyOn, 1, 'it was not told to stop');
  assert.is(obeying.state.disobeyedS, 0);
});

test('a derated accelerator keeps half of its rating, never more than was decided', () => {
  const hot = { supplyC: 76 };
  const trips = { F14s: { onS: 5, quietS: 0, tripped: true, latched: false, agesS: [], text: '' } };
  assert.is(tick({ values: hot, state: { trips } }).outputs.accelCapW, 2500);
  assert.is(tick({ values: hot, state: { trips }, decided: { accelCapW: 900 } }).outputs.accelCapW, 900);
});

test('before a full set of sensors everything is safe; after 30 s only what is essential is waited for', () => {
  const fresh = (lost: SensorName[], waitedS: number) =>
    tick({ lost, state: { ready: false, waitedS }, actuators: SAFE_OUTPUTS, timers: { compressorOffS: 1000 } });
  assert.is(fresh(['roomC'], 29.8).safety, 'S4');
  assert.equal(fresh(['roomC'], 29.8).outputs, SAFE_OUTPUTS);
  assert.is(fresh(['roomC'], 29.95).state.ready, true);
  assert.is(fresh([], 0).state.ready, true);
  assert.is(fresh(['accelW', 'accelChipC', 'pvW'], 0).state.ready, true, 'cards without supply answer nobody');
  for (const name of ['supplyC', 'bufferTopC', 'heatFlowLpm', 'gasOk'] as const) {
    assert.is(fresh([name], 1000).state.ready, false, name);
  }
});

test('the reversing valve stays where it is until 180 s after the compressor, whoever wants to turn it', () => {
  const turned = (now: number, wanted: number, offS: number) =>
    tick({
      actuators: { coolingOn: now, compressorOn: 0 },
      decided: { coolingOn: wanted, compressorOn: 0, compressorPct: 0 },
      timers: { compressorOffS: offS },
    }).outputs.coolingOn;
  assert.is(turned(1, 0, 179.8), 1);
  assert.is(turned(0, 1, 179.8), 0);
  assert.is(turned(1, 0, 179.95), 0);
  assert.is(turned(0, 1, 179.95), 1);
});

const context = {} as RowContext;
/** A row that is active as told, with 0.5 s of patience. */
const row = (active: boolean, more: Partial<Row> = {}): Row => ({
  id: 'X',
  code: 'x',
  effect: 'warn',
  holdS: 0.5,
  clearS: 10,
  active: () => active,
  text: () => 'why',
  ...more,
});

/** Seconds of active and quiet in turn, at 10 Hz. */
function through(spans: number[], more: Partial<Row> = {}, acknowledge = false): Trips {
  let trips: Trips = {};
  spans.forEach((s, i) => {
    const now = row(i % 2 === 0, more);
    for (let k = 0; k < Math.round(s * 10); k++) trips = tripsStep([now], trips, context, 0.1, 0.1, acknowledge);
  });
  return trips;
}

test('a row trips after its patience, stays for its quiet time, and is forgotten', () => {
  assert.is(through([0.5]).X!.tripped, false);
  assert.is(through([0.7]).X!.tripped, true);
  assert.is(through([0.7]).X!.text, 'why');
  assert.is(through([0.4, 0.1, 0.4]).X!.tripped, false, 'patience begins anew');
  assert.is(through([0.7, 9.8]).X!.tripped, true);
  assert.is(through([0.7, 10.2]).X, undefined);
  assert.is(through([0.7, 9, 0.2, 9]).X!.tripped, true, 'quiet time begins anew');
  assert.is(through([0.1], { holdS: 0 }).X!.tripped, true, 'without patience at once');
});

test('a row latches at its number of trips within its window, and a person lifts it once the cause is gone', () => {
  const latch = { trips: 2, windowS: 60 };
  assert.is(through([0.7, 11], { latch }).X!.latched, false);
  assert.is(through([0.7, 11, 0.7], { latch }).X!.latched, true);
  assert.is(through([0.7, 61, 0.7], { latch }).X!.latched, false, 'the first is too long ago');
  const latched = through([0.7, 11, 0.7, 300], { latch });
  assert.is(latched.X!.tripped, true, 'it stays although the cause is gone');
  const still = tripsStep([row(true, { latch })], latched, context, 0.1, 0.1, true);
  assert.is(still.X!.latched, true, 'not while the cause is there');
  const lifted = tripsStep([row(false, { latch })], latched, context, 0.1, 0.1, true);
  assert.is(lifted.X, undefined);
});

test('the calm house of the tests is calm', () => {
  assert.is(tick({ values: { ...CALM, compressorW: 2000, compressorHz: 60, dischargeC: 60 } }).safety, 'S0');
});

test.run();
