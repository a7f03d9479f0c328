import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OverrideCommand, Zone } from '../../src/contract/comfort.ts';
import { House } from '../../src/contract/house.ts';
import { DEFAULT_SETPOINTS, type SetPoints } from '../../src/contract/messages.ts';
import { COMFORT_START, type ComfortState, comfortStep, type Wish } from '../../src/control/comfort/comfort.ts';
import { LEGIONELLA_START, type LegionellaState, legionellaStep } from '../../src/control/comfort/legionella.ts';
import { roomsOf } from '../../src/control/comfort/rooms.ts';
import { supplyTargetC } from '../../src/control/decide/curve.ts';
import { PLAN_START } from '../../src/control/decide/plan.ts';
import { ownPumpStart } from '../../src/control/learn/own-pump.ts';
import { restoredState, storedOf } from '../../src/control/persist.ts';
import { initialState } from '../../src/control/step.ts';
import type { StepInput } from '../../src/control/types.ts';
import { createRig, estOf, HOUSE, imageOf, MARKET } from './rig.ts';

const PUMP = ownPumpStart(HOUSE).map;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const good = (value: number) => ({ value, quality: 'good' as const, ageMs: 0 });
const houseWith = (comfort: object) => House.parse({ comfort });

const ROOMS: Zone[] = [
  { zone: 'living', temperatureC: 19, ageMs: 0 },
  { zone: 'bath', temperatureC: 23, ageMs: 0 },
];
const roomOf = (zones: Zone[], comfort: object = {}, lost: 'roomC'[] = []) =>
  roomsOf(estOf({ roomC: 20.8 }, lost), zones, houseWith(comfort).comfort);

test('rooms: zones by their weight move the supply water; without one that counts the wired sensor, then the curve alone', () => {
  const value = (zones: Zone[], comfort?: object) => roomOf(zones, comfort).est.roomC.value;
  const changed = (change: Partial<Zone>) => value([{ ...ROOMS[0]!, ...change }, ROOMS[1]!]);
  assert.is(value(ROOMS), 21);
  assert.is(value(ROOMS, { zoneWeights: { living: 3 } }), 20);
  assert.is(value(ROOMS, { zoneWeights: { bath: 0 } }), 19);
  assert.is(value(ROOMS, { priorityZone: 'bath' }), 23);
  assert.is(value([ROOMS[0]!], { priorityZone: 'bath' }), 19, 'the one with priority is silent');
  assert.is(changed({ windowOpen: true }), 23);
  assert.is(changed({ ageMs: 3_599_999 }), 21);
  assert.is(changed({ ageMs: 3_600_000 }), 23);
  assert.is(changed({ temperatureC: 45 }), 23, 'no room is so hot');
  const water = (roomC: number) => supplyTargetC(HOUSE, 21, 0, roomC, 0);
  assert.ok(water(value([ROOMS[0]!])) > water(21) + 3 && water(value([ROOMS[1]!])) < water(21));
  const shut = ROOMS.map((z) => ({ ...z, ageMs: 4e6 }));
  assert.is(value(shut), 20.8);
  const none = roomOf(shut, {}, ['roomC']);
  assert.is(none.est.roomC.quality, 'lost');
  assert.match(
    none.reasons.at(-1)!.text,
    /^no zone has reported within the last hour; the weather curve alone decides/,
  );
});

/** The tank as `tankAt` has it, minute by minute from midnight; the seconds at which a cycle began and ended. */
function hygiene(start: LegionellaState, days: number, tankAt: (s: number, running: boolean) => number, at = '13:00') {
  const { comfort } = houseWith({ legionella: { at } });
  let state = start;
  const began: number[] = [];
  const ended: number[] = [];
  for (let s = 60; s <= days * DAY_S; s += 60) {
    const was = state.runS !== null;
    const minute = Math.floor(s / 60) % 1440;
    state = legionellaStep(state, good(tankAt(s, was)), 'used', minute, comfort, 60).state;
    if (!was && state.runS !== null) began.push(s);
    if (was && state.runS === null) ended.push(s);
  }
  return { began, ended, state };
}

test('legionella: a tank that was at 60 °C for half an hour for another reason skips its cycle, one short of that does not', () => {
  const fresh = { ...LEGIONELLA_START, sinceS: 0 };
  const usual = hygiene(fresh, 9, (_, runs) => (runs ? 61 : 48));
  assert.equal(usual.began, [6.5 * DAY_S + HOUR_S], 'at its hour after six and a half days');
  assert.is(usual.ended[0]! - usual.began[0]!, 1800);
  const warmed = (minutes: number, tankC = 60.5) =>
    hygiene(fresh, 9, (s, runs) => (runs || (s > 5 * DAY_S && s <= 5 * DAY_S + 60 * minutes) ? tankC : 48)).began;
  assert.equal(warmed(30), [], 'its week begins anew');
  assert.equal(warmed(29), usual.began);
  assert.is(warmed(30, 59.9).length > 0, true);
  const late = hygiene({ ...LEGIONELLA_START, sinceS: 7 * DAY_S }, 0.01, () => 48);
  assert.equal(late.began, [60], 'overdue: at any hour');
});

