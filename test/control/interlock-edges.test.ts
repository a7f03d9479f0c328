import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Outputs, SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { BALANCE_START } from '../../src/control/estimate/balance.ts';
import { ACKNOWLEDGE_START, acknowledgeStep, toldOf } from '../../src/control/interlock/acknowledge.ts';
import { INTERLOCK_START, type InterlockState, interlock } from '../../src/control/interlock/interlock.ts';
import type { TripState, Trips } from '../../src/control/interlock/trips.ts';
import { seededRandom } from '../../src/core/random.ts';
import { createRig, estOf, HOUSE, imageOf, run, until } from './rig.ts';

const DAY_S = 86_400;
const READY: InterlockState = { ...INTERLOCK_START, ready: true };

/** One tick of a sound machine with these outputs confirmed and decided. */
function tick(
  accelW: number,
  actuators: Partial<Outputs>,
  decided: Partial<Outputs>,
  timers: Partial<InterlockState['timers']>,
) {
  const confirmed = { ...SAFE_OUTPUTS, ...actuators };
  const est = estOf({ accelW, accelOutC: 44.5 });
  return interlock(
    { ...READY, timers: { ...READY.timers, ...timers } },
    {
      image: imageOf(createRig({ accelW }), confirmed),
      est,
      balance: BALANCE_START,
      house: HOUSE,
      decided: { ...confirmed, ...decided },
      observing: false,
      dtS: 1,
      realS: 1,
      acknowledgedBy: undefined,
    },
  );
}

test('F15: in an alarm the coolant pump of a cold accelerator rests before its coolant could freeze the water, and not sooner', () => {
  const off = { accelSupplyOn: 0, accelPumpPct: 100 };
  const pump = (
    accelOutC: number,
    idleS: number,
    actuators: Partial<Outputs> = off,
    accelChipC = 5,
    accelInC = accelOutC,
  ) => {
    const image = imageOf(createRig({ gasOk: 0 }), { ...SAFE_OUTPUTS, ...actuators });
    const done = interlock(
      { ...READY, timers: { ...READY.timers, accelIdleS: idleS } },
      {
        image,
        est: estOf({ accelOutC, accelChipC, accelInC, gasOk: 0 }),
        balance: BALANCE_START,
        house: HOUSE,
        decided: { ...SAFE_OUTPUTS, accelPumpPct: 0 },
        observing: false,
        dtS: 0.1,
        realS: 0.1,
        acknowledgedBy: undefined,
      },
    );
    assert.is(done.safety, 'S4');
    return done.outputs.accelPumpPct;
  };
  assert.is(pump(2.9, 200), 0);
  assert.is(pump(3.1, 200), 100);
  assert.is(pump(-10, 100), 100);
  assert.is(pump(-10, 200, { accelSupplyOn: 1 }), 100);
  assert.is(pump(-10, 200, off, 60), 100);
  // One cold reading of a loop that is warm at its other end is a lie (campaign, seed 4800).
  assert.is(pump(-2.4, 200, off, 33, 32), 100);
  assert.is(pump(2, 200, off, 5, 5.9), 0);
  // Nor is coolant that cold below a chip so warm (campaign, seed 9301, its inlet open).
  assert.is(pump(-0.8, 200, off, 28), 100);
  assert.is(pump(-0.8, 200, off, 15), 0);
});

test('an accelerator counts as idle below 100 W: its run-on goes on, above it begins anew', () => {
  const random = seededRandom(90);
  for (let i = 0; i < 200; i++) {
    const accelW = 200 * random();
    const { state } = tick(accelW, { accelSupplyOn: 1 }, {}, { accelIdleS: 50 });
    assert.is(state.timers.accelIdleS, accelW > 100 ? 0 : 51, `${accelW} W`);
    assert.is(tick(accelW, { accelSupplyOn: 0 }, {}, { accelIdleS: 50 }).state.timers.accelIdleS, 51);
  }
});

test('the reversing valve is said to wait only when it is asked to turn too soon', () => {
  const random = seededRandom(162);
  for (let i = 0; i < 400; i++) {
    const [is, wanted] = [random() < 0.5 ? 1 : 0, random() < 0.5 ? 1 : 0];
    const offS = 360 * random();
    const { outputs, reasons } = tick(0, { coolingOn: is }, { coolingOn: wanted }, { compressorOffS: offS });
    const waits = is !== wanted && offS + 1 < 180;
    assert.is(outputs.coolingOn, waits ? is : wanted, `${is} to ${wanted} after ${offS} s`);
    assert.is(
      reasons.some((r) => r.code === 'valve-waits'),
      waits,
    );
  }
});

