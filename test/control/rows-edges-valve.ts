import { on, t, v, worse } from './rows-context.ts';
import type { EDGES } from './rows-edges.ts';
import { away, buffer, cools, idle, keeps, poorPipes, summer, tank } from './rows-situations.ts';

/** Edges of the rows that judge valves (F11), as `EDGES`. */
export const VALVE_EDGES: typeof EDGES = [
  [
    'F11r',
    cools,
    [
      v({ outdoorC: 12 }),
      v({ outdoorC: 0, returnC: 12, condenserOutC: 10, supplyC: 10, dischargeC: 14 }),
      { values: { outdoorC: 0 }, timers: { ranTurnedS: 600 } },
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
    [v({ condenserOutC: 30.6 }), v({ dischargeC: 40.1 }), t({ compressorOnS: 120 }), ...idle],
    [t({ compressorOnS: 121 })],
  ],
  [
    'F11c',
    summer,
    [
      v({ condenserOutC: 29.4 }),
      t({ compressorOnS: 45 }),
      on({ coolingOn: 0 }),
      { slow: { condenser: { warmedK: 2.6 } } },
      ...idle,
      ...poorPipes,
    ],
    [t({ compressorOnS: 46 }), { slow: { condenser: { warmedK: 2.4 } } }],
  ],
  [
    'F11h',
    keeps,
    [
      on({ rejectOn: 0 }),
      t({ rejectS: 60 }),
      { values: { heatFlowLpm: 5, supplyC: 46 }, timers: { rejectS: 240 } },
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
    [
      on({ backupHeaterOn: 1 }),
      { house: { backupHeaterAt: 'supply' } },
      v({ supplyC: 39.9 }),
      { values: { heatFlowLpm: 5, supplyC: 46 }, timers: { rejectS: 241 } },
    ],
  ],
  [
    'F11o',
    away,
    [
      on({ rejectOn: 1 }),
      t({ rejectS: 60 }),
      t({ tankS: 60 }),
      t({ compressorOnS: 60 }),
      v({ supplyC: 38.6 }),
      v({ accelOutC: 43.9 }),
      v({ accelW: 1000 }),
      v({ heatFlowLpm: 60, supplyC: 38.05 }),
      ...poorPipes,
    ],
    [t({ rejectS: 61 }), t({ tankS: 61 }), v({ accelOutC: 46 })],
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
];