test('legionella: a cycle that fails in six hours is tried again after twenty, and says so', () => {
  const { began, ended } = hygiene(LEGIONELLA_START, 2.2, () => 55);
  // A new unit is due: at its hour, or at noon, when the week is over.
  assert.equal(began, [12 * HOUR_S, 38 * HOUR_S]);
  assert.equal(ended, [18 * HOUR_S, 44 * HOUR_S]);
  const waits = { ...LEGIONELLA_START, sinceS: 8 * DAY_S, retryS: 7200 };
  const { reasons } = legionellaStep(waits, good(55), 'used', 0, HOUSE.comfort, 60);
  assert.match(reasons[0]!.text, /did not reach 60 °C for 30 min, last reached 8\.0 days ago; tried again in 2 h/);
});

const asks = (kind: OverrideCommand['kind'], forMin: number, byK?: number): OverrideCommand => ({
  ...{ kind, forMin, id: '', by: 'test' },
  ...(byK !== undefined && { byK }),
});

/** Wishes at once, then so many minutes one by one. */
function wished(commands: OverrideCommand[], minutes: number, values: object = {}, more: Partial<StepInput> = {}) {
  let state: ComfortState = COMFORT_START;
  let wish: Wish | undefined;
  const { outputs } = createRig().verdict;
  for (let i = 0; i <= minutes; i++) {
    const input: StepInput = {
      ...{ image: imageOf(createRig(values), outputs), dtS: 60, setPoints: DEFAULT_SETPOINTS, market: MARKET },
      ...{ want: undefined, house: HOUSE, commands: i === 0 ? commands : [], ...more },
    };
    ({ state, wish } = comfortStep(state, input, estOf(values), PLAN_START.plan, PUMP, 60));
  }
  return { state, wish: wish! };
}

test('a raised room set-point has stood after four hours, a lowered one at once', () => {
  const stood = (state: ComfortState, roomSetC: number) => {
    const setPoints = { ...DEFAULT_SETPOINTS, roomSetC };
    const image = imageOf(createRig(), createRig().verdict.outputs);
    const input: StepInput = { image, dtS: 60, setPoints, market: MARKET, want: undefined, house: HOUSE };
    return comfortStep(state, input, estOf(), PLAN_START.plan, PUMP, 60);
  };
  let { state, wish } = stood(COMFORT_START, 21);
  assert.is(wish.stoodSetC, 21);
  ({ state, wish } = stood(state, 23));
  assert.is(wish.stoodSetC, 21);
  for (let i = 0; i < 239; i++) ({ state, wish } = stood(state, 23));
  assert.is(wish.stoodSetC, 21);
  ({ state, wish } = stood(state, 23));
  assert.is(wish.stoodSetC, 23);
  assert.is(stood(state, 20).wish.stoodSetC, 20);
});

test('a night set-back that ends is no wish that has been raised: the room is to be warm in time', () => {
  const house = houseWith({ night: { setBackK: 2 } });
  const at = (hour: number) => ({ house, timeMs: Date.parse(`2025-01-15T${String(hour).padStart(2, '0')}:30:00Z`) });
  const night = wished([], 0, {}, at(23));
  assert.is(night.wish.stoodSetC, 19);
  const input = { ...{ image: imageOf(createRig(), createRig().verdict.outputs), dtS: 60 }, ...at(8) };
  const more = { setPoints: DEFAULT_SETPOINTS, market: MARKET, want: undefined };
  assert.is(comfortStep(night.state, { ...input, ...more }, estOf(), PLAN_START.plan, PUMP, 60).wish.stoodSetC, 21);
});

