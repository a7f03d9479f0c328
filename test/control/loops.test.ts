import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { type Outputs, SAFE_OUTPUTS, type SensorName } from '../../src/contract/points.ts';
import { MIN_RUN_S } from '../../src/control/decide/compressor.ts';
import { reachesHouse } from '../../src/control/decide/coolant.ts';
import { type DecideFacts, loopsStep } from '../../src/control/decide/decide.ts';
import { PLAN_START } from '../../src/control/decide/plan.ts';
import { ownPumpStart } from '../../src/control/learn/own-pump.ts';
import type { DecidedState } from '../../src/control/state.ts';
import { initialState } from '../../src/control/step.ts';
import { createRig, estOf, HOUSE, imageOf, MARKET } from './rig.ts';

/** The 1 Hz loops as a whole: what they order in one call, from a calm winter day changed in one or two facts. */

interface Given {
  values?: Partial<Record<SensorName, number>>;
  lost?: SensorName[];
  actuators?: Partial<Outputs>;
  before?: Partial<DecidedState>;
  plan?: Partial<DecideFacts['plan']>;
  setPoints?: Partial<DecideFacts['wish']['setPoints']>;
  killing?: boolean;
  house?: Partial<typeof HOUSE>;
  stopped?: Partial<DecideFacts['stopped']>;
  dtS?: number;
}
const START = initialState(HOUSE).decided;
const PUMP = ownPumpStart(HOUSE).map;

function loops(g: Given): DecidedState {
  const house = { ...HOUSE, ...g.house };
  const setPoints = { ...DEFAULT_SETPOINTS, mode: 'heating' as const, ...g.setPoints };
  const image = imageOf(createRig(), { ...SAFE_OUTPUTS, ...g.actuators });
  const hotWater = { setC: 60, startBelowK: 6, killing: g.killing ?? false };
  const dtS = g.dtS ?? 1;
  return loopsStep(
    { ...START, ...g.before },
    {
      est: estOf(g.values, g.lost),
      input: { image, dtS, setPoints, market: MARKET, want: undefined, house },
      wish: { setPoints, compressorMaxPct: 100, hotWater, steady: true, reasons: [] },
      dewC: null,
      plan: { ...PLAN_START.plan, mode: 'heating', supplySetC: 38, heatNeedW: 5000, ...g.plan },
      pump: PUMP,
      stopped: { accel: false, heatPump: false, ...g.stopped },
      dtS,
    },
  );
}

/** The accelerator alone heats the house: its water warms by 6 K. */
const HEATS: Given = {
  values: { accelW: 5000, heatFlowLpm: 10, bufferTopC: 38, hotWaterC: 60 },
  actuators: { accelSupplyOn: 1, circulationPct: 50 },
  before: { coolant: { ...START.coolant, reject: false }, circulationPct: 50 },
  dtS: 1000,
};
const SIX_K_LPM = 5000 / (69.1 * 6);

test('circulation: the water warms by 6 K over its sources, by the flow that is seen at this speed', () => {
  assert.ok(Math.abs(loops(HEATS).circulationPct - SIX_K_LPM / 0.2) < 0.5);
  // Where the meter tells nothing, 0.4 L/min for each percent are taken: that is little speed.
  const blind: Given[] = [
    { ...HEATS, lost: ['heatFlowLpm'] },
    { ...HEATS, values: { ...HEATS.values, heatFlowLpm: 2 } },
    { ...HEATS, actuators: { accelSupplyOn: 1, circulationPct: 34 } },
  ];
  for (const g of blind) assert.is(Math.round(loops(g).circulationPct), 35);
  const little = { ...HEATS.values, heatFlowLpm: 2.1 };
  assert.is(Math.round(loops({ ...HEATS, values: little }).circulationPct), 100);
  assert.is(
    Math.round(loops({ ...HEATS, actuators: { accelSupplyOn: 1, circulationPct: 35 } }).circulationPct),
    Math.round(SIX_K_LPM / (10 / 35)),
  );
});

test('circulation: follows within 20 s, not at once', () => {
  const from = { ...HEATS, before: { ...HEATS.before, circulationPct: 100 } };
  const to = loops(HEATS).circulationPct;
  const after20S = loops({ ...from, dtS: 20 }).circulationPct;
  assert.ok(Math.abs(after20S - (to + (100 - to) * Math.exp(-1))) < 0.5, `${after20S}`);
});

