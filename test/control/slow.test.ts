import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RowContext } from '../../src/control/interlock/row.ts';
import {
  chipShortK,
  SLOW_START,
  type SlowState,
  slowStep,
  tankOffK,
  waterGapK,
} from '../../src/control/interlock/slow.ts';
import { type Change, contextOf, on, t, v, worse } from './rows-context.ts';

/** What drifts by degrees leaves a trace in means and bounds (F4): how much, how soon, and what must leave none. */
const stepped = (state: SlowState, seconds: number, c: RowContext, dtS = 10): SlowState => {
  let next = state;
  for (let s = 0; s < seconds; s += dtS) next = slowStep(next, c, dtS);
  return next;
};
const near = (x: number, y: number, by = 0.1) => assert.ok(Math.abs(x - y) <= by, `${x} is not ${y}`);

/** 20 L/min: a kilowatt warms them by 0.72 K. */
const KW_K = 1000 / (69.1 * 20);
const water = (gapK: number, ...more: Change[]) =>
  contextOf(v({ condenserOutC: 40, supplyC: 40 + gapK, accelW: 2000 }), ...more);
const gapAfter = (seconds: number, ...args: Parameters<typeof water>) =>
  waterGapK(stepped(SLOW_START, seconds, water(...args)));

test('supply over condenser outlet: the accelerator explains its part, the rest is a drift, the surer the longer it lasts', () => {
  assert.is(gapAfter(3600, 2 * KW_K), 0);
  assert.is(gapAfter(110, 2 * KW_K + 5), 0, 'too soon');
  near(gapAfter(130, 2 * KW_K + 5), 5 - 400 / 130, 0.2);
  near(gapAfter(3600, 2 * KW_K + 4), 4 - 400 / 1800);
  near(gapAfter(3600, 2 * KW_K - 4), -4 + 400 / 1800);
  near(gapAfter(3600, 4, on({ rejectOn: 1 })), 4 - 400 / 1800, 0.01);
});

test('supply over condenser outlet: nothing is judged without flow, right after a valve, or by a sensor that is not believed', () => {
  for (const change of [
    v({ heatFlowLpm: 2 }),
    t({ waterPumpS: 120 }),
    t({ rejectS: 120 }),
    worse('accelW'),
    worse('supplyC'),
    v({ accelW: 30_000 }),
    { ...on({ rejectOn: 1 }), ...t({ rejectS: 600 }) },
  ])
    assert.is(gapAfter(3600, 6, change), 0, JSON.stringify(change));
});

test('supply over condenser outlet: an accelerator that comes and goes evens out, a heater that may be dead excuses what is missing', () => {
  let state = SLOW_START;
  // Its own mass takes the heat for two minutes and gives it back for two.
  for (let i = 0; i < 20; i++) {
    state = stepped(state, 120, water(0, v({ accelW: 5000 })));
    state = stepped(state, 120, water(5 * KW_K, v({ accelW: 0 })));
  }
  near(waterGapK(state), 0, 0.6);
  const heater: Change = { on: { backupHeaterOn: 1 }, house: { backupHeaterAt: 'supply', backupHeaterW: 6000 } };
  assert.is(gapAfter(3600, 2 * KW_K, heater), 0, 'it does not heat');
  assert.is(gapAfter(3600, 8 * KW_K, heater), 0, 'it heats');
  near(gapAfter(3600, 8 * KW_K + 4, heater), 4 - 400 / 1800);
});

test('what could not be judged for hours counts for less', () => {
  const seen = stepped(SLOW_START, 3600, water(2 * KW_K + 4));
  const later = stepped(seen, 12 * 3600, water(2 * KW_K + 4, v({ heatFlowLpm: 0 })), 60);
  near(later.water.judgedS, seen.water.judgedS * Math.exp(-2), 1);
});

test('after a leap of time what is read now counts for a minute, and time that stands counts for nothing', () => {
  const seen = stepped(SLOW_START, 3600, water(2 * KW_K));
  for (const leapS of [900, 86_400, 1e9]) {
    const after = slowStep(seen, water(2 * KW_K + 40), leapS);
    assert.ok(after.water.gapK < 40 * (60 / 900), `${after.water.gapK} K after ${leapS} s`);
    assert.is(waterGapK(slowStep(SLOW_START, water(40), leapS)), 0, 'one look is no mean');
  }
  for (const noS of [0, -5, Number.NaN]) assert.equal(slowStep(seen, water(40), noS), seen);
});

