import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Outputs, SAFE_OUTPUTS, SENSOR_NAMES, type SensorName } from '../../src/contract/points.ts';
import { BALANCE_START } from '../../src/control/estimate/balance.ts';
import type { Estimates } from '../../src/control/estimate/points.ts';
import { INTERLOCK_START } from '../../src/control/interlock/interlock.ts';
import type { RowContext } from '../../src/control/interlock/row.ts';
import { ROWS } from '../../src/control/interlock/rows.ts';
import { CALM, createRig, HOUSE, imageOf } from './rig.ts';

/**
 * Each row at its edges: a situation in which it speaks, and single changes that each silence it. What silences it must
 * matter, and the limits are those of the fault table.
 */
type Quality = 'degraded' | 'lost';
interface Change {
  values?: Partial<Record<SensorName, number>>;
  quality?: Partial<Record<SensorName, Quality>>;
  on?: Partial<Outputs>;
  timers?: Partial<RowContext['timers']>;
  balance?: Partial<RowContext['balance']>;
  house?: Partial<RowContext['house']>;
  ageMs?: Partial<Record<SensorName, number>>;
}

/** A machine that computes and heats, long since settled. */
const RUNS: Outputs = {
  ...SAFE_OUTPUTS,
  compressorOn: 1,
  compressorPct: 60,
  accelSupplyOn: 1,
  accelCapW: 5000,
  rejectOn: 0,
};
const LONG = 1e4;

function contextOf(...changes: Change[]): RowContext {
  const merged = <K extends keyof Change>(key: K) =>
    Object.assign({}, ...changes.map((c) => c[key])) as NonNullable<Change[K]>;
  const rig = createRig({ accelW: 5000, compressorW: 2000, compressorHz: 60, heatFlowLpm: 20, ...merged('values') });
  const quality = merged('quality');
  const ageMs = merged('ageMs');
  const reading = (n: SensorName) => ({
    value: rig.values[n],
    quality: quality[n] ?? 'good',
    ageMs: ageMs[n] ?? 0,
    reason: `${n}: as this test has it`,
  });
  const image = imageOf(rig, { ...RUNS, ...merged('on') });
  const timers = Object.fromEntries(
    Object.keys(INTERLOCK_START.timers).map((n) => [n, LONG]),
  ) as never as RowContext['timers'];
  return {
    image,
    est: Object.fromEntries(SENSOR_NAMES.map((n) => [n, reading(n)])) as Estimates,
    balance: { ...BALANCE_START, peakRiseK: 8, ...merged('balance') },
    house: { ...HOUSE, ...merged('house') },
    decided: image.actuators,
    timers: { ...timers, ...merged('timers') },
  };
}

const rowOf = (id: string) => ROWS.find((r) => r.id === id)!;
const v = (values: Change['values']): Change => ({ values });
const lost = (n: SensorName): Change => ({ quality: { [n]: 'lost' } });
const worse = (n: SensorName): Change => ({ quality: { [n]: 'degraded' } });
const t = (timers: Change['timers']): Change => ({ timers });
const on = (outputs: Partial<Outputs>): Change => ({ on: outputs });

const cools: Change = { values: { condenserOutC: 30, returnC: 32, supplyC: 30, dischargeC: 35, outdoorC: 13 } };
const swapped: Change = { values: { condenserOutC: 38, returnC: 40, supplyC: 38, dischargeC: 60 } };
const summer: Change = { on: { coolingOn: 1 }, values: { condenserOutC: 30, returnC: 28 } };
/** 5 kW that still reach the water: 4 K at 20 L/min. */
const keeps: Change = { on: { rejectOn: 1 }, values: { supplyC: 42, condenserOutC: 38 } };
/** Hot coolant, and the water takes nothing. */
const away: Change = { values: { supplyC: 38.1, condenserOutC: 38, accelOutC: 55 } };
/** Nothing heats between the two, and they are 3 K apart. */
const apart: Change = { values: { supplyC: 41, condenserOutC: 38 } };
const tank: Change = {
  on: { hotWaterOn: 1 },
  values: { hotWaterC: 40, supplyC: 45, bufferBottomC: 30, returnC: 30.5, condenserOutC: 44 },
};
const buffer: Change = { values: { hotWaterC: 48, bufferBottomC: 30, returnC: 46, supplyC: 52, condenserOutC: 51 } };
const flowPoor: Change[] = [v({ heatFlowLpm: 2.9 }), worse('heatFlowLpm'), t({ waterPumpS: 60 })];
const poorPipes: Change[] = [...flowPoor, worse('supplyC'), worse('condenserOutC'), worse('returnC')];
const idle: Change[] = [on({ compressorOn: 0 }), on({ compressorPct: 0 })];