test('a gas reading: 0 alarms and latches, what is no contact is unknown and all off, 1 is well', () => {
  for (const [value, safety, latched] of [
    [1, 'S0', false],
    [0.6, 'S0', false],
    [0, 'S4', true],
    [0.4, 'S4', true],
    [1.5, 'S4', false],
    [-0.5, 'S4', false],
    [Number.NaN, 'S4', false],
    [Number.POSITIVE_INFINITY, 'S4', false],
    [Number.NEGATIVE_INFINITY, 'S4', false],
  ] as const) {
    const rig = createRig();
    run(rig, 40);
    rig.values.gasOk = value;
    run(rig, 1);
    assert.equal([rig.verdict.safety, rig.verdict.latched], [safety, latched], `gasOk ${value}`);
  }
});

test('a small compressor stands below 2 % of its rating, a large one below 60 W', () => {
  const random = seededRandom(12);
  for (let i = 0; i < 60; i++) {
    const compressorMaxW = 500 + 6000 * random();
    const standsW = Math.min(60, 0.02 * compressorMaxW);
    const compressorW = 120 * random();
    const rig = createRig({ bufferTopC: 25 });
    rig.house = { ...HOUSE, compressorMaxW };
    rig.setPoints.computeOn = false;
    rig.state = {
      ...rig.state,
      interlock: { ...READY, timers: { ...READY.timers, compressorOnS: 20 } },
    };
    rig.values.compressorW = compressorW;
    rig.world = (r) => {
      r.verdict.outputs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 60, coolingOn: 0 };
      r.values.heatFlowLpm = 20;
    };
    const told = until(rig, 3, (v) => v.reasons.some((r) => r.code === 'compressor-does-not-start')) < 3;
    assert.is(told, compressorW < standsW, `${compressorW} W of ${compressorMaxW} W`);
  }
});

const trip = (more: Partial<TripState>): TripState => ({
  onS: 0,
  quietS: 0,
  tripped: true,
  latched: true,
  agesS: [0],
  text: 'it broke',
  ...more,
});

test('acknowledgements: five within any 24 hours, and only those that can lift something count', () => {
  const random = seededRandom(5);
  const gone: Trips = { F13h: trip({ quietS: 10 }) };
  const there: Trips = { F13h: trip({}) };
  let state = ACKNOWLEDGE_START;
  const heededAt: number[] = [];
  for (let s = 0; s < 4 * DAY_S; ) {
    const dtS = 3600 * (0.2 + 2 * random());
    s += dtS;
    const able = random() < 0.7;
    const asked = random() < 0.8;
    state = acknowledgeStep(state, asked, able ? gone : there, dtS);
    const within = heededAt.filter((at) => s - at < DAY_S).length;
    assert.is(state.heeded, asked && able && within < 5, `at ${s} s after ${within} within a day`);
    assert.is(state.refused, asked && able && within >= 5);
    if (state.heeded) heededAt.push(s);
  }
  assert.ok(heededAt.length > 10, `${heededAt.length}`);
});

test('what is told of latches: by name, present or gone, lifted or left', () => {
  const before: Trips = { F13h: trip({ quietS: 10 }), F16: trip({}), F12: trip({ latched: false }) };
  const after: Trips = { ...before, F13h: trip({ quietS: 10, latched: false }) };
  const quiet = toldOf(undefined, before, before, false);
  assert.equal([quiet.latched, quiet.acknowledged], [true, undefined]);
  assert.equal(
    quiet.latches.map(({ id, present }) => [id, present]),
    [
      ['F13h', false],
      ['F16', true],
    ],
  );
  const { latches, acknowledged } = toldOf('me', before, after, false);
  assert.equal(
    latches.map((l) => l.id),
    ['F16'],
  );
  assert.equal(acknowledged, { by: 'me', lifted: ['high-pressure'], left: ['it broke'], refused: false });
  assert.equal(toldOf('me', {}, {}, false), {
    latched: false,
    latches: [],
    acknowledged: { by: 'me', lifted: [], left: [], refused: false },
  });
});

test.run();
