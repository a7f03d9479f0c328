import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import type { SensorName } from '../../src/contract/points.ts';
import {
  COMPRESSOR_START,
  type CompressorInput,
  type CompressorState,
  compressorStep,
  dayRestS,
  mayStart,
} from '../../src/control/decide/compressor.ts';
import { coolAim } from '../../src/control/decide/cool.ts';
import { defrostStep } from '../../src/control/decide/defrost.ts';
import { FROST_START, frostStep } from '../../src/control/decide/frost.ts';
import { type GrantInput, grantStep, safeLimitW } from '../../src/control/decide/grant.ts';
import { HOT_WATER_START, hotWaterStep } from '../../src/control/decide/hotwater.ts';
import { createRig, estOf, HOUSE, imageOf } from './rig.ts';

/** The pure parts of the decisions at their edges: the last value on one side, the first on the other. */

type Values = Partial<Record<SensorName, number>>;
const COMPRESSOR: CompressorInput = {
  wanted: true,
  setC: 40,
  storeC: 37.4,
  needW: 5000,
  fullW: 16_000,
  forcedOff: false,
  switchedOff: false,
  leastPct: 30,
  maxPct: 100,
  startsPerDay: 24,
  urgent: false,
  defrosting: false,
  nowPct: 50,
  dtS: 1,
};
const STILL: CompressorState = { ...COMPRESSOR_START, sinceS: 299 };
const RUNS: CompressorState = { ...COMPRESSOR_START, on: true, sinceS: 599, startAgesS: [599], pct: 50 };
const on = (state: CompressorState, input: Partial<CompressorInput>) =>
  compressorStep(state, { ...COMPRESSOR, ...input }).on;

test('compressor: starts when 2.5 K short, wanted, rested for 300 s and within its starts', () => {
  assert.is(on(STILL, {}), true);
  assert.is(on(STILL, { storeC: 37.5 }), false);
  assert.is(on(STILL, { wanted: false }), false);
  assert.is(on(STILL, { forcedOff: true }), false);
  assert.is(on({ ...STILL, sinceS: 298 }, {}), false);
  const hour = (n: number) => ({ ...STILL, startAgesS: Array.from({ length: n }, (_, i) => 3500 - i) });
  assert.is(on(hour(3), {}), true);
  assert.is(on(hour(4), {}), false);
  assert.is(on({ ...STILL, startAgesS: [3599, 3598, 3597, 3596] }, {}), true, 'the first is an hour old now');
  assert.is(on({ ...STILL, startAgesS: [3598, 3598, 3597, 3596] }, {}), false);
  assert.is(mayStart({ ...STILL, sinceS: 300, startAgesS: [3600, 3598, 3597, 3596] }), true);
  const day = { ...STILL, startAgesS: Array.from({ length: 24 }, (_, i) => 80_000 - i * 3000) };
  assert.is(on(day, {}), false);
  assert.is(on(day, { urgent: true }), true, 'frost does not count them');
});

test('compressor: runs 600 s whatever is wanted, then until 2.5 K too warm; a defrost is no end', () => {
  assert.is(on({ ...RUNS, sinceS: 598 }, { wanted: false }), true);
  assert.is(on(RUNS, { wanted: false }), false);
  assert.is(on(RUNS, { wanted: false, defrosting: true }), true);
  assert.is(on(RUNS, { storeC: 42.5 }), true);
  assert.is(on(RUNS, { storeC: 42.6 }), false);
  assert.is(on({ ...RUNS, sinceS: 5 }, { forcedOff: true }), false);
  const stopped = compressorStep(RUNS, { ...COMPRESSOR, wanted: false });
  assert.equal([stopped.sinceS, stopped.pct, stopped.starts], [0, 0, 0]);
  const started = compressorStep(STILL, COMPRESSOR);
  assert.equal([started.sinceS, started.starts, started.startAgesS.at(-1)], [0, 1, 0]);
  assert.ok(started.pct >= 30 && started.pct <= 100);
  assert.is(compressorStep(STILL, { ...COMPRESSOR, maxPct: 10 }).pct, 30, 'never below what it can');
});

