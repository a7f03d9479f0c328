import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import type { SensorName } from '../../src/contract/points.ts';
import { defrostStep } from '../../src/control/decide/defrost.ts';
import type { Verdict } from '../../src/control/types.ts';
import { Config } from '../../src/core/config.ts';
import { type PlantFaults, type PlantState, sensorsOf } from '../../src/hal/sim/plant/plant.ts';
import { createRig, imageOf, until } from './rig.ts';

interface Run {
  at: string;
  hours: number;
  mode?: 'heating' | 'cooling';
  /** From this second on. */
  fromS: number;
  plant?: PlantFaults;
  sensors?(truth: PlantState): Partial<Record<SensorName, number>>;
  demandW?: number;
  config?: object;
  /** The mode changes at this second. */
  thenS?: number;
}

/** What the rows say while this is broken: the first second of each, counted from the fault. */
type Told = Map<string, number> & {
  sinceOrder?: Map<string, { rejectOn: number; hotWaterOn: number; started: number }>;
};

function rowsOf(r: Run): Told {
  const seen: Told = new Map();
  const orders = { rejectOn: 1, hotWaterOn: 0 };
  const orderedS = { rejectOn: 0, hotWaterOn: 0 };
  let startedS = 0;
  seen.sinceOrder = new Map();
  let truth: PlantState | undefined;
  const other = r.mode === 'cooling' ? 'heating' : 'cooling';
  cosimulate({
    config: Config.parse({ sim: { startsAt: r.at }, ...r.config }),
    days: r.hours / 24,
    dtS: 1,
    setPoints: { mode: r.mode ?? 'heating', hotWaterSetC: 48 },
    demandW: r.demandW ?? 0,
    wishesAt: (s) => (r.thenS !== undefined && s >= r.thenS ? { setPoints: { mode: other } } : {}),
    faultsAt: (s) => ({
      ...(s >= r.fromS && r.plant && { plant: r.plant }),
      ...(s >= r.fromS && r.sensors && truth && { sensors: r.sensors(truth) }),
    }),
    watch(s: number, plant: PlantState, verdict: Verdict) {
      truth = plant;
      for (const name of ['rejectOn', 'hotWaterOn'] as const) {
        if (verdict.outputs[name] !== orders[name]) orderedS[name] = s;
        orders[name] = verdict.outputs[name];
      }
      for (const { what } of verdict.reasons) {
        if (!/^F\d/.test(what) || seen.has(what)) continue;
        seen.set(what, s - r.fromS);
        seen.sinceOrder!.set(what, {
          rejectOn: s - orderedS.rejectOn,
          hotWaterOn: s - orderedS.hotWaterOn,
          started: s - startedS,
        });
      }
      if (verdict.outputs.compressorOn === 0) startedS = s;
    },
  });
  return seen;
}

const WINTER = '2025-01-15T06:00:00Z';
const SUMMER = '2025-07-12T10:00:00Z';
const told = (rows: Map<string, number>) => [...rows].map(([id, s]) => `${id} ${s} s`).join(', ');

test('nothing broken: a winter night with defrosts and hot water, a computing day, a summer day: no row speaks', () => {
  assert.equal(told(rowsOf({ at: WINTER, hours: 14, fromS: 0 })), '');
  assert.equal(told(rowsOf({ at: WINTER, hours: 4, fromS: 0, demandW: 5000 })), '');
  assert.equal(told(rowsOf({ at: SUMMER, hours: 6, mode: 'cooling', fromS: 0, demandW: 3000 })), '');
  // The weekly 60 °C sends hot water past a small, slow coolant loop: its inlet is hot long before its outlet.
  const small = { sim: { startsAt: '2025-12-20T00:00:00Z', seed: 7 }, house: { designLoadW: 6000, accelMaxW: 700 } };
  assert.equal(told(rowsOf({ at: WINTER, hours: 14, fromS: 0, config: small })), '');
});

test('F12: a locked rotor is off after 10 s, although it draws current; three times within the hour latch', () => {
  const rows = rowsOf({ at: WINTER, hours: 2, fromS: 1500, plant: { compressorLocked: true } });
  assert.ok(rows.get('F12l')! <= 13, told(rows));
  const rig = createRig({ bufferTopC: 30 });
  rig.setPoints.computeOn = false;
  const world = rig.world;
  rig.world = (r, dtS) => {
    world(r, dtS);
    r.values.compressorW = r.verdict.outputs.compressorOn * 2000;
    r.values.compressorHz = 0;
  };
  assert.ok(until(rig, 400, (v) => v.outputs.compressorOn === 1) < 400);
  const offS = until(rig, 20, (v) => v.outputs.compressorOn === 0);
  assert.ok(offS >= 9.5 && offS <= 11, `${offS}`);
  until(rig, 3000, (v) => v.latched);
  assert.is(rig.verdict.latched, true);
});

