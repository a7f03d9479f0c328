import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS } from '../../src/contract/messages.ts';
import { type Outputs, SAFE_OUTPUTS, type SensorName } from '../../src/contract/points.ts';
import { PLAN_START, type PlanFacts, type PlanState, planStep } from '../../src/control/decide/plan.ts';
import { ownPumpStart } from '../../src/control/learn/own-pump.ts';
import { createRig, estOf, HOUSE, imageOf, MARKET } from './rig.ts';

/** One supervision of a calm winter day, changed in one or two facts. */

interface Given extends Partial<Omit<PlanFacts, 'est' | 'input'>> {
  values?: Partial<Record<SensorName, number>>;
  lost?: SensorName[];
  actuators?: Partial<Outputs>;
  setPoints?: Partial<PlanFacts['input']['setPoints']>;
  house?: Partial<typeof HOUSE>;
  priceEurPerKwh?: number;
}
const PUMP = ownPumpStart(HOUSE).map;

function planned(g: Given = {}, before: Partial<PlanState> & { was?: Partial<PlanState['plan']> } = {}, dtS = 60) {
  const { values, lost, actuators, setPoints, house, priceEurPerKwh, ...facts } = g;
  const image = imageOf(createRig(), { ...SAFE_OUTPUTS, ...actuators });
  const market = { ...MARKET, priceEurPerKwh: priceEurPerKwh ?? MARKET.priceEurPerKwh };
  const wishes = { ...DEFAULT_SETPOINTS, mode: 'heating' as const, ...setPoints };
  const { was, ...state } = before;
  const full: PlanFacts = {
    est: estOf({ roomC: 21, ...values }, lost),
    input: { image, dtS, setPoints: wishes, market, want: undefined, house: { ...HOUSE, ...house } },
    limitW: 5000,
    surplusW: 0,
    hotWaterWanted: false,
    accelReachesHouse: true,
    defrosting: false,
    steady: true,
    stoodSetC: wishes.roomSetC,
    pump: PUMP,
    level: 0.5,
    mostLevel: 1,
    compressorFull: false,
    compressorBlocked: false,
    ...facts,
  };
  return planStep({ ...PLAN_START, ...state, plan: { ...PLAN_START.plan, ...was } }, full, dtS);
}
const SET_C = planned().plan.supplySetC;
const near = (a: number, b: number, by = 1e-6) => assert.ok(Math.abs(a - b) < by, `${a} against ${b}`);

test('watts for unpaid work pay only while their heat reaches the house', () => {
  const cheap = { priceEurPerKwh: 0, values: { bufferTopC: 25 }, hotWaterWanted: true };
  assert.ok(planned(cheap, { fillerS: 700 }).plan.fillerW > 0);
  assert.is(
    planned({ ...cheap, accelReachesHouse: false }, { fillerS: 700 }).plan.fillerW,
    0,
    'nor for a tank that takes none',
  );
});

test('heat need: the house by its design, 0.5 kW for each kelvin that the buffer is short, 1.15 less for each above, 1.5 kW of room, 4 kW of tank; 1.5 x the design at the most', () => {
  const houseW = (12_000 * 18) / 30;
  const need = (g: Given) => planned(g).plan.heatNeedW;
  near(need({ values: { bufferTopC: SET_C } }), houseW);
  near(need({ values: { bufferTopC: SET_C - 2 } }), houseW + 1000);
  near(need({ values: { bufferTopC: SET_C + 2 } }), houseW - 2300);
  const warmer = planned({ values: { roomC: 20.9, bufferTopC: SET_C } }).plan;
  near(warmer.heatNeedW, houseW + 150 + 500 * (warmer.supplySetC - SET_C));
  near(need({ values: { bufferTopC: SET_C }, hotWaterWanted: true }), houseW + 4000);
  near(need({ values: { bufferTopC: 5 } }), 18_000);
  near(need({ values: { bufferTopC: 90 } }), 0);
  assert.is(need({ setPoints: { mode: 'cooling' } }), 0);
  assert.is(need({ setPoints: { mode: 'cooling' }, hotWaterWanted: true }), 4000);
});