test('compressor: remembers as many starts of the day as the store keeps', () => {
  const many = { ...STILL, startAgesS: Array.from({ length: 64 }, (_, i) => 80_000 - i * 1000) };
  assert.is(compressorStep(many, { ...COMPRESSOR, urgent: true }).startAgesS.length, 64);
});

test('compressor: half of the starts of a day are free, the rest are spread over it', () => {
  const ages = (n: number, newestS: number) => Array.from({ length: n }, (_, i) => newestS + (n - 1 - i) * 1000);
  assert.is(dayRestS(ages(11, 10), 24), 0);
  assert.is(dayRestS(ages(12, 10), 24), (86_400 - 11_010) / 12 - 10);
  assert.is(dayRestS(ages(12, 80_000), 24) >= 0, true);
  assert.is(dayRestS(ages(24, 10), 24), 86_400 - 23_010);
  assert.is(dayRestS([], 24), 0);
  const aged = compressorStep({ ...STILL, startAgesS: [86_399, 86_398] }, { ...COMPRESSOR, wanted: false });
  assert.equal(aged.startAgesS, [86_399], 'a day old is forgotten');
});

const tank = (value: number, quality: 'good' | 'lost' = 'good') => ({ value, quality, ageMs: 0 });
const AIM = { setC: 50, startBelowK: 5, killing: false };
const water = (state: Partial<typeof HOT_WATER_START>, tankC: number, allowed = true) =>
  hotWaterStep({ ...HOT_WATER_START, ...state }, { allowed, tank: tank(tankC), aim: AIM, dtS: 1 });

test('hot water: charges when short, until hot, for 90 min at the most, and pauses an hour when it did not get there', () => {
  assert.is(water({}, 44.9).charging, true);
  assert.is(water({}, 45).charging, false);
  assert.is(water({}, 44.9, false).charging, false);
  assert.is(water({ sinceS: 3598 }, 44).charging, false);
  assert.is(water({ sinceS: 3599 }, 44).charging, true);
  const charging = { charging: true, sinceS: 100, bestC: 45, stalledS: 7 };
  assert.is(water(charging, 49.9).charging, true);
  assert.is(water(charging, 50).charging, false);
  assert.is(water(charging, 50).sinceS, 3300, 'hot: the next may come after 5 min');
  assert.is(water({ ...charging, sinceS: 5398 }, 46).charging, true);
  const late = water({ ...charging, sinceS: 5399 }, 46);
  assert.equal([late.charging, late.sinceS], [false, 0]);
  assert.is(water(charging, 46, false).charging, false);
  assert.equal([water(charging, 45.3).stalledS, water(charging, 45.4).stalledS], [8, 0]);
  assert.equal([water(charging, 45.3).bestC, water(charging, 45.4).bestC], [45, 45.4]);
});

const WARM: Values = { supplyC: 20, returnC: 20, condenserOutC: 20, bufferBottomC: 20, accelInC: 20 };
test('frost: pump at 5 °C of any water, heat after 30 s, until all are above 10 °C', () => {
  for (const name of Object.keys(WARM) as SensorName[]) {
    assert.is(frostStep(FROST_START, estOf({ ...WARM, [name]: 5 }), 1).pump, true, name);
    assert.is(frostStep(FROST_START, estOf({ ...WARM, [name]: 5.1 }), 1).pump, false, name);
  }
  const cold = { pump: true, heat: false, coldS: 28 };
  const at5 = estOf({ ...WARM, returnC: 5 });
  assert.is(frostStep(cold, at5, 1).heat, false);
  assert.is(frostStep({ ...cold, coldS: 29 }, at5, 1).heat, true);
  const heats = { pump: true, heat: true, coldS: 40 };
  assert.equal(frostStep(heats, estOf({ ...WARM, returnC: 10 }), 1), heats);
  assert.equal(frostStep(heats, estOf({ ...WARM, returnC: 10.1 }), 1), FROST_START);
  const names = Object.keys(WARM) as SensorName[];
  assert.equal(frostStep(heats, estOf({}, names), 1), heats, 'nobody knows: it stays as it is');
  assert.is(
    frostStep(FROST_START, estOf({ ...WARM, returnC: 2 }, ['returnC']), 1).pump,
    false,
    'a lost value counts for nothing',
  );
});

