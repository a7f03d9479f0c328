import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { statusLines } from '../../src/app/commands/status.ts';
import { cosimulate } from '../../src/app/cosim.ts';
import { House } from '../../src/contract/house.ts';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { energyStep, heatNow, heatWithBackup } from '../../src/control/energy.ts';
import type { Estimates } from '../../src/control/estimate/points.ts';
import { copAt, ownPumpStart } from '../../src/control/learn/own-pump.ts';
import { METERS_START, type MeterFacts, type MetersState, metersStep, metersView } from '../../src/control/meters.ts';
import { restoredState, storedOf } from '../../src/control/persist.ts';
import { WATER_W_PER_LPM_K } from '../../src/control/physics.ts';
import { controlStateOf } from '../../src/control/report.ts';
import { initialState } from '../../src/control/step.ts';
import type { Verdict } from '../../src/control/types.ts';
import { Config } from '../../src/core/config.ts';
import { createRig, estOf, HOUSE, imageOf, run, tick } from './rig.ts';

const MARKET = { timeMs: 0, priceEurPerKwh: 0.3, exportEurPerKwh: 0.08, modelled: true };
const { map } = ownPumpStart(HOUSE);
/** Of what nobody measures, board (15 W) and standing outdoor unit (10 W) are left. */
const AT_REST = { ...SAFE_OUTPUTS, accelPumpPct: 0, dryCoolerPct: 0, circulationPct: 0 };
const MIDNIGHT = Date.parse('2025-01-14T23:00:00Z');

function facts(values: object, more: Partial<MeterFacts> = {}): MeterFacts {
  const sensors = { compressorW: 2000, accelW: 0, gridW: 2500, supplyC: 40, outdoorC: 0, ...values };
  const est = Object.fromEntries(
    Object.entries(sensors).map(([k, value]) => [k, { value, quality: 'good', ageMs: 0 }]),
  );
  return {
    est: est as unknown as Estimates,
    heat: { condenserW: 7000, accelW: 0, rejectedW: 0 },
    // Pumps stand: what they would draw is reckoned, and not part of these sums.
    outputs: { ...AT_REST, compressorOn: 1, compressorPct: 60 },
    house: House.parse({}),
    market: MARKET,
    map,
    timeMs: MIDNIGHT + 3_600_000,
    dtS: 60,
    ...more,
  };
}

function hours(n: number, f: MeterFacts, from: MetersState = METERS_START): MetersState {
  let state = from;
  for (let minute = 0; minute < 60 * n; minute++) state = metersStep(state, f);
  return state;
}

test('an hour of the pump alone: COP by its boundaries, cost at retail, and a plain pump costs the same', () => {
  const view = metersView(hours(1, facts({})));
  const fanW = 0.0375 * 4000 * (0.3 + 0.7 * 0.6) ** 3;
  const powerW = 2000 + fanW;
  assert.ok(Math.abs(view.copDay! - 7000 / powerW) < 1e-6, `${view.copDay}`);
  assert.ok(Math.abs(view.copNow! - 7000 / powerW) < 0.01);
  assert.ok(Math.abs(view.costTodayEur! - ((powerW + 15) / 1000) * 0.3) < 1e-6, `${view.costTodayEur}`);
  assert.ok(Math.abs(view.plainPumpTodayEur! - view.costTodayEur!) < 1e-9, `${view.plainPumpTodayEur}`);
});

test('beside a running pump only the heat of the others goes by its map', () => {
  const heat = { condenserW: 4000, accelW: 3000, rejectedW: 0 };
  const view = metersView(hours(1, facts({ accelW: 3000, gridW: 5500 }, { heat })));
  const alone = metersView(hours(1, facts({}, { heat: { ...heat, accelW: 0 } })));
  const by = (heatW: number) => (heatW / 1000 / copAt(map, Math.max(0.3, heatW / 16_000), 40, 0)) * 0.3;
  const more = view.plainPumpTodayEur! - alone.plainPumpTodayEur!;
  assert.ok(Math.abs(more / (by(7000) - by(4000)) - 1) < 0.15, `${more}`);
  assert.ok(view.costTodayEur! > view.plainPumpTodayEur! + 0.5, 'unpaid computing beside it is dearer');
});

