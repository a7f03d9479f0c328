import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { House } from '../../../../src/contract/house.ts';
import { type Outputs, SAFE_OUTPUTS } from '../../../../src/contract/points.ts';
import {
  createPlant,
  PLANT_FAULTS,
  type PlantFaults,
  type PlantState,
  plantParams,
  plantStep,
} from '../../../../src/hal/sim/plant/plant.ts';

const params = plantParams(House.parse({}), { pvKwp: 0, accelIdleW: 280 });
const heating: Outputs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 60, accelSupplyOn: 1, accelCapW: 4000 };
Object.assign(heating, { rejectOn: 0, accelPumpPct: 60, circulationPct: 80, dryCoolerPct: 0 });

function run(
  from: PlantState,
  seconds: number,
  outputs: Partial<Outputs> = {},
  faults: PlantFaults = {},
  outdoorC = 2,
) {
  const weather = { outdoorC, solarWm2: 0, humidityPct: 80 };
  let s = from;
  for (let t = 0; t < seconds; t += 0.5) {
    s = plantStep(
      s,
      { outputs: { ...heating, ...outputs }, accelWorkW: 4000, weather, householdW: 300, hotWaterLpm: 0, faults },
      0.5,
    );
  }
  return s;
}
const warm = run(createPlant(params, 1), 1800);
const cooling: Partial<Outputs> = { coolingOn: 1, rejectOn: 1, dryCoolerPct: 100 };

/** What each fault must do within its seconds, and a sound plant must not. */
const effects: { [N in keyof PlantFaults]-?: [fault: PlantFaults[N], seconds: number, broken: Sign, more?: More] } = {
  coolantFlowShare: [0, 0.5, (s) => s.accelFlowLpm < 0.05 * warm.accelFlowLpm],
  heatFlowShare: [0.3, 0.5, (s) => s.heatFlowLpm < 0.35 * warm.heatFlowLpm],
  rejectValveStuck: [true, 10, (s) => s.rejectPosition === 0, { outputs: { rejectOn: 1 } }],
  rejectValveReversed: [true, 10, (s) => s.rejectPosition === 1],
  rejectValveTravelS: [60, 10, (s) => s.rejectPosition < 0.2, { outputs: { rejectOn: 1 } }],
  hotWaterValveStuck: [true, 30, (s) => s.hotWaterPosition === 0, { outputs: { hotWaterOn: 1 } }],
  hotWaterValveReversed: [true, 30, (s) => s.hotWaterPosition === 1],
  hotWaterValveTravelS: [300, 30, (s) => s.hotWaterPosition < 0.2, { outputs: { hotWaterOn: 1 } }],
  reversingValveStuck: [true, 60, (s) => !s.cooling, { outputs: cooling, restS: 120 }],
  compressorBlocked: [true, 60, (s) => s.compressorW === 0 && s.compressorShare === 0],
  compressorLocked: [true, 60, (s) => s.compressorW > 1000 && s.compressorShare === 0 && s.condenserW === 0],
  outdoorUnitDead: [true, 300, (s) => s.pressureTrips > 0],
  dryCoolerDead: [true, 300, (s) => s.rejectedW < 2000, { outputs: { rejectOn: 1, dryCoolerPct: 100 } }],
  emittersShut: [true, 1200, (s) => s.emitterC < warm.emitterC - 0.1],
  backupHeaterDead: [true, 5, (s) => s.backupW === 0, { outputs: { backupHeaterOn: 1 } }],
  pressureHighOpen: [true, 1, (s) => !s.pressureHighOk && s.compressorShare === 0],
  pressureLowOpen: [true, 1, (s) => !s.pressureLowOk && s.compressorShare === 0],
  gasAlarm: [true, 1, (s) => !s.gasOk && s.compressorShare === 0],
  accelHang: [true, 1, (s) => s.accelW > 4500],
};
type Sign = (s: PlantState) => boolean;
interface More {
  outputs?: Partial<Outputs>;
  /** Standing time before, so that the reversing valve may move. */
  restS?: number;
}

for (const name of Object.keys(PLANT_FAULTS) as (keyof PlantFaults)[]) {
  const [fault, seconds, broken, more] = effects[name];
  test(`${PLANT_FAULTS[name].rows}: ${name}: ${PLANT_FAULTS[name].about}`, () => {
    const from = more?.restS ? run(warm, more.restS, { compressorOn: 0 }) : warm;
    assert.is(broken(run(from, seconds, more?.outputs)), false, 'the sound plant looks broken');
    assert.ok(broken(run(from, seconds, more?.outputs, { [name]: fault })), 'the fault does nothing');
  });
}

test('F14: a dead outdoor unit trips the high-pressure switch while cooling', () => {
  const rested = run(warm, 120, { compressorOn: 0 }, {}, 30);
  assert.is(run(rested, 600, cooling, {}, 30).pressureTrips, 0);
  assert.ok(run(rested, 600, cooling, { outdoorUnitDead: true }, 30).pressureTrips > 0);
});

test('a fault that ends leaves a sound plant', () => {
  const mended = run(run(warm, 30, {}, { coolantFlowShare: 0, rejectValveReversed: true }), 30);
  assert.ok(Math.abs(mended.accelFlowLpm - warm.accelFlowLpm) < 0.01);
  assert.is(mended.rejectPosition, 0);
});

test.run();