/** Row, the situation, what silences it, and other situations in which it speaks too. */
const EDGES: [id: string, speaks: Change, silent: Change[], also?: Change[]][] = [
  ['F13h', v({ pressureHighOk: 0.4 }), [v({ pressureHighOk: 0.6 }), v({ pressureHighOk: 1 }), lost('pressureHighOk')]],
  ['F13l', v({ pressureLowOk: 0.4 }), [v({ pressureLowOk: 0.6 }), v({ pressureLowOk: 1 }), lost('pressureLowOk')]],
  ['F13d', v({ dischargeC: 110 }), [v({ dischargeC: 109.9 }), lost('dischargeC')]],
  [
    'F12',
    { values: { compressorW: 59 }, timers: { compressorOnS: 10.1 } },
    [v({ compressorW: 61 }), t({ compressorOnS: 10 }), lost('compressorW'), ...idle],
    [{ house: { compressorMaxW: 1000 }, values: { compressorW: 19 } }],
  ],
  [
    'F10w',
    { values: { heatFlowLpm: 0.99 }, timers: { waterPumpS: 0.3 } },
    [v({ heatFlowLpm: 1 }), t({ waterPumpS: 0.2 }), lost('heatFlowLpm')],
  ],
  ['F6', lost('dischargeC'), [worse('dischargeC')], [lost('returnC'), lost('compressorW'), lost('heatFlowLpm')]],
  ['F6w', lost('supplyC'), [worse('supplyC')], [lost('bufferTopC')]],
  ['F6d', worse('bufferTopC'), [lost('bufferTopC')], [worse('supplyC'), worse('returnC'), worse('dischargeC')]],
  ['F16', v({ gasOk: 0.4 }), [v({ gasOk: 0.6 }), v({ gasOk: 1 })]],
  ['F16s', { ageMs: { gasOk: 1501 } }, [{ ageMs: { gasOk: 1500 } }]],
  ['F16l', { ageMs: { gasOk: 1501 } }, [{ ageMs: { gasOk: 1500 } }]],
  [
    'F9',
    { values: { accelFlowLpm: 0.99, accelW: 201 }, timers: { accelPumpS: 2.1 } },
    [v({ accelFlowLpm: 1 }), v({ accelW: 200 }), t({ accelPumpS: 2 }), on({ accelSupplyOn: 0 }), lost('accelFlowLpm')],
  ],
  [
    'F9b',
    { values: { accelInC: 40, accelOutC: 56.1, accelW: 1001 }, balance: { peakRiseK: 8 } },
    [
      v({ accelOutC: 55.9 }),
      v({ accelW: 1000 }),
      worse('accelInC'),
      worse('accelOutC'),
      { balance: { laggedInC: 41 } },
    ],
    [{ balance: { laggedInC: 30 } }],
  ],
  [
    'F10',
    { values: { accelFlowLpm: 0.49 }, timers: { accelPumpS: 0.3 } },
    [v({ accelFlowLpm: 0.51 }), t({ accelPumpS: 0.2 }), lost('accelFlowLpm')],
  ],
  ['F14', v({ accelOutC: 68 }), [v({ accelOutC: 67.9 })]],
  ['F14c', v({ accelChipC: 88 }), [v({ accelChipC: 87.9 }), lost('accelChipC')]],
  ['F14w', v({ supplyC: 82 }), [v({ supplyC: 81.9 })], [v({ bufferTopC: 82 })]],
  ['F14s', v({ supplyC: 75 }), [v({ supplyC: 74.9 })], [v({ bufferTopC: 75 })]],
  [
    'F24',
    { quality: { accelW: 'lost' }, timers: { suppliedS: 30.1 } },
    [t({ suppliedS: 30 }), worse('accelW')],
    [lost('accelChipC')],
  ],
  ['F24b', { quality: { accelW: 'lost' }, timers: { suppliedS: 30.1 } }, [t({ suppliedS: 30 }), worse('accelW')]],
  [
    'F1a',
    { quality: { accelInC: 'lost', accelOutC: 'degraded' } },
    [{ quality: { accelOutC: undefined as never } }, worse('accelInC')],
    [lost('accelOutC'), lost('accelFlowLpm')],
  ],
  ['F1d', worse('accelFlowLpm'), [on({ accelSupplyOn: 0 })], [lost('accelW'), worse('accelChipC'), worse('accelInC')]],
  [
    'F4',
    { balance: { residualK: -2.6 } },
    [{ balance: { residualK: 2.4 } }, { balance: { residualK: 2.6, laggedW: 5000, laggedLpm: 4.9 } }],
    [
      { balance: { residualK: 2.6, laggedW: 5000, laggedLpm: 9.8 } },
      { balance: { residualK: 4.1, laggedW: 5000, laggedLpm: 4 } },
    ],
  ],
  [
    'F5',
    { values: { accelInC: 44, accelOutC: 41.9, accelW: 1001 } },
    [v({ accelOutC: 42.1 }), v({ accelW: 1000 }), worse('accelW'), { balance: { laggedInC: 43 } }],
    [{ balance: { laggedInC: 50 } }],
  ],
  [
    'F11r',
    cools,
    [
      v({ outdoorC: 12 }),
      v({ condenserOutC: 30.6 }),
      v({ dischargeC: 40.1 }),
      t({ compressorOnS: 120 }),
      on({ coolingOn: 1 }),
      ...idle,
      ...poorPipes,
    ],
    [v({ outdoorC: 0, returnC: 7.9, condenserOutC: 6, supplyC: 6, dischargeC: 10 })],
  ],
  [
    'F11d',
    { values: { ...cools.values, outdoorC: 0 } },
    [v({ condenserOutC: 30.6 }), v({ dischargeC: 40.1 }), ...idle],
  ],
  [
    'F11c',
    summer,
    [v({ condenserOutC: 29.4 }), t({ compressorOnS: 120 }), on({ coolingOn: 0 }), ...idle, ...poorPipes],
  ],
  [
    'F11h',
    keeps,
    [
      on({ rejectOn: 0 }),
      t({ rejectS: 60 }),
      v({ supplyC: 39.4 }),
      v({ accelW: 1000 }),
      { values: { supplyC: 39.6, heatFlowLpm: 18 } },
      { on: { backupHeaterOn: 1 }, house: { backupHeaterAt: 'supply' } },
      worse('accelW'),
      ...poorPipes,
    ],
    [on({ backupHeaterOn: 1 }), { house: { backupHeaterAt: 'supply' } }],
  ],
  [
    'F11o',
    away,
    [
      on({ rejectOn: 1 }),
      t({ rejectS: 60 }),
      v({ supplyC: 38.6 }),
      v({ accelOutC: 43.9 }),
      v({ accelW: 1000 }),
      v({ heatFlowLpm: 60, supplyC: 38.05 }),
      ...poorPipes,
    ],
  ],
  [
    'F11t',
    tank,
    [
      on({ hotWaterOn: 0 }),
      t({ tankS: 60 }),
      v({ hotWaterC: 36 }),
      v({ supplyC: 36 }),
      v({ returnC: 31.1 }),
      v({ returnC: 28.9 }),
      worse('hotWaterC'),
      worse('bufferBottomC'),
      ...poorPipes,
    ],
  ],
  [
    'F11b',
    buffer,
    [
      on({ hotWaterOn: 1 }),
      t({ tankS: 60 }),
      v({ hotWaterC: 35, returnC: 34.5 }),
      v({ returnC: 33.9, hotWaterC: 37 }),
      v({ returnC: 43.9 }),
      worse('hotWaterC'),
      ...poorPipes,
    ],
  ],
  [
    'F5w',
    swapped,
    [
      v({ condenserOutC: 38.6, supplyC: 38.6 }),
      v({ dischargeC: 47.9 }),
      t({ compressorOnS: 180 }),
      ...idle,
      ...poorPipes,
    ],
    [v({ supplyC: 45, condenserOutC: 38 }), v({ supplyC: 38, condenserOutC: 45 })],
  ],
  [
    'F4w',
    apart,
    [
      v({ supplyC: 40.4 }),
      v({ condenserOutC: 38.6 }),
      t({ compressorOnS: 600 }),
      t({ accelIdleS: 600 }),
      { on: { backupHeaterOn: 1 }, house: { backupHeaterAt: 'supply' } },
      ...idle,
      ...poorPipes,
    ],
    [v({ supplyC: 35.4 }), { timers: { accelIdleS: 0, rejectS: 601 }, on: { rejectOn: 1 } }, on({ backupHeaterOn: 1 })],
  ],
  [
    'F12l',
    { values: { compressorHz: 0.9, compressorW: 101 }, timers: { compressorOnS: 10.1 } },
    [v({ compressorHz: 1 }), v({ compressorW: 100 }), t({ compressorOnS: 10 }), worse('compressorHz'), ...idle],
  ],
  [
    'F12p',
    { values: { dischargeC: 40.9, condenserOutC: 38 } },
    [v({ dischargeC: 41 }), on({ coolingOn: 1 }), worse('dischargeC'), worse('condenserOutC'), ...idle],
  ],
];