test('heat of the accelerator is what a plain pump would have made for a COP-th; own sun costs the lost feed-in', () => {
  const heat = { condenserW: 0, accelW: 5000, rejectedW: 0 };
  const still = AT_REST;
  const bought = metersView(hours(1, facts({ compressorW: 0, accelW: 5000, gridW: 5500 }, { heat, outputs: still })));
  assert.ok(Math.abs(bought.costTodayEur! - 5.025 * 0.3) < 1e-6, `${bought.costTodayEur}`);
  assert.ok(bought.plainPumpTodayEur! < 0.65 && bought.plainPumpTodayEur! > 0.3, `${bought.plainPumpTodayEur}`);
  assert.is(bought.copDay, null, 'the accelerator is outside');
  assert.is(bought.copNow, null);
  const sunny = metersView(hours(1, facts({ compressorW: 0, accelW: 5000, gridW: -1000 }, { heat, outputs: still })));
  assert.ok(Math.abs(sunny.costTodayEur! - 5.025 * 0.08) < 1e-6, `${sunny.costTodayEur}`);
});

test('a boiler in place of the backup heater draws nothing and costs its fuel; its heat is heat', () => {
  const outputs = { ...AT_REST, backupHeaterOn: 1 };
  const heat = { condenserW: 0, accelW: 0, rejectedW: 0 };
  const seen = { compressorW: 0, gridW: 500 };
  const house = House.parse({ backupHeaterIs: 'boiler', alternativeEurPerKwh: 0.12 });
  const burnt = metersView(hours(1, facts(seen, { heat, outputs, house })));
  assert.ok(Math.abs(burnt.costTodayEur! - (6 * 0.12 + 0.025 * 0.3)) < 1e-6, `${burnt.costTodayEur}`);
  const electric = metersView(hours(1, facts({ ...seen, gridW: 6500 }, { heat, outputs })));
  assert.ok(Math.abs(electric.costTodayEur! - 6.025 * 0.3) < 1e-6, `${electric.costTodayEur}`);
  assert.equal([burnt.heatTodayKwh, burnt.plainPumpTodayEur], [electric.heatTodayKwh, electric.plainPumpTodayEur]);
});

test('the day: heat of all sources, and the sun that was used instead of its being fed in', () => {
  const heat = { condenserW: 3000, accelW: 2000, rejectedW: 0 };
  const still = AT_REST;
  // The unit draws 2 kW while the house feeds in 0.5 kW: the others have 2.5 kW too much, all that the unit draws is sun.
  const sunny = { compressorW: 0, accelW: 2000, gridW: -500 };
  const view = metersView(hours(2, facts(sunny, { heat, outputs: still })));
  assert.ok(Math.abs(view.heatTodayKwh! - 10) < 1e-6, `${view.heatTodayKwh}`);
  assert.ok(Math.abs(view.sunTodayKwh! - 4.05) < 1e-6, `${view.sunTodayKwh}`);
  assert.is(view.date, 20250115);
  const half = metersView(hours(2, facts({ ...sunny, gridW: 1000 }, { heat, outputs: still })));
  assert.ok(Math.abs(half.sunTodayKwh! - 2.05) < 1e-6, `${half.sunTodayKwh}`);
  // A board without a meter: what an energy manager tells counts, and without him all is bought.
  const blind = facts(sunny, { heat, outputs: still });
  blind.est = { ...blind.est, gridW: { value: 0, quality: 'lost', ageMs: 0 } };
  assert.is(metersView(hours(1, blind)).sunTodayKwh, 0);
  assert.ok(Math.abs(metersView(hours(1, { ...blind, ems: { gridW: -500 } })).sunTodayKwh! - 2.025) < 1e-6);
});

