import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { House } from '../../src/contract/house.ts';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import type { SensorName } from '../../src/contract/points.ts';
import { loadShare, supplyTargetC } from '../../src/control/decide/curve.ts';
import { EMERGENCY_START, emergencyPlan, emergencyStep } from '../../src/control/decide/emergency.ts';
import { type Money, NOTHING_PAYS, paysNow, steadyPays } from '../../src/control/decide/money.ts';
import { PLAN_START } from '../../src/control/decide/plan.ts';
import { createRig, estOf, HOUSE, imageOf, MARKET } from './rig.ts';

/** The pure parts of the decisions at their edges: the last value on one side, the first on the other. */

type Values = Partial<Record<SensorName, number>>;

test('weather curve at its edges: free heat of 3 K, half a degree short in mild air, 1.5 K too warm', () => {
  const c = (outdoorC: number, roomC: number, trimK = 0) => supplyTargetC(HOUSE, 21, outdoorC, roomC, trimK);
  assert.is(loadShare(HOUSE, 21, 18), 0);
  assert.is(loadShare(HOUSE, 21, -12), 1);
  assert.is(loadShare(HOUSE, 21, -40), 1.4);
  assert.ok(Math.abs(loadShare(HOUSE, 21, 3) - 0.5) < 1e-9);
  assert.is(c(18, 20.6), 0);
  assert.ok(c(18, 20.4) > 0);
  assert.is(c(0, 22.6), 0);
  assert.ok(c(0, 22.4) > 0);
  assert.is(c(-12, 21), 42);
  // 42 °C of design are 1.5 times the spread of a floor of 35.
  assert.is(c(-12, 20), 42 + 1.5 * 3);
  assert.is(c(-12, 20.5), 42 + 1.5 * 0.5);
  assert.is(c(-12, 18), 50, 'at most 8 K above the design');
  assert.ok(Math.abs(c(0, 18) - c(0, 21) - 1.5 * 6) < 1e-9, 'at most 6 K for the room');
  assert.is(c(-12, 21, 3), 45);
  assert.is(c(-40, 18, 5), 50, 'at most 8 K above the design');
  assert.is(c(17, 21), 23, 'at least 2 K above the room');
});

test('emergency: after 240 s without the heat pump, until it has been free for 60 s; the heater comes after 600 s', () => {
  const plan = { ...PLAN_START.plan, mode: 'heating' as const, supplySetC: 40, heatNeedW: 6000 };
  const image = imageOf(createRig(), createRig().verdict.outputs);
  const input = { image, dtS: 1, setPoints: DEFAULT_SETPOINTS, market: MARKET, want: undefined, house: HOUSE };
  const facts = (more: object = {}, values: Values = { bufferTopC: 30 }, lost: SensorName[] = []) => {
    const tank = { hotWaterWanted: false, tankStallsS: 0 };
    return { est: estOf(values, lost), input, plan, stopped: true, ...tank, dtS: 1, ...more };
  };
  const state = (more: object) => ({ ...EMERGENCY_START, ...more });
  assert.is(emergencyStep(state({ deadS: 238 }), facts()).on, false);
  assert.is(emergencyStep(state({ deadS: 239 }), facts()).on, true);
  assert.is(emergencyStep(state({ deadS: 500 }), facts({ plan: { ...plan, supplySetC: 0 } })).on, false);
  assert.is(
    emergencyStep(state({ deadS: 500 }), facts({ plan: { ...plan, supplySetC: 0 }, hotWaterWanted: true })).on,
    true,
  );
  const going = { on: true, deadS: 900 };
  assert.is(emergencyStep(state({ ...going, freeS: 58 }), facts({ stopped: false })).on, true);
  assert.is(emergencyStep(state({ ...going, freeS: 59 }), facts({ stopped: false })).on, false);
  assert.is(emergencyStep(state({ ...going, shortS: 599 }), facts()).backup, true);
  assert.is(emergencyStep(state({ ...going, shortS: 598 }), facts()).backup, false);
  assert.is(emergencyStep(state({ ...going, shortS: 5 }), facts({}, { bufferTopC: 36 })).shortS, 0);
  assert.is(emergencyStep(state({ ...going, shortS: 5 }), facts({}, { bufferTopC: 35.9 })).shortS, 6);
  assert.is(emergencyStep(state({ ...going, backup: true }), facts({}, { bufferTopC: 38.9 })).backup, true);
  assert.is(emergencyStep(state({ ...going, backup: true }), facts({}, { bufferTopC: 39 })).backup, false);
  const heats = (values: Values, rejecting = false) =>
    emergencyPlan(state(going), facts({}, { heatFlowLpm: 20, supplyC: 40, ...values }), rejecting).fillerW;
  assert.is(heats({}), 5000);
  assert.is(heats({ heatFlowLpm: 1 }), 5000);
  assert.is(heats({ heatFlowLpm: 0.9 }), 0);
  assert.is(heats({ supplyC: 75 }), 0);
  assert.is(heats({}, true), 0);
  assert.equal(emergencyPlan(EMERGENCY_START, facts(), false), plan);
  const heater = (backup: boolean, heaterWanted: boolean) => {
    const planned = facts({ plan: { ...plan, heaterWanted, backupWanted: heaterWanted } });
    const { heaterWanted: wants, backupWanted } = emergencyPlan(state({ ...going, backup }), planned, false);
    return [wants, backupWanted];
  };
  assert.equal(
    [heater(false, false), heater(true, false), heater(false, true)],
    [
      [false, false],
      [true, true],
      [true, true],
    ],
  );
});

