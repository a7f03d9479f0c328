import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { House } from '../../../../src/contract/house.ts';
import { type Outputs, SAFE_OUTPUTS, SENSOR_NAMES } from '../../../../src/contract/points.ts';
import {
  createPlant,
  PLANT_FAULTS,
  type PlantFaults,
  type PlantInput,
  type PlantState,
  plantParams,
  plantStep,
  sensorsOf,
  truthOf,
} from '../../../../src/hal/sim/plant/plant.ts';

const params = plantParams(House.parse({}), { pvKwp: 10, accelIdleW: 280 });
const winter = { outdoorC: 2, solarWm2: 0, humidityPct: 85 };
const heating: Outputs = {
  ...SAFE_OUTPUTS,
  compressorOn: 1,
  compressorPct: 60,
  accelSupplyOn: 1,
  accelCapW: 5000,
  rejectOn: 0,
  accelPumpPct: 40,
  circulationPct: 80,
  dryCoolerPct: 0,
};
const input = (outputs: Partial<Outputs> = {}, more: Partial<PlantInput> = {}): PlantInput => ({
  outputs: { ...heating, ...outputs },
  accelWorkW: 5000,
  weather: winter,
  householdW: 400,
  hotWaterLpm: 0,
  ...more,
});
function run(state: PlantState, by: PlantInput, seconds: number, dtS = 5): PlantState {
  let s = state;
  for (let t = 0; t < seconds; t += dtS) s = plantStep(s, by, dtS);
  return s;
}

const bit = fc.constantFrom(0, 1);
const pct = fc.double({ min: 0, max: 100, noNaN: true });
const anyOutputs = fc.record({
  compressorOn: bit,
  compressorPct: pct,
  coolingOn: bit,
  accelSupplyOn: bit,
  accelCapW: fc.double({ min: 0, max: 6000, noNaN: true }),
  accelPumpPct: pct,
  circulationPct: pct,
  dryCoolerPct: pct,
  rejectOn: bit,
  hotWaterOn: bit,
  backupHeaterOn: bit,
});
const faultValue = {
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  travelS: fc.double({ min: 0.1, max: 300, noNaN: true }),
  switch: fc.boolean(),
};
const anyFaults: fc.Arbitrary<PlantFaults> = fc.record(
  Object.fromEntries(Object.entries(PLANT_FAULTS).map(([name, doc]) => [name, faultValue[doc.kind]])),
  { requiredKeys: [] },
);
const anyStep = fc.record({
  outputs: anyOutputs,
  accelWorkW: fc.double({ min: 0, max: 8000, noNaN: true }),
  weather: fc.record({
    outdoorC: fc.double({ min: -25, max: 40, noNaN: true }),
    solarWm2: fc.double({ min: 0, max: 1000, noNaN: true }),
    humidityPct: fc.double({ min: 10, max: 100, noNaN: true }),
  }),
  householdW: fc.double({ min: 0, max: 6000, noNaN: true }),
  hotWaterLpm: fc.double({ min: 0, max: 12, noNaN: true }),
  faults: anyFaults,
  dtS: fc.double({ min: 0.1, max: 60, noNaN: true }),
  repeat: fc.integer({ min: 1, max: 80 }),
});

test('energy closes to 0.1 % and every value stays finite, whatever is done to the plant', () => {
  let worst = 0;
  fc.assert(
    fc.property(fc.integer(), fc.array(anyStep, { minLength: 1, maxLength: 25 }), (seed, steps) => {
      let s = createPlant(params, seed);
      for (const { dtS, repeat, ...by } of steps) {
        for (let i = 0; i < repeat; i++) s = plantStep(s, by, dtS);
        worst = Math.max(worst, truthOf(s).ledgerErrorPct);
        assert.ok(truthOf(s).ledgerErrorPct < 0.1, `ledger off by ${truthOf(s).ledgerErrorPct} %`);
        for (const [name, value] of Object.entries(sensorsOf(s)))
          assert.ok(Number.isFinite(value), `${name}: ${value}`);
        assert.ok(s.chipC < 130 && s.chipC > -30, `chip ${s.chipC}`);
        assert.ok(Math.max(...s.bufferC) < 120 && Math.min(...s.bufferC) > -30, `buffer ${s.bufferC}`);
      }
    }),
    { seed: 20261124, numRuns: 150 },
  );
  console.log(`worst ledger error ${worst.toExponential(1)} %`);
});

