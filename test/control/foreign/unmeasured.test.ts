import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { type Learnt, learn, learntStart } from '../../../src/control/foreign/learn.ts';
import { type Line, readLine } from '../../../src/control/foreign/line.ts';
import { MEMORY_START, remember } from '../../../src/control/foreign/memory.ts';
import { SPREAD_START, spreadAfter, spreadHeatW } from '../../../src/control/foreign/spread.ts';
import { surpriseAfter, waryEdgeC } from '../../../src/control/foreign/surprise.ts';
import { plannedMap } from '../../../src/control/foreign/unmeasured.ts';
import { DAILY_START, seen } from '../../../src/control/learn/daily.ts';
import { heatAt, powerAt } from '../../../src/control/learn/pump-map.ts';

const HOUR_S = 3600;
const known = knownOf({ areaM2: 150, designLoadW: 8000, pump: { heatW: 10_000, fanW: 0 } });

/** Three days of half an hour on, an hour and a half off, and what was learnt of them. */
function lived(line: (on: boolean) => Record<string, number>): Learnt {
  let learned = learntStart(known);
  let memory = MEMORY_START;
  let level = 0;
  for (let t = 0; t <= 72 * HOUR_S; t += 300) {
    const next = remember(memory, readLine(JSON.stringify({ t, outdoorC: 2, ...line(level > 0) })) as Line, 300);
    learned = learn(learned, known, memory, next, { t, dtS: 300, level, accelW: 0, planned: false }, 20);
    memory = next;
    level = t % (2 * HOUR_S) < HOUR_S ? 1 : 0;
  }
  return learned;
}

test('what is drawn while the pump stands is no cost of running it', () => {
  const at = { level: 1, outdoorC: 2, supplyC: 35 };
  const drawn = (idleW: number) => {
    const learned = lived((on) => ({ supplyC: 35, heatW: on ? 10_000 : 0, compressorW: on ? 2500 : 0, auxW: idleW }));
    return powerAt(learned.map, at);
  };
  assert.ok(Math.abs(drawn(0) - 2500) < 75, `${drawn(0)} W without`);
  assert.ok(Math.abs(drawn(300) - drawn(0)) < 75, `${drawn(300)} W with 300 W always on`);
});

test('power that nobody measures: slow is taken to cost no more for its heat than fast, and measured power says what it costs', () => {
  const costs = (learned: Learnt, level: number) => {
    const map = plannedMap(learned);
    const at = { level, outdoorC: 2, supplyC: 35 };
    return powerAt(map, at) / heatAt(map, at);
  };
  const unmeasured = lived((on) => ({ supplyC: 35, heatW: on ? 10_000 : 0 }));
  for (const level of [0.4, 0.55, 0.75]) assert.ok(costs(unmeasured, level) < costs(unmeasured, 1), `at ${level}`);
  assert.ok(costs(unmeasured, 0.25) > costs(unmeasured, 0.5), 'its electronics draw power at any speed');
  const measured = lived((on) => ({ supplyC: 35, heatW: on ? 10_000 : 0, compressorW: on ? 4000 : 0, auxW: 0 }));
  assert.ok(Math.abs(costs(measured, 1) - 0.4) < 0.02, `${costs(measured, 1)}`);
});

test('a compressor power of 0 beside measured heat is a number nobody measured: heat is learnt, power is not', () => {
  const { map } = lived((on) => ({ supplyC: 35, heatW: on ? 8000 : 0, compressorW: 0, auxW: 0 }));
  const at = { level: 1, outdoorC: 2, supplyC: 35 };
  assert.ok(map.fullS > 20 * HOUR_S, `${map.fullS} s`);
  assert.ok(Math.abs(heatAt(map, at) - 8000) < 400, `${heatAt(map, at)} W of heat`);
  assert.is(powerAt(map, at), powerAt(learntStart(known).map, at));
});

test('a heat of 0 beside a compressor that draws power, from the first day on, is no meter: the rating stands', () => {
  const { map, samples } = lived((on) => ({ supplyC: 35, heatW: 0, compressorW: on ? 2500 : 0, auxW: 0 }));
  const at = { level: 1, outdoorC: 2, supplyC: 35 };
  assert.ok(heatAt(map, at) > 8000, `${heatAt(map, at)} W of heat`);
  assert.ok(Math.max(...samples.slice(-96).map(({ heatW }) => heatW)) > 8000);
});

test('without a heat meter the two waters tell how heat follows speed; at full speed the rating stands', () => {
  const now = { runS: 2000, dtS: 600, outdoorC: 2, supplyC: 35, returnC: 28, level: 1 };
  let spread = SPREAD_START;
  assert.is(spreadHeatW(spread, known, now), null);
  for (let k = 0; k < 8; k++) spread = spreadAfter(spread, known, now);
  const fullW = spreadHeatW(spread, known, now)!;
  const halfW = spreadHeatW(spread, known, { ...now, level: 0.5, returnC: 31 })!;
  assert.ok(Math.abs(fullW - 10_000) < 300, `${fullW} W`);
  assert.ok(Math.abs(halfW / fullW - 4 / 7) < 0.01, `${halfW} of ${fullW} W`);
  // A circulation pump that slows down too: bounded by the rating.
  const slowedW = spreadHeatW(spread, known, { ...now, level: 0.5 })!;
  assert.ok(slowedW < 0.7 * fullW, `${slowedW} W`);
  assert.is(spreadHeatW(spread, known, { ...now, runS: 300 }), null);
  assert.is(spreadHeatW(spread, known, { ...now, returnC: null }), null);
});

test('a rise that neither line nor other days foretold makes wary for days; a foretold or usual one does not', () => {
  const quiet = Array.from({ length: 48 }, (_, h) => h).reduce((low, h) => seen(low, h * HOUR_S, 15, 1), DAILY_START);
  const rise = { t: 54 * HOUR_S, dtS: 900, wasC: 15, lowC: 21, told: false };
  const once = surpriseAfter(0, quiet, rise);
  const after = seen(quiet, rise.t, 21, 1);
  assert.is(waryEdgeC(once, after), 21);
  assert.is(waryEdgeC(surpriseAfter(once, after, { ...rise, dtS: 4 * 86_400, wasC: 21 }), after), null, 'days later');
  assert.is(surpriseAfter(0, quiet, { ...rise, told: true }), 0);
  const usual = [6, 30].reduce((low, h) => seen(low, h * HOUR_S, 21, 1), quiet);
  assert.is(surpriseAfter(0, usual, rise), 0);
  assert.is(surpriseAfter(0, DAILY_START, rise), 0, 'nothing was expected yet');
});

test('a pump says more of its house than the floor area does', () => {
  const small = knownOf({ areaM2: 250, pump: { heatW: 3400 } }).house.designLoadW;
  assert.ok(small < 6000 && small > 3000, `${small} W`);
  assert.is(knownOf({ areaM2: 250, designLoadW: 12_000, pump: { heatW: 3400 } }).house.designLoadW, 12_000);
  assert.is(knownOf({ pump: { heatW: 11_000 } }).house.designLoadW, 10_000);
});

test('a pump alone tells how large its house may be', () => {
  const areaOf = (heatW: number) => knownOf({ pump: { heatW } }).areaM2;
  assert.ok(areaOf(600) > 20 && areaOf(600) < 60, `${areaOf(600)} m² for a hut`);
  assert.ok(areaOf(20_000) > 160 && areaOf(20_000) < 300, `${areaOf(20_000)} m²`);
  assert.is(knownOf({}).areaM2, 140);
});

test.run();