const runsImage = (more: object = {}) =>
  imageOf(createRig(), { ...createRig().verdict.outputs, compressorOn: 1, compressorPct: 60, coolingOn: 0, ...more });
test('defrost: 500 W out of the water for 15 s in air below 12 °C, while the compressor draws and water moves', () => {
  // 20 L/min: 0.362 K are 500 W.
  const takes: Values = { heatFlowLpm: 20, returnC: 36, condenserOutC: 35.6, compressorW: 201, outdoorC: 12 };
  const step = (values: Values, state = { on: false, coldS: 14 }, image = runsImage()) =>
    defrostStep(state, estOf({ ...takes, ...values }), image, 1);
  assert.is(step({}).on, true);
  assert.is(step({}, { on: false, coldS: 13 }).on, false);
  assert.equal(step({ condenserOutC: 35.7 }), { on: false, coldS: 0 });
  assert.is(step({ outdoorC: 12.1 }).on, false);
  assert.is(step({ compressorW: 200 }).on, false);
  assert.is(step({ heatFlowLpm: 1.9, condenserOutC: 20 }).on, false);
  assert.is(step({ heatFlowLpm: 2, condenserOutC: 20 }).on, true);
  assert.is(step({}, undefined, runsImage({ compressorOn: 0 })).on, false);
  assert.is(step({}, undefined, runsImage({ coolingOn: 1 })).on, false);
  assert.is(step({ condenserOutC: 35.9 }, { on: true, coldS: 100 }).on, true, 'once on, until heat comes');
  assert.is(step({ condenserOutC: 36.1 }, { on: true, coldS: 100 }).on, false);
  assert.is(defrostStep({ on: true, coldS: 100 }, estOf(takes, ['returnC']), runsImage(), 1).on, false);
});

test('watts that can be cooled fall over 6 K before coolant and chip, and over 7 K of hot water', () => {
  const w = (values: Values, lost: SensorName[] = []) =>
    safeLimitW(estOf({ accelOutC: 50, accelChipC: 60, supplyC: 40, ...values }, lost), HOUSE);
  assert.is(w({}), 5000);
  assert.is(w({ accelOutC: 61 }), 5000);
  assert.is(w({ accelOutC: 64 }), 2500);
  assert.is(w({ accelOutC: 67 }), 0);
  assert.is(w({ accelChipC: 80 }), 5000);
  assert.is(w({ accelChipC: 83 }), 2500);
  assert.is(w({ accelChipC: 86 }), 0);
  assert.is(w({ supplyC: 75 }), 5000);
  assert.is(w({ supplyC: 78.5 }), 2500);
  assert.is(w({ supplyC: 82 }), 0);
  assert.is(w({}, ['accelW']), 0);
  assert.is(w({}, ['accelChipC']), 0);
});

const GRANT: GrantInput = {
  est: estOf({ accelW: 0 }),
  house: HOUSE,
  setPoints: DEFAULT_SETPOINTS,
  want: undefined,
  limitW: 5000,
  fillerW: 0,
  paidW: 0,
  dtS: 1,
};
const grant = (input: Partial<GrantInput>, state: { supply: boolean; idleS: number } = { supply: true, idleS: 0 }) =>
  grantStep({ closedS: 600, ...state }, { ...GRANT, ...input });
const asks = (wantW: number, queued = 1) => ({ wantW, incomeEurPerKwh: 0, queued });