test('F12: gas that is no hotter than the water for 15 min stops the compressor, a start or a defrost does not', () => {
  const rig = createRig({ bufferTopC: 30, bufferBottomC: 28, dischargeC: 38 });
  rig.setPoints.computeOn = false;
  assert.ok(until(rig, 400, (v) => v.outputs.compressorOn === 1) < 400);
  const offS = until(rig, 1500, (v) => v.outputs.compressorOn === 0, 1);
  assert.ok(offS >= 899 && offS <= 910, `${offS}`);
  assert.ok(rig.verdict.reasons.some((r) => r.code === 'compressor-lifts-nothing'));
});

test('F11: a reversing valve that stays at heating while cooling is ordered stops the compressor', () => {
  const rows = rowsOf({ at: SUMMER, hours: 3, mode: 'cooling', fromS: 0, plant: { reversingValveStuck: true } });
  // The cold water of a heating run shows some seconds after the start.
  assert.ok(rows.sinceOrder!.get('F11c')!.started <= 120, told(rows));
});

test('F11: a reversing valve that stays at cooling while heating is ordered stops the compressor', () => {
  // Summer, so that there was something to cool; then the mode changes, and cold water is to be heated.
  const run: Run = {
    at: SUMMER,
    hours: 4,
    mode: 'cooling',
    fromS: 2500,
    thenS: 4000,
    plant: { reversingValveStuck: true },
  };
  const rows = rowsOf({ ...run, config: { sim: { startsAt: SUMMER }, house: {} } });
  assert.ok(rows.has('F11r') || rows.has('F13l'), told(rows));
});

test('F11: a coolant valve that does not reject, and one that does not come back', () => {
  const keeps = rowsOf({ at: WINTER, hours: 1, fromS: 1800, demandW: 5000, plant: { rejectValveReversed: true } });
  // 1.5 times the 60 s of its travel.
  assert.ok(keeps.sinceOrder!.get('F11h')!.rejectOn <= 95, told(keeps));
  const away = rowsOf({ at: WINTER, hours: 2, fromS: 0, demandW: 5000, plant: { rejectValveStuck: true } });
  assert.ok(away.has('F11o'), told(away));
});

test('F11: a tank valve that stays at the buffer while the tank is charged', () => {
  const rows = rowsOf({ at: WINTER, hours: 8, fromS: 0, plant: { hotWaterValveStuck: true } });
  assert.ok(rows.sinceOrder!.get('F11t')!.hotWaterOn <= 120, told(rows));
});

test('F5: water sensors that changed places are told within 10 min of running', () => {
  const swaps: [SensorName, SensorName][] = [
    ['supplyC', 'returnC'],
    ['condenserOutC', 'returnC'],
  ];
  for (const [a, b] of swaps) {
    const sensors = (p: PlantState) => ({ [a]: sensorsOf(p)[b], [b]: sensorsOf(p)[a] });
    const rows = rowsOf({ at: WINTER, hours: 1.5, fromS: 1500, sensors });
    assert.ok((rows.get('F5w') ?? Number.POSITIVE_INFINITY) <= 600, `${a} and ${b}: ${told(rows)}`);
  }
});

test('F5: supply and return that changed places are told within 10 min of cooling too', () => {
  const sensors = (p: PlantState) => ({ supplyC: sensorsOf(p).returnC, returnC: sensorsOf(p).supplyC });
  // The tank has been charged by then, so that only cooling can tell.
  const rows = rowsOf({ at: '2025-07-15T06:00:00Z', hours: 3, mode: 'cooling', fromS: 2000, sensors });
  assert.ok((rows.sinceOrder!.get('F5w')?.started ?? Number.POSITIVE_INFINITY) <= 600, told(rows));
});

test('a defrost that does not end within 15 min is none: the compressor may stop again', () => {
  const rig = createRig({ condenserOutC: 30, returnC: 36, heatFlowLpm: 20, compressorW: 1500, outdoorC: 0 });
  const est = Object.fromEntries(
    Object.entries(rig.values).map(([n, value]) => [n, { value, quality: 'good', ageMs: 0 }]),
  ) as never;
  const image = imageOf(rig, { ...rig.verdict.outputs, compressorOn: 1, compressorPct: 60, coolingOn: 0 });
  let state = { on: false, coldS: 0 };
  const on: boolean[] = [];
  for (let s = 0; s < 1200; s++) {
    state = defrostStep(state, est, image, 1);
    on.push(state.on);
  }
  assert.is(on.indexOf(true), 14);
  assert.is(on.lastIndexOf(true), 898);
});

test.run();
