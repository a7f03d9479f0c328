/** The 1 Hz loops: where heat is refused, the tank that stalls, the backup heater and a pump that is too hot. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SensorName } from '../../src/contract/points.ts';
import { reachesHouse } from '../../src/control/decide/coolant.ts';
import { type Given, loops, START } from './loops-rig.ts';

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

test('coolant valve: a house that begins to be cooled gets none of the heat, though the valve moved a second ago', () => {
  const coolant = { ...START.coolant, reject: false, valveS: 1 };
  const after = (mode: 'heating' | 'cooling') =>
    loops({ values: { hotWaterC: 60, bufferTopC: 60 }, before: { coolant }, setPoints: { mode } }).coolant.reject;
  assert.equal([after('heating'), after('cooling')], [false, true]);
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

const TAKEN = { ...START.coolant, reject: false };
const killing = (stalledS: number, more: Partial<Given> = {}) =>
  loops({
    values: { hotWaterC: 55 },
    killing: true,
    before: { coolant: TAKEN, hotWater: { charging: true, sinceS: 100, bestC: 55, stalledS } },
    ...more,
  });
test('a tank that stalls on its way to 60 °C gets the accelerator after 600 s, a heater at the supply after 1500 s', () => {
  assert.is(killing(598).fillerW, 0);
  assert.ok(killing(599).fillerW > 4000);
  assert.is(killing(700, { setPoints: { computeOn: false } }).fillerW, 0);
  assert.is(killing(700, { killing: false }).fillerW, 0);
  const hotWater = { charging: true, sinceS: 100, bestC: 55, stalledS: 700 };
  assert.is(killing(700, { before: { coolant: START.coolant, hotWater } }).fillerW, 0, 'its heat would go outdoors');
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

test('tank: an accelerator of more than 2.5 kW charges it alone, unless it is cold, stalls, is due for 60 °C or the house waits', () => {
  const starts = (g: Given = {}, stalledS = 0, on = false) =>
    loops({
      ...g,
      values: { accelW: 2600, hotWaterC: 51, bufferTopC: 38, ...g.values },
      actuators: { accelSupplyOn: 1 },
      before: {
        hotWater: { charging: true, sinceS: 60, bestC: 51, stalledS },
        compressor: { ...START.compressor, sinceS: 1000, on },
      },
    }).compressor.on;
  assert.is(starts(), false);
  assert.is(starts({ values: { accelW: 2500 } }), true);
  assert.is(starts({ values: { hotWaterC: 49.9 } }), true, '10 K below');
  assert.equal([starts({}, 599), starts({}, 600)], [false, true]);
  assert.is(starts({ killing: true }), true);
  assert.is(starts({ plan: { loadW: 15_000 } }), true, 'the house cannot wait');
  assert.is(starts({ plan: { loadW: 15_000, supplySetC: 0 } }), false);
  assert.is(starts({}, 0, true), true, 'one that runs goes on');
});

test.run();
