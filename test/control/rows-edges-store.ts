import { lost, on, t, v, worse } from './rows-context.ts';
import type { EDGES } from './rows-edges.ts';
import { poorPipes } from './rows-situations.ts';

const flowPoor = [v({ heatFlowLpm: 2.9 }), worse('heatFlowLpm'), t({ waterPumpS: 60 })];
const upsideDown = v({ bufferTopC: 30, bufferBottomC: 32.6, supplyC: 35 });
/** 20 L/min that come back from the coil cooled by 1.5 K, 25 K over what the tank reads. */
const hardlyCooled = { on: { hotWaterOn: 1 }, values: { hotWaterC: 35, supplyC: 61.5, returnC: 60 } };
const uphill = { on: { hotWaterOn: 1 }, values: { hotWaterC: 48.1, supplyC: 45, returnC: 42 } };
/** 2.8 kW into 20 L/min: 2 K. */
const unsteady = { timers: { accelIdleS: 0 }, balance: { laggedW: 2800, feltInC: [44] } };
const tooHot = { ...unsteady, values: { condenserOutC: 38, supplyC: 46.1 } };
const tooCold = { ...unsteady, values: { condenserOutC: 38, supplyC: 33.9 } };
const tankPoor = [
  on({ hotWaterOn: 0 }),
  ...flowPoor,
  worse('supplyC'),
  worse('returnC'),
  worse('hotWaterC'),
  lost('hotWaterC'),
];

/** Edges of the rows of buffer, tank and chip sensors, and of what no water does. */
export const STORE_EDGES: typeof EDGES = [
  [
    'F4b',
    upsideDown,
    [
      v({ bufferBottomC: 32.5 }),
      v({ supplyC: 29 }),
      on({ coolingOn: 1 }),
      worse('bufferTopC'),
      worse('bufferBottomC'),
      worse('supplyC'),
    ],
    [on({ compressorOn: 0 })],
  ],
  [
    'F4t',
    hardlyCooled,
    [...tankPoor, t({ tankS: 600 }), v({ hotWaterC: 40 }), v({ returnC: 57 })],
    [
      uphill,
      { ...uphill, values: { ...uphill.values, returnC: 43.9 } },
      { ...uphill, values: { ...uphill.values, hotWaterC: 70 } },
    ],
  ],
  [
    'F4h',
    { slow: { coil: { odd: 2, oddK: -4.5 } } },
    [{ slow: { coil: { odd: 1 } } }],
    [{ slow: { coil: { oddK: 4.5 } } }],
  ],
  [
    'F4p',
    { slow: { chip: { steadyS: 181, step: 1, watts: 5000, overK: 10.9, leastKPerW: [0, 0.003] } } },
    [{ slow: { chip: { overK: 11.1 } } }, { slow: { chip: { steadyS: 180 } } }, { slow: { chip: { step: 0 } } }],
  ],
  [
    'F4x',
    tooHot,
    [
      v({ supplyC: 45.9 }),
      v({ supplyC: 34.1 }),
      ...poorPipes,
      on({ coolingOn: 1 }),
      on({ compressorOn: 0 }),
      t({ accelIdleS: 0, compressorOnS: 600 }),
      t({ accelIdleS: 0, waterPumpS: 600 }),
      { on: { backupHeaterOn: 1 }, house: { backupHeaterAt: 'supply' } },
    ],
    [tooCold, { ...tooCold, on: { compressorOn: 0 } }],
  ],
  [
    'F4c',
    v({ accelW: 1001, accelOutC: 50, accelChipC: 48.4 }),
    [v({ accelChipC: 48.5 }), v({ accelW: 1000 }), worse('accelChipC'), worse('accelOutC'), lost('accelChipC')],
  ],
];