/** Income by which computing pays where its heat spares gas, and not where it warms the street. */
const PAYS: Given = {
  house: { alternativeHeat: 'gas', accelMaxW: 20_000 },
  limitW: 20_000,
  setPoints: { computeValueEurPerKwh: 0.25 },
};
test('store: filler pays for what house and buffer take, 10 K above the set-point, and not where no water flows', () => {
  const fillerW = (g: Given) => planned({ ...PAYS, ...g }).plan.fillerW;
  const houseW = (12_000 * 18) / 30;
  near(fillerW({ values: { bufferTopC: SET_C } }), houseW + 11_500);
  near(fillerW({ values: { bufferTopC: SET_C + 4 } }), houseW - 4600 + 6900);
  near(fillerW({ values: { bufferTopC: SET_C + 12 } }), 0);
  const dry = { values: { bufferTopC: SET_C, heatFlowLpm: 0.9 }, actuators: { circulationPct: 15 } };
  assert.is(fillerW(dry), 0);
  assert.ok(fillerW({ ...dry, actuators: { circulationPct: 14 } }) > 0, 'the pump stands: nobody knows');
  assert.ok(fillerW({ ...dry, values: { ...dry.values, heatFlowLpm: 1 } }) > 0);
  assert.ok(fillerW({ ...dry, lost: ['heatFlowLpm'] }) > 0);
  const tank = { hotWaterWanted: true, values: { bufferTopC: SET_C } };
  near(fillerW({ ...tank, setPoints: { computeValueEurPerKwh: 0.25, mode: 'cooling' } }), 4000);
  near(fillerW({ ...tank, values: { ...tank.values, outdoorC: 30, roomC: 22 } }), 4000);
});

test('the curve learns from a room only while the water follows it within 3 K, and only what the room shows', () => {
  const trim = (g: Given, was: Partial<PlanState['plan']> = { supplySetC: 36 }, taughtS = 72_000) =>
    planned({ values: { roomC: 20, bufferTopC: 36 }, ...g }, { was, taughtS }, 600).trimK;
  const one = trim({});
  near(one, 4 * (1 - Math.exp(-600 / 43_200)));
  near(trim({}, undefined, 0), 4 * (1 - Math.exp(-600 / 7200)));
  near(trim({}, undefined, 7200), 4 * (1 - Math.exp(-600 / 10_800)));
  near(trim({}, undefined, 1e6), one);
  near(trim({ values: { roomC: 20, bufferTopC: 38.9 } }), one);
  near(trim({ values: { roomC: 20, bufferTopC: 33.1 } }), one);
  assert.is(trim({ values: { roomC: 20, bufferTopC: 39 } }), 0);
  assert.is(trim({ values: { roomC: 20, bufferTopC: 33 } }), 0);
  assert.is(trim({ steady: false }), 0);
  assert.is(trim({ lost: ['roomC'] }), 0);
  assert.is(trim({ setPoints: { mode: 'cooling' } }), 0);
  assert.is(trim({ values: { roomC: 20, bufferTopC: 23 } }, { supplySetC: 23 }), 0, 'the least water teaches nothing');
  assert.is(
    planned({ values: { roomC: 10, bufferTopC: 36 } }, { trimK: 4.99, was: { supplySetC: 36 } }, 6000).trimK,
    5,
  );
});

/** The pump gives all it can and the buffer is 5 K short. */
const SHORT: Given = { values: { bufferTopC: SET_C - 5 }, compressorFull: true };
test('heat of COP 1: after half an hour 4 K short at full speed; then until the buffer is 1 K short', () => {
  const wanted = (g: Given, before: Parameters<typeof planned>[1] = { shortS: 1740 }) =>
    planned(g, before).plan.backupWanted;
  assert.is(wanted(SHORT), true);
  assert.is(wanted(SHORT, { shortS: 1739 }), false);
  assert.is(wanted({ ...SHORT, values: { bufferTopC: SET_C - 4 } }), false);
  assert.is(wanted({ ...SHORT, compressorFull: false }), false);
  assert.is(wanted({ ...SHORT, compressorFull: false, compressorBlocked: true }), true);
  const kept = { was: { backupWanted: true } };
  assert.is(wanted({ values: { bufferTopC: SET_C - 1.1 } }, kept), true);
  assert.is(wanted({ values: { bufferTopC: SET_C - 1 } }, kept), false);
  assert.is(wanted({ values: { bufferTopC: SET_C - 1.1 } }, {}), false);
  assert.is(wanted({ ...SHORT, house: { backupHeaterW: 0 } }), true, 'the accelerator is a heater too');
  assert.is(wanted({ ...SHORT, house: { backupHeaterW: 0, accelMaxW: 0 } }), false);
  assert.is(wanted({ ...SHORT, house: { backupHeaterW: 0, alternativeHeat: 'gas' } }), false);
});

test('heat of COP 1: the half hour stands still while the tank is charged or ice melts, and begins anew when the buffer is not short', () => {
  const shortS = (g: Given) => planned(g, { shortS: 600 }).shortS;
  assert.is(shortS(SHORT), 660);
  const full = { values: { bufferTopC: SET_C } };
  assert.is(shortS(full), 0);
  assert.is(shortS({ ...full, hotWaterWanted: true }), 600);
  assert.is(shortS({ ...full, defrosting: true }), 600);
  assert.is(shortS({ ...SHORT, defrosting: true }), 600);
});