test('circulation: of all speeds up to 80 % the one whose own power and loss of COP are least together', () => {
  for (const compressorW of [300, 1000, 2500]) {
    const on = { ...START.compressor, on: true, sinceS: 1000, pct: 50 };
    const given: Given = {
      values: { compressorW, heatFlowLpm: 20, hotWaterC: 60, bufferTopC: 37 },
      actuators: { compressorOn: 1, compressorPct: 50, circulationPct: 50 },
      before: { compressor: on, circulationPct: 50 },
      dtS: 1000,
    };
    const done = loops(given);
    const heatW = (done.compressor.pct / 100) * 16_000;
    // 2.5 % of the compressor's power for each kelvin, against 75 W at full speed with the cube of it.
    const costW = (pct: number) => 0.025 * (heatW / (69.1 * 0.4 * pct)) * compressorW + 75 * (pct / 100) ** 3;
    const speeds = Array.from({ length: 46 }, (_, i) => 35 + i);
    const best = speeds.reduce((a, b) => (costW(b) < costW(a) ? b : a));
    const six = heatW / (69.1 * 6) / 0.4;
    assert.ok(
      Math.abs(done.circulationPct - Math.min(100, Math.max(six, best))) < 4,
      `${done.circulationPct} against ${best}, ${six}`,
    );
  }
});

test('circulation: stands still when nothing heats; runs on for 300 s after the accelerator, and for idle cards above 100 W', () => {
  const runs = (coolS: number, accelW: number, more: Partial<Given> = {}) =>
    loops({
      ...HEATS,
      values: { ...HEATS.values, accelW, accelOutC: 50, accelInC: 44 },
      before: { ...HEATS.before, coolant: { ...START.coolant, reject: false, coolS } },
      dtS: 1,
      ...more,
    }).circulationPct > 0;
  assert.is(runs(298, 50), true);
  assert.is(runs(300, 50), false);
  assert.is(runs(900, 101), true);
  assert.is(runs(900, 100), false);
  assert.is(runs(298, 50, { actuators: { accelSupplyOn: 0, circulationPct: 50 } }), false);
});

test('reversing valve: 180 s after the compressor, not a second before, and only when it is wanted', () => {
  const at = (stillS: number, cooling: boolean, mode: 'heating' | 'cooling', compressorOn = 0) =>
    loops({
      setPoints: { mode },
      plan: { mode },
      values: { roomC: 26, hotWaterC: 60 },
      actuators: { compressorOn },
      before: { reversing: { cooling, stillS } },
    }).reversing;
  assert.equal(at(178, false, 'cooling'), { cooling: false, stillS: 179 });
  assert.is(at(179, false, 'cooling').cooling, true);
  assert.is(at(179, true, 'heating').cooling, false);
  assert.is(at(178, true, 'heating').cooling, true);
  assert.equal(at(1000, false, 'cooling', 1), { cooling: false, stillS: 0 });
  assert.is(at(1000, false, 'heating').cooling, false);
});

test('a tank is charged in every mode but off, by a sensor that answers, after the least run of a cooling compressor', () => {
  const charges = (more: Given) => loops({ values: { hotWaterC: 40 }, ...more }).hotWater.charging;
  assert.is(charges({}), true);
  assert.is(charges({ setPoints: { mode: 'off' } }), false);
  assert.is(charges({ lost: ['hotWaterC'] }), false);
  const cooling = (sinceS: number, on = true, more: Partial<DecidedState> = {}) =>
    charges({
      setPoints: { mode: 'cooling' },
      before: { reversing: { cooling: true, stillS: 0 }, compressor: { ...START.compressor, on, sinceS }, ...more },
    });
  assert.is(cooling(MIN_RUN_S - 1), false);
  assert.is(cooling(MIN_RUN_S), true);
  assert.is(cooling(10, false), true);
  assert.is(cooling(10, true, { reversing: { cooling: false, stillS: 0 } }), true);
  const going = { ...START.hotWater, charging: true, sinceS: 10, bestC: 39 };
  assert.is(cooling(10, true, { hotWater: going }), true, 'it goes on');
});