test('the counter of heat never falls: what a defrost takes out is made up before it counts on', () => {
  const { est } = facts({});
  let now = { energy: initialState(HOUSE).energy, pumped: initialState(HOUSE).pumped, owedKwh: 0 };
  const counters: number[] = [];
  for (const condenserW of [6000, -9000, 3000, 6000, 6000]) {
    now = energyStep(now, est, { condenserW, accelW: 0, rejectedW: 0 }, false, 600);
    counters.push(Math.round(now.energy.heatKwh * 100) / 100);
  }
  assert.equal(counters, [1, 1, 1, 1, 2]);
  assert.ok(Math.abs(now.pumped.heatKwh - 2) < 1e-9, 'the COP counts it at once');
});

test('a defrost is deducted, and costs a plain pump the same; cooling is no heat', () => {
  const before = hours(1, facts({}));
  const after = hours(0.1, facts({}, { heat: { condenserW: -6000, accelW: 0, rejectedW: 0 } }), before);
  assert.ok(after.day.heatKwh < before.day.heatKwh - 0.5);
  const later = hours(0.2, facts({}), after);
  assert.ok(Math.abs(later.day.costEur - later.day.plainEur) < 1e-9, 'both pay for it');
  const stands = { heat: { condenserW: 0, accelW: 5000, rejectedW: 0 }, outputs: AT_REST };
  const computed = (from: MetersState) => hours(0.2, facts({ compressorW: 0, accelW: 5000 }, stands), from);
  const [owing, free] = [
    computed(after).day.plainEur - after.day.plainEur,
    computed(before).day.plainEur - before.day.plainEur,
  ];
  assert.ok(owing < free - 0.01, 'heat taken out is owed');
  const cold = { ...AT_REST, compressorOn: 1, compressorPct: 60, coolingOn: 1 };
  const cooled = hours(1, facts({}, { outputs: cold, heat: { condenserW: -6000, accelW: 0, rejectedW: 0 } }));
  assert.is(cooled.day.heatKwh, 0);
  assert.ok(Math.abs(cooled.day.costEur - cooled.day.plainEur) < 1e-9);
});

test('day and year begin anew at local midnight; totals do not; nothing is told before time and price are known', () => {
  const evening = hours(1, facts({}, { timeMs: MIDNIGHT - 600_000 }));
  const morning = hours(0.5, facts({}, { timeMs: MIDNIGHT + 600_000 }), evening);
  assert.ok(morning.day.heatKwh < 0.51 * 7 && morning.year.heatKwh > 10);
  assert.ok(Math.abs(morning.all.costEur - (evening.all.costEur + morning.day.costEur)) < 1e-9);
  const newYear = hours(0.5, facts({}, { timeMs: Date.parse('2025-12-31T23:30:00Z') }), morning);
  assert.ok(newYear.year.heatKwh < 0.51 * 7);
  const unknown = metersView(hours(1, facts({}, { timeMs: undefined, market: undefined })));
  assert.equal(
    [unknown.copDay, unknown.copYear, unknown.costTodayEur, unknown.plainPumpTodayEur],
    [null, null, null, null],
  );
});

test('meters outlive a restart', () => {
  const state = { ...initialState(HOUSE), meters: hours(2, facts({})) };
  const stored = JSON.parse(JSON.stringify(storedOf(DEFAULT_SETPOINTS, state)));
  const back = metersView(restoredState(HOUSE, stored).meters);
  assert.equal({ ...back, copNow: 0 }, { ...metersView(state.meters), copNow: 0 });
});