test('"warmer for 3 h": told with its cost, in force for three hours, over a restart and a power cut too', () => {
  const during = wished([asks('warmer', 180, 1.5)], 179);
  assert.is(during.wish.setPoints.roomSetC, DEFAULT_SETPOINTS.roomSetC + 1.5);
  assert.is(wished([asks('warmer', 180, 1.5)], 180).wish.setPoints.roomSetC, DEFAULT_SETPOINTS.roomSetC);
  const [told] = during.state.overrides;
  assert.match(
    told!.text,
    /^warmer by 1\.5 K for 3 h: costs about 0\.\d\d EUR \(estimate: \d\.\d kWh more of electricity at 0\.30 EUR/,
  );
  const mild = wished([asks('warmer', 180, 1.5)], 0, { outdoorC: 25, roomC: 22.2 }).state.overrides[0]!;
  assert.is(mild.costEur, 0, 'no heat is needed');
  const blind = wished([asks('warmer', 180)], 0, {}, { market: undefined }).state.overrides[0]!;
  assert.is(blind.costEur, null);
  assert.match(blind.text, /cost unknown, no price/);

  const timeMs = Date.parse('2025-01-15T12:00:00Z');
  const before = wished([asks('warmer', 180, 1.5)], 0, {}, { timeMs });
  const stored = JSON.parse(
    JSON.stringify(storedOf(DEFAULT_SETPOINTS, { ...initialState(HOUSE), comfort: before.state })),
  );
  const { comfort } = restoredState(HOUSE, stored);
  const inputAfter = (gapS: number): StepInput => ({
    ...{ image: imageOf(createRig(), createRig().verdict.outputs), dtS: 1, setPoints: DEFAULT_SETPOINTS },
    ...{ market: MARKET, want: undefined, house: HOUSE, timeMs: timeMs + gapS * 1000 },
  });
  const after = (gapS: number) =>
    comfortStep(comfort, inputAfter(gapS), estOf(), PLAN_START.plan, PUMP, 1).state.overrides.map((o) =>
      Math.round(o.leftS),
    );
  const { legionella } = comfort;
  const failed = { ...comfort, legionella: { ...legionella, sinceS: 4 * DAY_S, retryS: 20 * HOUR_S } };
  const { sinceS, retryS } = comfortStep(failed, inputAfter(3 * HOUR_S), estOf(), PLAN_START.plan, PUMP, 1).state
    .legionella;
  assert.equal([sinceS, retryS!].map(Math.round), [4 * DAY_S + 3 * HOUR_S, 17 * HOUR_S], 'a tank ages as well');
  assert.equal(after(2 * HOUR_S), [HOUR_S]);
  assert.equal(after(3 * HOUR_S), []);
});

test('a wish that can do nothing says so at once, and one of a cooled house promises no heat that it spares', () => {
  const told = (kind: OverrideCommand['kind'], mode: SetPoints['mode']) => {
    const setPoints = { ...DEFAULT_SETPOINTS, mode };
    return wished([asks(kind, 600)], 0, {}, { setPoints }).state.overrides[0]!;
  };
  for (const kind of ['warmer', 'hot-water-once', 'holiday'] as const)
    assert.match(told(kind, 'off').text, /: changes nothing as long as the mode is off$/);
  for (const mode of ['off', 'cooling'] as const)
    assert.match(told('screed', mode).text, /: changes nothing as long as the mode is not heating$/);
  assert.ok(told('holiday', 'heating').costEur! < 0);
  assert.is(told('holiday', 'cooling').costEur, null);
  assert.match(told('warmer', 'cooling').text, /costs nothing while the house is cooled$/);
});

test('"hot water once", "quiet now", "pause compute 2 h": each does what it says, ends by itself, and is cancelled by 0', () => {
  const once = wished([asks('hot-water-once', 240)], 5, { hotWaterC: 40 });
  assert.is(once.wish.hotWater.startBelowK, 0.5);
  const shortK = DEFAULT_SETPOINTS.hotWaterSetC - 40;
  const kwh = ((shortK * HOUSE.hotWaterTankL * 4186) / 3.6e6).toFixed(1);
  assert.match(once.state.overrides[0]!.text, new RegExp(`hot water once within 4 h: costs .* ${kwh} kWh of heat`));
  const hot = wished([asks('hot-water-once', 240)], 5, { hotWaterC: DEFAULT_SETPOINTS.hotWaterSetC });
  assert.is(hot.wish.hotWater.startBelowK, 4, 'done once the tank is hot');
  assert.is(wished([asks('quiet', 60)], 59).wish.compressorMaxPct, 45);
  assert.is(wished([asks('quiet', 60)], 60).wish.compressorMaxPct, 100);
  assert.is(wished([asks('pause-compute', 120)], 119).wish.setPoints.computeOn, false);
  assert.is(wished([asks('pause-compute', 120)], 120).wish.setPoints.computeOn, true);
  const all = [asks('quiet', 60), asks('pause-compute', 60), asks('warmer', 60)];
  assert.is(wished(all, 1).state.overrides.length, 3);
  assert.is(wished([...all, asks('quiet', 0)], 1).wish.compressorMaxPct, 100);
  assert.is(wished([...all, asks('all', 0)], 1).state.overrides.length, 0);
  const left = wished([...all, asks('hot-water-once', 60), asks('comfort', 0)], 1, { hotWaterC: 40 }).state.overrides;
  assert.equal(
    left.map((o) => o.kind),
    ['pause-compute', 'hot-water-once'],
    'a thermostat ends what it can begin',
  );
  assert.is(wished([...all, asks('comfort', 60)], 1).state.overrides.length, 3, 'several are ended only');
});

test.run();