test('grant: what questions need, what pays, never beyond what can be cooled; idle for 15 min opens the contactor', () => {
  assert.is(grant({}).grantW, 500, 'standby: a tenth');
  assert.is(grant({ house: { ...HOUSE, accelMaxW: 3000 } }).grantW, 400);
  assert.is(grant({ want: asks(3000) }).grantW, 3000);
  assert.is(grant({ want: asks(3000, 0) }).grantW, 500);
  assert.is(grant({ want: asks(3000), limitW: 1000 }).grantW, 1000);
  assert.equal([grant({ fillerW: 2000 }).grantW, grant({ fillerW: 2000 }).fillerW], [2000, 2000]);
  assert.is(grant({ fillerW: 2000, limitW: 800 }).fillerW, 800);
  assert.is(grant({ paidW: 2500 }).grantW, 2500);
  const off = grant({ want: asks(3000), setPoints: { ...DEFAULT_SETPOINTS, computeOn: false } });
  assert.equal([off.grantW, off.state.supply], [0, false]);
  assert.is(grant({}, { supply: true, idleS: 898 }).state.supply, true);
  assert.is(grant({}, { supply: true, idleS: 899 }).state.supply, false);
  assert.is(grant({}, { supply: false, idleS: 0 }).state.supply, false);
  const old = { supply: true, idleS: 2000 };
  assert.is(grant({ est: estOf({ accelW: 751 }) }, old).state.supply, true, 'it works');
  assert.is(grant({ est: estOf({ accelW: 750 }) }, old).state.supply, false);
  assert.is(grant({ est: estOf({ accelW: 301 }), house: { ...HOUSE, accelMaxW: 1000 } }, old).state.supply, true);
  assert.is(grant({ est: estOf({ accelW: 299 }), house: { ...HOUSE, accelMaxW: 1000 } }, old).state.supply, false);
  assert.is(grant({ est: estOf({ accelW: 4000 }, ['accelW']) }, old).state.supply, false, 'lost counts as nothing');
  for (const wish of [{ want: asks(1) }, { fillerW: 1 }, { paidW: 1 }]) {
    assert.is(grant(wish, { supply: false, idleS: 5000 }).state.supply, true, JSON.stringify(wish));
  }
});

test('grant: the gate of compute holds, but for heat that the house wants and the two minutes of a contactor', () => {
  const gated = (gate: 'on' | 'gated', more: Partial<GrantInput> = {}, closedS = 600, supply = false) =>
    grantStep({ supply, idleS: 0, closedS }, { ...GRANT, want: { ...asks(0, 0), gate }, ...more }).state.supply;
  assert.is(gated('on'), true);
  assert.is(gated('gated'), false);
  assert.is(gated('gated', { fillerW: 1 }), true);
  assert.is(gated('gated', { paidW: 1 }), false);
  assert.is(gated('gated', {}, 118, true), true);
  assert.is(gated('gated', {}, 119, true), false);
});

test('cooling: never within 2 K of the dew point nor below 16 °C, slower near it, stopped at it', () => {
  const aim = (dewC: number | null, supplyC: number, roomC = 24, runs = false) =>
    coolAim(estOf({ supplyC, roomC }), dewC, 21, runs);
  assert.is(aim(15, 20).coolestC, 17);
  assert.is(aim(10, 20).coolestC, 16);
  assert.is(aim(null, 20).coolestC, 19);
  assert.is(aim(15, 20).bufferSetC, 20);
  assert.is(aim(15, 17.29).stop, true);
  assert.is(aim(15, 17.31).stop, false);
  assert.ok(Math.abs(aim(15, 17.3).maxPct - 30) < 0.01);
  assert.ok(Math.abs(aim(15, 18.3).maxPct - 65) < 0.01);
  assert.is(aim(15, 19.4).maxPct, 100);
  assert.is(coolAim(estOf({}, ['supplyC']), 15, 21, false).stop, true);
  assert.is(aim(15, 20, 21.6).wanted, true);
  assert.is(aim(15, 20, 21.5).wanted, false);
  assert.is(aim(15, 20, 20.9, true).wanted, true);
  assert.is(aim(15, 20, 20.7, true).wanted, false);
  assert.is(aim(17, 20).wanted, true);
  assert.is(aim(17.1, 20).wanted, false, 'too humid to be useful');
  assert.is(coolAim(estOf({ roomC: 30 }, ['roomC']), 15, 21, false).wanted, false);
});

test.run();