test('the ledger notices a joule that was made up', () => {
  const s = run(createPlant(params, 1), input(), 600);
  s.bufferC[0]! += 1;
  assert.ok(truthOf(s).ledgerErrorPct > 0.1);
});

test('stepping leaves the state passed in as it was, and gives the same twice', () => {
  const s = run(createPlant(params, 1), input(), 300);
  const before = JSON.stringify(s);
  const once = plantStep(s, input(), 30);
  assert.is(JSON.stringify(s), before);
  assert.equal(plantStep(s, input(), 30), once);
  assert.equal(JSON.parse(JSON.stringify(once)), once, 'plain JSON');
});

test('a seed makes another house', () => {
  const a = run(createPlant(params, 1), input(), 3600);
  const b = run(createPlant(params, 2), input(), 3600);
  assert.is.not(a.supplyC, b.supplyC);
});

test('the length of the step hardly matters: 0.5 s against 60 s over six hours', () => {
  const fine = sensorsOf(run(createPlant(params, 1), input(), 6 * 3600, 0.5));
  const coarse = sensorsOf(run(createPlant(params, 1), input(), 6 * 3600, 60));
  for (const name of ['supplyC', 'accelOutC', 'bufferTopC', 'roomC', 'accelChipC'] as const) {
    assert.ok(Math.abs(fine[name] - coarse[name]) < 0.5, `${name}: ${fine[name]} and ${coarse[name]}`);
  }
});

test('the accelerator warms the water behind the condenser, not in front of it', () => {
  const s = run(createPlant(params, 1), input(), 3600);
  const sensors = sensorsOf(s);
  assert.ok(sensors.condenserOutC > sensors.returnC + 2);
  assert.ok(sensors.supplyC > sensors.condenserOutC + 1);
  assert.is.not(truthOf(s).houseHeatW, 0);
  assert.equal(Object.keys(sensors).sort(), [...SENSOR_NAMES].sort());
});

test('coolant takes about 4 s from plate to exchanger at 20 L/min', () => {
  let s = createPlant(params, 1);
  const pumpPct = (100 * 20) / s.params.accelPumpMaxLpm;
  const still = input(
    { accelCapW: 0, accelPumpPct: pumpPct, compressorOn: 0, rejectOn: 1, dryCoolerPct: 0 },
    { accelWorkW: 0 },
  );
  s = run(s, still, 3600, 1);
  const base = s.coolantOutC.at(-1)!;
  s.plateC += 20;
  let bestS = 0;
  let best = base;
  for (let t = 0.1; t < 9; t += 0.1) {
    s = plantStep(s, still, 0.1);
    if (s.coolantOutC.at(-1)! > best) {
      best = s.coolantOutC.at(-1)!;
      bestS = t;
    }
  }
  assert.ok(bestS > 3 && bestS < 6, `peak after ${bestS} s`);
});

test('flow loss at full power overheats the chips within seconds, and the card saves itself', () => {
  const warm = run(createPlant(params, 1), input(), 1800);
  const later = run(warm, input({}, { faults: { coolantFlowShare: 0 } }), 20, 0.5);
  assert.ok(later.chipC > warm.chipC + 8, `${warm.chipC} to ${later.chipC}`);
  const late = run(later, input({}, { faults: { coolantFlowShare: 0, accelHang: true } }), 1200);
  assert.ok(late.chipC < 112 && late.accelW < 1000, `${late.chipC} °C at ${late.accelW} W`);
});

test('no watt without the contactor, none above cap or work', () => {
  const s = createPlant(params, 1);
  assert.is(plantStep(s, input({ accelSupplyOn: 0 }), 1).accelW, 0);
  assert.is(plantStep(s, input({ accelCapW: 0 }), 1).accelW, 280);
  assert.is(plantStep(s, input({ accelCapW: 2000 }), 1).accelW, 2000);
  assert.is(plantStep(s, input({}, { accelWorkW: 700 }), 1).accelW, 980);
});

