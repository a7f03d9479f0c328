import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { knownOf } from '../../../src/control/foreign/known.ts';
import type { Line } from '../../../src/control/foreign/line.ts';
import { bandAt, MEMORY_START, remember, withUsualBand } from '../../../src/control/foreign/memory.ts';
import { edgeOf, ruleWish } from '../../../src/control/foreign/rule.ts';
import { DAILY_START, mostFrom, seen } from '../../../src/control/learn/daily.ts';

const DAY_S = 86_400;
const known = knownOf({ areaM2: 150, designLoadW: 8000, pump: { heatW: 16_000, minModulation: 0.2 } });

const lineAt = (t: number, lowC: number, next: { inS: number; lowC: number; highC: number }[], roomC = 20): Line => ({
  t,
  values: { roomC, outdoorC: 5 },
  comfort: { lowC, highC: 24, next },
  forecast: null,
  doubted: {},
  faults: [],
});

/** A week of which every day but the two last was kept at 20 °C from 7 to 19 h. */
const week = Array.from({ length: 5 * 24 }, (_, h) => h).reduce(
  (low, h) => seen(low, h * 3600, h % 24 >= 7 && h % 24 < 19 ? 20 : 15, 1),
  DAILY_START,
);
const saturdayS = 5 * DAY_S;

test('an empty list of bands to come is an answer where steps have been told before, else the usual day is expected', () => {
  const friday = lineAt(saturdayS - DAY_S, 15, [{ inS: DAY_S, lowC: 20, highC: 24 }]);
  const telling = remember(MEMORY_START, friday, 0);
  const empty = lineAt(saturdayS, 15, []);
  assert.is(edgeOf(known, remember(telling, empty, DAY_S), week, saturdayS), 15);
  assert.is(edgeOf(known, remember(MEMORY_START, empty, DAY_S), week, saturdayS), 20);
});

test('an edge of tomorrow is held at once in the cold, in mild weather only from three hours before', () => {
  const edgeAt = (outdoorC: number, inS: number) => {
    const line = lineAt(0, 18, [{ inS, lowC: 21, highC: 24 }]);
    const memory = remember(MEMORY_START, { ...line, values: { ...line.values, outdoorC } }, 0);
    return edgeOf(known, memory, DAILY_START, 0);
  };
  assert.is(edgeAt(5, 8 * 3600), 21);
  assert.is(edgeAt(16, 8 * 3600), 18);
  assert.is(edgeAt(16, 3 * 3600), 21);
});

test('a day that has gone its own way for two hours goes on so, until this hour of the week is known', () => {
  const at = (hour: number) => saturdayS + 3600 * hour;
  const until = (hour: number) =>
    Array.from({ length: hour + 1 }, (_, h) => h).reduce((low, h) => seen(low, at(h), 15, 1), week);
  // At 7 h the usual rise may only be late; at 9 h this is no usual day.
  assert.is(mostFrom(until(7), at(7), 15, at(12)), 20);
  assert.is(mostFrom(until(9), at(9), 15, at(12)), 15);
  assert.is(mostFrom(until(9), at(9), 15, at(26)), 15);
  assert.is(mostFrom(until(9), at(9), 15, at(36)), 20, 'Sunday noon: nothing like it was seen yet');
  const nextWeek = mostFrom(until(9), at(9) + 7 * DAY_S, 15, saturdayS + 9 * DAY_S + 12 * 3600);
  assert.is(nextWeek, 20, 'Monday noon was seen a week ago');
});

test('the first day of its own way is followed by another like it, the second one by the usual', () => {
  const all = (day: number, before: typeof week) =>
    Array.from({ length: 24 }, (_, h) => h).reduce(
      (low, h) => seen(low, saturdayS + day * DAY_S + 3600 * h, 15, 1),
      before,
    );
  const tuesdayOn = { hours: week.hours.map((v, k) => (k < 24 ? null : v)) };
  const saturday = all(0, tuesdayOn);
  const sundayNoonS = saturdayS + DAY_S + 12 * 3600;
  assert.is(mostFrom(saturday, saturdayS + DAY_S - 3600, 15, sundayNoonS), 15);
  const sunday = all(1, saturday);
  assert.is(mostFrom(sunday, saturdayS + 2 * DAY_S - 3600, 15, sundayNoonS + DAY_S), 20, 'a Monday never seen');
});

test('the plain rule runs a strong pump at part speed near its edge, at full speed far below, on/off always at full', () => {
  const at = (roomC: number, of = known, riseK = 1) => {
    const memory = remember(MEMORY_START, lineAt(0, 20, [], roomC), 0);
    return ruleWish(of, memory, DAILY_START, { on: true, t: 0, roomC, riseK }).level;
  };
  assert.is(at(18.5), 1);
  assert.ok(at(20.3) >= 0.2 && at(20.3) < 0.7, `${at(20.3)}`);
  assert.ok(at(20.1) > at(20.5));
  assert.is(at(21), 0);
  const onOff = knownOf({ areaM2: 150, designLoadW: 8000, pump: { heatW: 16_000, onOff: true } });
  assert.is(at(20.3, onOff), 1);
  assert.ok(at(19.3, known, 5) < 0.7, `${at(19.3, known, 5)}: gently where a quarter of an hour is 5 K`);
  assert.is(at(16, known, 5), 1);
});

test('a plant that tells its band no more keeps its usual days; one that tells only changes keeps the last band', () => {
  const high = DAILY_START.hours.map(() => -24);
  const usual = { low: week, high: { hours: high } };
  const lowAt = (silentS: number, changesS: number) => {
    let memory = remember(MEMORY_START, lineAt(0, 15, []), 0);
    memory = remember(memory, lineAt(changesS, 15, []), changesS);
    const silent = { ...lineAt(changesS + silentS, 15, []), comfort: null };
    memory = withUsualBand(remember(memory, silent, silentS), usual, DAY_S + 5 * 3600);
    return [0, 2 * 3600, 20 * 3600].map((inS) => bandAt(memory, known.comfort, inS).lowC);
  };
  assert.equal(lowAt(5 * 3600, 900), [15, 15, 15]);
  assert.equal(lowAt(7 * 3600, 900), [15, 20, 15]);
  assert.equal(lowAt(20 * 3600, 9 * 3600), [15, 15, 15]);
});

test.run();