test("two winter days: the meters' COP is that of the plant's truth within 5 %", () => {
  let last: Verdict | undefined;
  const r = cosimulate({
    config: Config.parse({}),
    days: 1.7,
    dtS: 5,
    watch(_s, _p, v) {
      last = v;
    },
  });
  const truth = r.heatPumpKwh / r.compressorKwh;
  assert.ok(Math.abs(last!.energy.cop! / truth - 1) < 0.05, `${last!.energy.cop} beside ${truth}`);
  assert.ok(last!.meters.copYear! < truth && last!.meters.copYear! > 0.9 * truth, `${last!.meters.copYear}`);
});

test('without the sensor behind the condenser the heat of both is told all the same', () => {
  const flowing = { supplyC: 38, returnC: 31, heatFlowLpm: 20, compressorW: 2000, accelOutC: 52, accelInC: 45 };
  const on = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 60, rejectOn: 0 };
  const heat = heatNow(estOf({ ...flowing, accelW: 3000 }, ['condenserOutC']), on, { on: true, sinceS: 600 });
  assert.ok(Math.abs(heat.accelW - 3000) < 1, `${heat.accelW} W`);
  assert.ok(Math.abs(heat.condenserW - (7 * 20 * WATER_W_PER_LPM_K - 3000)) < 1, `${heat.condenserW} W`);
});

test('coolant colder than the water gives no heat, whatever the sensors of the water differ by', () => {
  const of = (value: number) => ({ value, quality: 'good' as const, ageMs: 0 });
  const water = { condenserOutC: of(36), supplyC: of(38), returnC: of(31), heatFlowLpm: of(20) };
  const accelerator = (outC: number) => {
    const est = {
      ...water,
      compressorW: of(1500),
      accelOutC: of(outC),
      accelInC: of(12),
      accelFlowLpm: of(5),
      accelW: of(0),
    };
    const on = { ...SAFE_OUTPUTS, compressorOn: 1, rejectOn: 0 };
    return heatNow(est as unknown as Estimates, on, { on: true, sinceS: 600 }).accelW;
  };
  assert.is(accelerator(12.4), 0);
  assert.ok(accelerator(50) > 2000);
});

test('the backup heater is told by its rating, and taken out of what the supply sensor has measured with it', () => {
  const heat = { condenserW: 0, accelW: 5000, rejectedW: 0 };
  const told = (on: number, backupHeaterAt: 'buffer' | 'supply') =>
    heatWithBackup(
      heat,
      { ...SAFE_OUTPUTS, backupHeaterOn: on },
      { ...Config.parse({}).house, backupHeaterAt, backupHeaterW: 6000 },
    );
  assert.equal(told(0, 'supply'), { ...heat, backupW: 0 });
  assert.equal(told(1, 'buffer'), { ...heat, backupW: 6000 });
  assert.equal(told(1, 'supply'), { ...heat, accelW: 0, backupW: 6000 });
});

test('an idle unit says idle: no watts of noise, no minus zero', () => {
  const water = { bufferTopC: 27, condenserOutC: 26, returnC: 26.8, supplyC: 25.5 };
  const rig = createRig({ ...water, outdoorC: 19, roomC: 21.5, accelInC: 25, accelOutC: 25 });
  run(rig, 700, 1);
  rig.values.heatFlowLpm = 10;
  rig.world = () => {};
  tick(rig);
  const control = controlStateOf({
    image: imageOf(rig, rig.verdict.outputs),
    verdict: rig.verdict,
    setPoints: rig.setPoints,
    houseTimeMs: 0,
    board: 'sim',
    simulated: true,
    speed: 1,
    lateness: { p50Ms: 0, p99Ms: 0, maxMs: 0, ticks: 1, realtime: false },
  });
  const text = statusLines({
    control,
    compute: null,
    plant: null,
    prices: null,
    today: null,
    timeZone: 'Europe/Berlin',
  }).join('\n');
  assert.match(text, /heat \(modelled\) idle; needed 0 W/);
  assert.match(text, /COP {9}now idle/);
  assert.not.match(text, /-\d+ W|-\d\.\d\d kWh/);
});

test.run();