test('frost grows near 0 °C and is taken off with heat from the water; dry cold makes little', () => {
  const damp = run(createPlant(params, 1), input(), 6 * 3600);
  assert.ok(damp.defrosts >= 2 && damp.defrosts <= 12, `${damp.defrosts} defrosts in 6 h`);
  const cold = run(createPlant(params, 1), input({}, { weather: { ...winter, outdoorC: -15 } }), 6 * 3600);
  assert.is(cold.defrosts, 0);
  let s = createPlant(params, 1);
  while (!s.defrosting) s = plantStep(s, input(), 5);
  s = plantStep(s, input(), 5);
  assert.ok(s.condenserW < 0, 'the defrost takes heat');
});

test('the high-pressure switch stops the compressor by itself when the water stands', () => {
  const s = run(createPlant(params, 1), input({ circulationPct: 0 }), 900);
  assert.is(s.pressureHighOk, false);
  assert.is(s.compressorW, 0);
  const injected = plantStep(createPlant(params, 1), input({}, { faults: { pressureLowOpen: true } }), 1);
  assert.is(sensorsOf(injected).pressureLowOk, 0);
  assert.is(injected.compressorShare, 0);
});

test('reversing under pressure is counted, reversing at rest is not', () => {
  const running = run(createPlant(params, 1), input(), 300);
  assert.is(plantStep(running, input({ coolingOn: 1 }), 1).reversalViolations, 1);
  const rested = run(running, input({ compressorOn: 0 }), 120);
  assert.is(plantStep(rested, input({ coolingOn: 1 }), 1).reversalViolations, 0);
});

test('cooling takes heat out of a hot house, the accelerator rejects outdoors', () => {
  const summer = { outdoorC: 32, solarWm2: 600, humidityPct: 40 };
  const hot = { ...createPlant(params, 1), airC: 27, extC: 26, intC: 26, emitterC: 26, bufferC: [24, 24, 24, 24] };
  hot.ledger = { ...hot.ledger };
  const s = run(hot, input({ coolingOn: 1, rejectOn: 1, dryCoolerPct: 100 }, { weather: summer }), 4 * 3600);
  const idle = run(hot, input({ compressorOn: 0, rejectOn: 1, dryCoolerPct: 100 }, { weather: summer }), 4 * 3600);
  assert.ok(truthOf(s).houseHeatW < -500, `${truthOf(s).houseHeatW} W`);
  assert.ok(s.airC < idle.airC - 0.3);
  assert.ok(truthOf(s).rejectedW > 4500 && Math.abs(truthOf(s).accelHeatW) < 1);
});

test('hot water: the supply warms the tank, drawing cools it', () => {
  const warm = run(createPlant(params, 1), input({ hotWaterOn: 1 }), 2 * 3600);
  assert.ok(warm.tankC > 50, `${warm.tankC}`);
  const drawn = run(warm, input({}, { hotWaterLpm: 10 }), 600);
  assert.ok(drawn.tankC < warm.tankC - 8);
});

test('a backup heater in the supply warms the tank, one in the buffer does not', () => {
  const by = input({ compressorOn: 0, hotWaterOn: 1, backupHeaterOn: 1 });
  const [supply, buffer] = [true, false].map((is) => run(createPlant({ ...params, backupInSupply: is }, 1), by, 3600));
  assert.ok(supply!.tankC > buffer!.tankC + 10, `${supply!.tankC} and ${buffer!.tankC}`);
  assert.ok(truthOf(supply!).ledgerErrorPct < 0.1);
});

test('the grid meter is the sum of all that draws, less the sun', () => {
  const t = truthOf(
    run(createPlant(params, 1), input({ backupHeaterOn: 1 }, { weather: { ...winter, solarWm2: 300 } }), 600),
  );
  assert.ok(t.pvW > 2000);
  const rest = t.gridW - (t.householdW + t.compressorW + t.accelW + 6000 - t.pvW);
  assert.ok(rest > 90 && rest < 300, `pumps, fan and controller: ${rest} W`);
});

test('a month of 30 s steps takes at most a second of processor time', () => {
  const before = process.cpuUsage();
  run(createPlant(params, 1), input(), 30 * 86_400, 30);
  const { user, system } = process.cpuUsage(before);
  const tookS = (user + system) / 1e6;
  console.log(`a month at 30 s in ${tookS.toFixed(2)} s`);
  assert.ok(tookS <= 1, `${tookS} s`);
});

test.run();