/** 10 kW through a coil of 2000 W/K. */
const charge = (offK: number, ...more: Change[]) =>
  contextOf(
    { on: { hotWaterOn: 1 }, values: { hotWaterC: 50 + offK, supplyC: 55 + 3.62, returnC: 55 - 3.62 } },
    ...more,
  );
const rests = contextOf(on({ hotWaterOn: 0 }));
function charged(state: SlowState, offK: number, seconds = 600): SlowState {
  return slowStep(stepped(state, seconds, charge(offK)), rests, 10);
}
const known = () => [1, 2, 3].reduce((s) => charged(s, 0), SLOW_START);

test('a tank that takes its heat as a hotter or colder one is told after two whole charges', () => {
  near(known().coil.kPerW, 1 / 2000, 1e-5);
  for (const offK of [5, -5]) {
    const once = charged(known(), offK);
    assert.is(tankOffK(once), 0);
    near(tankOffK(charged(once, offK)), -offK, 0.1);
    assert.is(tankOffK(charged(charged(once, offK), 0)), 0, 'mended');
    assert.is(tankOffK(charged(once, -offK)), 0, 'once this way, once that way');
  }
  assert.is(tankOffK(charged(charged(known(), 3.5), 3.5)), 0, 'within what coils differ by');
});

test('a tank of which little is known, a short charge and one that was stirred tell nothing', () => {
  assert.is(tankOffK(charged(charged(charged(charged(SLOW_START, 0), 0), 5), 5)), 0, 'two charges are no knowledge');
  assert.is(tankOffK(charged(charged(known(), 5, 230), 5, 230)), 0, 'short');
  let state = known();
  for (let i = 0; i < 3; i++) {
    state = stepped(state, 300, charge(5));
    state = slowStep(stepped(state, 60, charge(0)), rests, 10);
  }
  assert.is(tankOffK(state), 0, 'right for a minute of each charge');
  const poor = slowStep(stepped(known(), 900, charge(5, v({ supplyC: 55.5, returnC: 54.6 }))), rests, 10);
  assert.equal(poor.coil.charges, known().coil.charges);
});

/** All cards at 5 kW: the hottest 18 K over its coolant at this flow. */
const chip = (watts: number, overK: number, ...more: Change[]) =>
  contextOf(
    { values: { accelW: watts, accelOutC: 50, accelChipC: 50 + overK, accelFlowLpm: 20 } },
    { balance: { laggedW: watts } },
    ...more,
  );
const taught = () => stepped(SLOW_START, 600, chip(5000, 18));

test('a chip that reads colder than its watts make it is told by as much; hotter ones and other flows are not judged by it', () => {
  assert.is(chipShortK(taught()), 0);
  near(chipShortK(stepped(taught(), 600, chip(5000, 12))), 17 - 12);
  near(chipShortK(stepped(taught(), 600, chip(2500, 4))), 8.5 - 4);
  assert.is(chipShortK(stepped(taught(), 600, chip(2500, 18))), 0, 'all the work on one card');
  assert.is(chipShortK(stepped(taught(), 600, chip(5000, 12, v({ accelFlowLpm: 10 })))), 0, 'another flow');
  const again = slowStep(taught(), chip(5000, 12, worse('accelW')), 10);
  assert.is(chipShortK(stepped(again, 170, chip(5000, 12))), 0, 'too soon');
});

test('pumps of small accelerators are judged by their own flow, too: more of it makes a chip colder', () => {
  const small = (lpm: number, overK: number) =>
    chip(700, overK, v({ accelFlowLpm: lpm }), { house: { accelMaxW: 700 } });
  const learnt = stepped(SLOW_START, 600, small(0.35, 22));
  assert.is(chipShortK(stepped(learnt, 600, small(0.9, 16))), 0);
  near(chipShortK(stepped(learnt, 600, small(0.35, 14))), 21 - 14);
});

test('a chip is taught and judged by steady power and believed sensors only', () => {
  const other = (change: Change) =>
    stepped(SLOW_START, 600, chip(5000, 18, change)).chip.leastKPerW.every((x) => x === 0);
  assert.ok(other({ balance: { laggedW: 4000 } }), 'power that has just come');
  assert.ok(other(worse('accelChipC')));
  assert.ok(other(worse('accelFlowLpm')));
  assert.ok(other(v({ accelW: 900 })));
  const low = stepped(taught(), 600, chip(5000, 12, worse('accelOutC')));
  assert.is(chipShortK(low), 0);
});

test.run();