test('a defrost moves the water at 60 % or more, whatever its heat would take', () => {
  const on = { on: true, coldS: 60 };
  const still: Given = {
    values: {
      compressorW: 1500,
      outdoorC: 0,
      condenserOutC: 26,
      returnC: 30,
      heatFlowLpm: 20,
      hotWaterC: 60,
      accelW: 0,
    },
    actuators: { compressorOn: 1, compressorPct: 30, circulationPct: 50 },
    before: { defrost: on, compressor: { ...START.compressor, on: true, sinceS: 700, pct: 30 }, circulationPct: 50 },
  };
  assert.is(loops(still).circulationPct, 60);
});

test('coolant valve: 10 s after it has turned the house is reached; 5 K above the set-point is refused heat', () => {
  const at = (reject: boolean, valveS: number) => reachesHouse({ ...START.coolant, reject, valveS });
  assert.equal([at(false, 10), at(false, 9), at(true, 100)], [true, false, false]);
  const refusedS = (accelOutC: number, fallsK = 0) =>
    loops({
      values: { accelW: 3000, accelOutC, bufferTopC: 30, hotWaterC: 60 },
      actuators: { accelSupplyOn: 1 },
      before: { coolant: { ...START.coolant, reject: false, refusedS: 5, outC: accelOutC + fallsK } },
    }).coolant.refusedS;
  assert.equal([refusedS(57.1), refusedS(56.9)], [6, 4.9]);
  assert.equal([refusedS(57.1, 0.015), refusedS(57.1, 0.025)], [6, 4.9], 'heat that is being taken');
});

test('dry cooler: a fan that blows turns at 10 % or more, however cold the coolant comes back', () => {
  const cold = { accelW: 3000, accelInC: 20, accelOutC: 40, outdoorC: -10, hotWaterC: 60 };
  const blown: Given = {
    values: cold,
    actuators: { accelSupplyOn: 1 },
    setPoints: { mode: 'off' },
    before: { coolant: { ...START.coolant, reject: true } },
  };
  assert.is(loops(blown).coolant.fanPct, 10);
});

/** Whether the coolant goes outdoors after this second; the valve has long been where it is. */
const rejects = (reject: boolean, values: Given['values'], more: Given = {}) =>
  loops({
    ...more,
    values: { ...values, accelW: 3000 },
    before: { coolant: { ...START.coolant, reject }, ...more.before },
  }).coolant.reject;

test('coolant valve: the buffer takes heat up to 10 K above its set-point and again 3 K below that, in heating only', () => {
  const at = (reject: boolean, bufferTopC: number, more: Given = {}) =>
    rejects(reject, { bufferTopC, hotWaterC: 60 }, more);
  assert.equal([at(false, 47.9), at(false, 48.1)], [false, true]);
  assert.equal([at(true, 44.9), at(true, 45.1)], [false, true]);
  assert.is(at(false, 30, { setPoints: { mode: 'off' } }), true);
  assert.is(at(false, 30, { plan: { supplySetC: 0 } }), true);
});

test('coolant valve: water behind the condenser as hot as the coolant may be takes none, until it is 2 K cooler', () => {
  // A tank of 55 °C: the coolant is held at its most, 8 K below its limit of 68 °C.
  const charging = { hotWater: { ...START.hotWater, charging: true, sinceS: 10, bestC: 55 } };
  const at = (reject: boolean, condenserOutC: number, more: Given = {}) =>
    rejects(reject, { hotWaterC: 55, condenserOutC }, { before: charging, ...more });
  assert.equal([at(false, 59.9), at(false, 60.1)], [false, true]);
  assert.equal([at(true, 57.9), at(true, 58.1)], [false, true]);
  assert.is(at(false, 70, { lost: ['condenserOutC'] }), false);
});

const killing = (stalledS: number, more: Partial<Given> = {}) =>
  loops({
    values: { hotWaterC: 55 },
    killing: true,
    before: { hotWater: { charging: true, sinceS: 100, bestC: 55, stalledS } },
    ...more,
  });
test('a tank that stalls on its way to 60 °C gets the accelerator after 600 s, a heater at the supply after 1500 s', () => {
  assert.is(killing(598).fillerW, 0);
  assert.ok(killing(599).fillerW > 4000);
  assert.is(killing(700, { setPoints: { computeOn: false } }).fillerW, 0);
  assert.is(killing(700, { killing: false }).fillerW, 0);
  const supply = { house: { backupHeaterAt: 'supply' as const } };
  assert.is(killing(1498, supply).outputs.backupHeaterOn, 0);
  assert.is(killing(1499, supply).outputs.backupHeaterOn, 1);
  assert.is(killing(1600).outputs.backupHeaterOn, 0, 'a heater in the buffer does not reach the tank');
});