test('every row has its edges here', () => {
  assert.equal(EDGES.map(([id]) => id).sort(), ROWS.map((r) => r.id).sort());
});

test('each row speaks in its situation and falls silent with each single change that should silence it', () => {
  for (const [id, speaks, silent, also = []] of EDGES) {
    const row = rowOf(id);
    assert.is(row.active(contextOf(speaks)), true, `${id} in its situation`);
    assert.ok(row.text(contextOf(speaks)).length > 15, `${id} says why`);
    for (const change of silent)
      assert.is(row.active(contextOf(speaks, change)), false, `${id}: ${JSON.stringify(change)}`);
    for (const change of also)
      assert.is(row.active(contextOf(speaks, change)), true, `${id}: ${JSON.stringify(change)}`);
  }
});

test('a machine that runs as it should makes no row speak', () => {
  const sound = contextOf(v({ ...CALM, accelW: 3000, compressorW: 2000, compressorHz: 60 }));
  for (const row of ROWS) assert.is(row.active(sound), false, row.id);
});

/** Effect, patience, quiet time and latch of each row: the fault table in numbers. A change here is a decision. */
const TABLE: Record<string, string> = {
  F13h: 'heatPumpOff 0 300 3/1800',
  F13l: 'heatPumpOff 0 300 3/1800',
  F13d: 'heatPumpOff 0 300 3/1800',
  F12: 'heatPumpOff 0 300 3/3600',
  F10w: 'heatOff 2.5 300 3/3600',
  F6: 'heatPumpOff 0 30 -',
  F6w: 'heatOff 0 30 -',
  F6d: 'warn 0 10 -',
  F16: 'allOff 0 600 1/86400',
  F16s: 'allOff 0.2 30 -',
  F16l: 'allOff 10 30 1/86400',
  F9: 'accelOff 0.6 30 3/3600',
  F9b: 'accelOff 0.8 60 3/3600',
  F10: 'machineOff 2.5 300 3/3600',
  F14: 'accelOff 0 60 -',
  F14c: 'accelCut 0 60 -',
  F14w: 'bothOff 0 300 -',
  F14s: 'derate 1 60 -',
  F24: 'accelOff 0 300 -',
  F24b: 'accelCut 26 300 3/7200',
  F1a: 'accelOff 0 30 -',
  F1d: 'derate 0 10 -',
  F4: 'derate 60 300 -',
  F5: 'derate 60 300 -',
  F11r: 'heatPumpOff 90 300 3/7200',
  F11d: 'heatPumpOff 900 300 2/14400',
  F11c: 'heatPumpOff 90 300 3/7200',
  F11h: 'derate 90 120 -',
  F11o: 'warn 90 120 -',
  F11t: 'warn 90 120 -',
  F11b: 'warn 90 120 -',
  F5w: 'warn 120 300 -',
  F4w: 'warn 300 600 -',
  F12l: 'heatPumpOff 0 300 3/3600',
  F12p: 'heatPumpOff 900 300 2/14400',
};

test('effects, patience and latches are those of the fault table', () => {
  const now = ROWS.map(({ id, effect, holdS, clearS, latch }) => {
    return [id, `${effect} ${holdS} ${clearS} ${latch ? `${latch.trips}/${latch.windowS}` : '-'}`];
  });
  assert.equal(Object.fromEntries(now), TABLE);
});

test.run();