test('heat of COP 1: also where the pump cannot carry the house, the room is 0.25 K short and the buffer 1 K', () => {
  const small: Given = { house: { designLoadW: 30_000 }, compressorFull: true };
  const short = (values: Given['values'], g: Given = small) => planned({ ...g, values }, { shortS: 600 }).shortS > 0;
  const at = (roomC: number, g: Given = small) => planned({ ...g, values: { roomC } }).plan.supplySetC;
  assert.is(short({ roomC: 20.7, bufferTopC: at(20.7) - 1.1 }), true);
  assert.is(short({ roomC: 20.7, bufferTopC: at(20.7) - 1 }), false);
  assert.is(short({ roomC: 20.75, bufferTopC: at(20.75) - 1.1 }), false);
  const large: Given = { compressorFull: true };
  assert.is(short({ roomC: 20.7, bufferTopC: at(20.7, large) - 1.1 }, large), false);
});

test('heat of COP 1: where the pump cannot carry the house it goes on until the room is warm, the heater until the buffer is', () => {
  const weak: Given = { house: { designLoadW: 30_000 } };
  const setC = (roomC: number) => planned({ ...weak, values: { roomC } }).plan.supplySetC;
  const goesOn = (roomC: number, belowK: number, g: Given = weak, heaterWanted = true) => {
    const values = { roomC, bufferTopC: setC(roomC) - belowK };
    return planned({ ...g, values }, { wantedS: 5000, was: { backupWanted: true, heaterWanted } }).plan;
  };
  assert.is(goesOn(20.9, 0).backupWanted, true);
  assert.is(goesOn(21, 0).backupWanted, false, 'the room is warm');
  assert.is(goesOn(20.9, 0, {}).backupWanted, false, 'the pump can');
  assert.is(goesOn(20.9, 1).heaterWanted, false);
  assert.is(goesOn(20.9, 1.1).heaterWanted, true);
  assert.is(goesOn(20.9, 2.5, weak, false).heaterWanted, false, 'it has rested and waits');
  assert.is(goesOn(20.9, 2.6, weak, false).heaterWanted, true);
});

test('heat of COP 1: not for a wish that has just been raised', () => {
  const raised = { ...SHORT, setPoints: { roomSetC: 23 }, compressorFull: true };
  const shortS = (stoodSetC: number, roomC: number) => {
    const values = { roomC, bufferTopC: SET_C };
    return planned({ ...raised, values, stoodSetC }, { shortS: 600 }).shortS;
  };
  assert.is(shortS(23, 21), 660);
  assert.is(shortS(21, 21), 0);
});

test('heat of COP 1: a quarter of an hour for the accelerator, then the heater; at once where there is no accelerator', () => {
  const heater = (g: Given, wantedS: number) =>
    planned({ ...SHORT, ...g }, { wantedS, shortS: 5000, was: { backupWanted: true } }).plan.heaterWanted;
  assert.is(heater({}, 840), false);
  assert.is(heater({}, 841), true);
  assert.is(heater({ limitW: 0 }, 0), true);
  assert.is(heater({ setPoints: { computeOn: false } }, 0), true);
  assert.is(heater({ values: { bufferTopC: SET_C } }, 5000), false);
});

test('heat of COP 1: as much as the pump leaves missing, the tank apart; all of it while it is blocked', () => {
  const { plan } = planned({ ...SHORT, compressorBlocked: true }, { shortS: 5000 });
  near(plan.resistiveW, plan.heatNeedW);
  const tank = planned(
    { ...SHORT, compressorBlocked: true, hotWaterWanted: true },
    { shortS: 5000, was: { backupWanted: true } },
  );
  near(tank.plan.resistiveW, tank.plan.heatNeedW - 4000);
  const quiet = planned({ ...SHORT, mostLevel: 0 }, { shortS: 5000 }).plan;
  near(quiet.resistiveW, quiet.heatNeedW);
  assert.is(planned({ compressorBlocked: true }).plan.resistiveW, 0);
});

test('filler keeps its minutes since it was turned; a market and half of the pump from own sun are told', () => {
  assert.is(planned({ ...PAYS, values: { bufferTopC: SET_C } }, { fillerS: 700 }).fillerS, 0);
  assert.is(planned({ ...PAYS, values: { bufferTopC: SET_C } }, { fillerS: 700, was: { fillerW: 3000 } }).fillerS, 760);
  assert.is(planned({}, { fillerS: 700 }).fillerS, 760);
  assert.is(planned().plan.marketLive, true);
  const sunny = (surplusW: number, compressorW: number, lost: SensorName[] = []) =>
    planned({ surplusW, values: { compressorW }, lost }).plan.sunny;
  assert.is(sunny(2000, 0), false);
  assert.is(sunny(2001, 0), true);
  assert.is(sunny(1001, 1000), true);
  assert.is(sunny(1001, 1000, ['compressorW']), false);
  assert.is(sunny(0, 3900), false, 'a pump on bought power is no sun');
});

test('a lost room counts as being where it should be', () => {
  const lost = planned({ values: { roomC: 15, bufferTopC: SET_C }, lost: ['roomC'] }).plan;
  near(lost.supplySetC, SET_C);
  near(lost.heatNeedW, (12_000 * 18) / 30);
});

test.run();