/** The pump is too small: heat of COP 1 is wanted, and the heater is one of 6 kW. */
const SHORT: Given = { plan: { heaterWanted: true, resistiveW: 4300 }, values: { bufferTopC: 34, hotWaterC: 60 } };
const heater = (g: Given) => loops(g).outputs.backupHeaterOn === 1;
test('backup heater: on for more than 0.7 of its rating, off below 0.1, never in a buffer near its limit', () => {
  assert.is(heater(SHORT), true);
  assert.is(heater({ ...SHORT, plan: { heaterWanted: true, resistiveW: 4200 } }), false);
  assert.is(heater({ ...SHORT, plan: { heaterWanted: false, resistiveW: 4300 } }), false);
  assert.is(heater({ ...SHORT, setPoints: { mode: 'off' } }), false);
  const goesOn = { ...SHORT, actuators: { backupHeaterOn: 1 } };
  assert.is(heater({ ...goesOn, plan: { heaterWanted: true, resistiveW: 601 } }), true);
  assert.is(heater({ ...goesOn, plan: { heaterWanted: true, resistiveW: 600 } }), false);
  assert.is(heater({ ...SHORT, values: { ...SHORT.values, bufferTopC: 61.9 } }), true);
  assert.is(heater({ ...SHORT, values: { ...SHORT.values, bufferTopC: 62 } }), false);
});

test('backup heater: waits while a sound heat pump charges the tank, but not for a broken one nor in frost', () => {
  const charging = { ...SHORT, before: { hotWater: { charging: true, sinceS: 10, bestC: 45, stalledS: 0 } } };
  const tank = { ...charging, values: { ...SHORT.values, hotWaterC: 45 } };
  assert.is(heater(tank), false);
  assert.is(heater({ ...tank, stopped: { heatPump: true } }), true);
  const frost = { before: { frost: { pump: true, heat: true, coldS: 40 } }, values: { returnC: 4, hotWaterC: 60 } };
  assert.is(heater({ ...frost, stopped: { heatPump: true } }), true);
  const both = { ...frost.before, ...charging.before };
  assert.is(heater({ before: both, values: { returnC: 4, hotWaterC: 45 }, stopped: { heatPump: true } }), true);
  const computes = { ...frost.values, accelW: 1000 };
  const toHouse = { ...frost.before, coolant: { ...START.coolant, reject: false } };
  assert.is(
    heater({ before: toHouse, values: computes, stopped: { heatPump: true } }),
    false,
    '1 kW of heat is enough',
  );
  assert.is(heater({ before: toHouse, values: { ...computes, accelW: 999 }, stopped: { heatPump: true } }), true);
  const away = { ...frost.before, coolant: { ...START.coolant, reject: true, valveS: 0 } };
  const lostHeat = { before: away, values: { ...frost.values, accelW: 2000 }, stopped: { heatPump: true } };
  assert.is(heater(lostHeat), true, 'all of it goes outdoors until the valve may turn');
});

test('heat pump: slows down over 4 K below its hottest water and over 6 K below 104 °C of gas', () => {
  const on = { ...START.compressor, on: true, sinceS: 1000, pct: 100 };
  const pct = (values: Given['values'], lost: SensorName[] = []) =>
    loops({
      values: { hotWaterC: 60, bufferTopC: 20, ...values },
      before: { compressor: on },
      plan: { heatNeedW: 1e5 },
      lost,
    }).compressor.pct;
  assert.is(pct({ condenserOutC: 64 }), 100);
  assert.ok(Math.abs(pct({ condenserOutC: 66 }) - 65) < 0.01);
  assert.is(pct({ condenserOutC: 68 }), 30);
  assert.ok(Math.abs(pct({ condenserOutC: 20, supplyC: 66 }, ['condenserOutC']) - 65) < 0.01);
  assert.is(pct({ dischargeC: 98 }), 100);
  assert.ok(Math.abs(pct({ dischargeC: 101 }) - 65) < 0.01);
});

test.run();
