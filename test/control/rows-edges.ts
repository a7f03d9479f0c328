import { type Change, lost, on, t, v, worse } from './rows-context.ts';

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

/** The accelerator has long given its heat to the water. */
const given: Change = { timers: { accelIdleS: 0 }, balance: { laggedW: 5000, laggedInC: 44 } };
/** Water from the bottom of the buffer that is 3 K warmer than that. */
const back: Change = { values: { returnC: 38, bufferBottomC: 35 } };

/** Row, the situation, what silences it, and other situations in which it speaks too. */
export const EDGES: [id: string, speaks: Change, silent: Change[], also?: Change[]][] = [
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
    [
      v({ heatFlowLpm: 1 }),
      t({ waterPumpS: 0.2, compressorOnS: 2 }),
      { timers: { waterPumpS: 0.2 }, on: { compressorOn: 0 } },
      lost('heatFlowLpm'),
    ],
    [t({ waterPumpS: 0 })],
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
    [
      v({ accelFlowLpm: 1 }),
      v({ accelW: 200 }),
      t({ accelPumpS: 2, suppliedS: 30 }),
      on({ accelSupplyOn: 0 }),
      lost('accelFlowLpm'),
    ],
    [t({ accelPumpS: 0 })],
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
      t({ compressorOnS: 45 }),
      on({ coolingOn: 1 }),
      ...idle,
      ...poorPipes,
    ],
    [
      v({ outdoorC: 0, returnC: 7.9, condenserOutC: 6, supplyC: 6, dischargeC: 10 }),
      { values: { outdoorC: 0 }, timers: { ranTurnedS: 599 } },
    ],
  ],
  [
    'F11d',
    { values: { ...cools.values, outdoorC: 0 } },
    [v({ condenserOutC: 30.6 }), v({ dischargeC: 40.1 }), ...idle],
  ],
  ['F11c', summer, [v({ condenserOutC: 29.4 }), t({ compressorOnS: 45 }), on({ coolingOn: 0 }), ...idle, ...poorPipes]],
  [
    'F11h',
    keeps,
    [
      on({ rejectOn: 0 }),
      t({ rejectS: 60 }),
      t({ tankS: 60 }),
      t({ compressorOnS: 60 }),
      { on: { compressorOn: 0 }, timers: { compressorOffS: 60 } },
      { values: { returnC: 40.6, dischargeC: 40 } },
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
      { values: { supplyC: 44.8 }, ...given },
      { values: { supplyC: 45.2 }, ...given, balance: { laggedW: 4000, laggedInC: 44 } },
      { values: { supplyC: 45.2 }, ...given, balance: { laggedW: 5000, laggedInC: 42 } },
      { on: { backupHeaterOn: 1 }, house: { backupHeaterAt: 'supply' } },
      ...idle,
      ...poorPipes,
    ],
    [
      v({ supplyC: 35.4 }),
      { timers: { accelIdleS: 0, rejectS: 601 }, on: { rejectOn: 1 } },
      on({ backupHeaterOn: 1 }),
      // 5 kW warm 20 L/min by 3.6 K: known to a quarter.
      { values: { supplyC: 45.2 }, ...given },
      { values: { supplyC: 38 }, ...given },
    ],
  ],
  [
    'F4r',
    back,
    [
      v({ returnC: 37.4 }),
      t({ waterPumpS: 600 }),
      t({ tankS: 600 }),
      on({ hotWaterOn: 1 }),
      worse('returnC'),
      worse('bufferBottomC'),
      v({ heatFlowLpm: 2.9 }),
    ],
    [v({ returnC: 32 })],
  ],
  [
    'F12l',
    { values: { compressorHz: 0.9, compressorW: 101 }, timers: { compressorOnS: 10.1 } },
    [v({ compressorHz: 1 }), v({ compressorW: 100 }), t({ compressorOnS: 10 }), worse('compressorHz'), ...idle],
  ],
  [
    'F12p',
    { values: { dischargeC: 40.9, condenserOutC: 38 } },
    [v({ dischargeC: 41 }), on({ coolingOn: 1 }), lost('dischargeC'), worse('condenserOutC'), ...idle],
  ],
];
