/** The 1 Hz loops as a whole: what they order in one call. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MIN_RUN_S } from '../../src/control/decide/compressor.ts';
import type { DecidedState } from '../../src/control/state.ts';
import { type Given, HEATS, loops, START } from './loops-rig.ts';

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

test.run();