type Tier = Money['dispatched']['tiers'][number];
const tierOf = (more: Partial<Tier>): Tier => ({
  fromW: 0,
  toW: 2000,
  source: 'grid',
  heatUsed: true,
  priceEurPerKwh: 0.3,
  alternativeEurPerKwh: 0.1,
  marginEurPerKwh: 0.01,
  pays: true,
  ...more,
});
const FILLER = { gridW: 2500, sunW: 3000, freeW: 4000 };
const found = (watts: number, tier: Partial<Tier>): Money => ({
  dispatched: { watts, tiers: [tierOf(tier)] },
  filler: FILLER,
  paid: NOTHING_PAYS,
});

test('filler starts for more than 0.2 ct after 10 min off; it stops for a loss, excused for 5 min or while it is tiny', () => {
  const off = (fillerS: number, watts: number, tier: Partial<Tier>) =>
    steadyPays({ fillerW: 0, gridW: 0, fillerS }, found(watts, tier)) === FILLER;
  assert.is(off(600, 2000, { marginEurPerKwh: 0.0021 }), true);
  assert.is(off(599, 2000, { marginEurPerKwh: 0.0021 }), false);
  assert.is(off(600, 0, { marginEurPerKwh: 0.0021 }), false);
  assert.is(off(600, 2000, { marginEurPerKwh: 0.002 }), false);
  assert.is(off(600, 2000, { marginEurPerKwh: 0 }), true, 'a draw that pays');
  assert.is(off(600, 2000, { marginEurPerKwh: 0, pays: false }), false);
  const runs = (fillerS: number, tier: Partial<Tier>) =>
    steadyPays({ fillerW: 1500, gridW: 1500, fillerS }, found(0, tier)).sunW;
  assert.is(steadyPays({ fillerW: 1500, gridW: 1500, fillerS: 1000 }, found(10, {})), FILLER);
  assert.is(runs(299, { marginEurPerKwh: -0.049 }), 1500);
  assert.is(runs(300, { marginEurPerKwh: -0.049 }), 0);
  assert.is(runs(299, { marginEurPerKwh: -0.05 }), 0);
  assert.is(runs(1000, { marginEurPerKwh: -0.0019 }), 1500);
  assert.is(runs(1000, { marginEurPerKwh: -0.002 }), 0);
  assert.is(runs(1000, { marginEurPerKwh: -0.0019, heatUsed: false }), 0);
  assert.is(runs(299, { marginEurPerKwh: -0.01, toW: 700 }), 700);
  const loss = { marginEurPerKwh: -0.001 };
  assert.is(steadyPays({ fillerW: 1500, gridW: 1500, fillerS: 1000 }, found(0, loss)).gridW, 1500);
  assert.is(steadyPays({ fillerW: 1500, gridW: 1500, fillerS: 1000 }, found(0, { ...loss, source: 'sun' })).gridW, 0);
  assert.is(steadyPays({ fillerW: 1500, gridW: 1500, fillerS: 1000 }, undefined), NOTHING_PAYS);
  const onSun = { fillerW: 1500, gridW: 0, fillerS: 60 };
  assert.is(steadyPays(onSun, found(0, { marginEurPerKwh: -0.02 })).gridW, 0, 'the sun has gone');
  assert.is(paysNow(FILLER, 2800, 500), 2800);
  assert.is(paysNow(FILLER, 9000, 5500), 3500);
  assert.is(paysNow(FILLER, 100, 500), 2500);
});

test('a house of a mild coast that is kept cool needs more heat the colder it is, and none in air that heats it', () => {
  for (const designOutdoorC of [5, 8, 10]) {
    const house = House.parse({ designOutdoorC });
    for (let roomSetC = 5; roomSetC <= 21; roomSetC++) {
      const shares = Array.from({ length: 40 }, (_, k) => loadShare(house, roomSetC, 25 - k));
      assert.ok(
        shares.every((share, k) => share >= (shares[k - 1] ?? 0)),
        `${designOutdoorC} °C, room ${roomSetC} °C`,
      );
      assert.is(loadShare(house, roomSetC, roomSetC), 0);
    }
  }
});

test.run();
