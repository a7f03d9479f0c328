import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { House } from '../../../../src/contract/house.ts';
import { SAFE_OUTPUTS } from '../../../../src/contract/points.ts';
import { copOf as copFit } from '../../../../src/control/physics.ts';
import { createPlant, plantParams, plantStep, truthOf } from '../../../../src/hal/sim/plant/plant.ts';

/** The honest physics that README and docs state, recomputed. Medians of certified R290 units: Keymark data by way of hplib. */
const certified = [
  { outdoorC: -7, waterC: 34, cop: 3.0 },
  { outdoorC: 2, waterC: 30, cop: 4.69 },
  { outdoorC: 7, waterC: 27, cop: 6.38 },
  { outdoorC: -7, waterC: 52, cop: 2.3 },
  { outdoorC: 2, waterC: 42, cop: 3.6 },
  { outdoorC: 7, waterC: 36, cop: 4.92 },
];
const near = (value: number, wanted: number, within: number, what: string) =>
  assert.ok(Math.abs(value - wanted) <= within, `${what}: ${value}, wanted ${wanted} ± ${within}`);

test('the fit meets the certified medians: at most 16 % high below 0 °C, within 8 % above', () => {
  for (const { outdoorC, waterC, cop } of certified) {
    const share = copFit(waterC, outdoorC) / cop - 1;
    assert.ok(share <= (outdoorC < 0 ? 0.16 : 0.08) && share >= -0.08, `A${outdoorC}/W${waterC}: ${share}`);
  }
});

test('the fit is bounded: COP <= 9, lift >= 6 K', () => {
  assert.is(copFit(30, 30), 9);
  assert.is(copFit(20, 60), 9);
});

test('15 and 20 kW from the pump take 3.6 and 4.8 kW at A2/W35, 6.5 and 8.7 kW at A-7/W55', () => {
  near(15 / copFit(35, 2), 3.6, 0.05, '15 kW at A2/W35');
  near(20 / copFit(35, 2), 4.8, 0.05, '20 kW at A2/W35');
  // The more pessimistic of fit and certificate (2.30).
  const cold = Math.min(copFit(55, -7), 2.3);
  near(15 / cold, 6.5, 0.05, '15 kW at A-7/W55');
  near(20 / cold, 8.7, 0.05, '20 kW at A-7/W55');
});

test('20 kW at A2/W35: 8.6 kW with 5 kW of compute, 4.8 kW with a plain pump', () => {
  near(5 + 15 / copFit(35, 2), 8.6, 0.05, 'with compute');
  near(20 / copFit(35, 2), 4.8, 0.05, 'plain');
});

test('5 kW as the only source of a heat pump gives 5.6 to 6.3 kW', () => {
  const alone = (sinkC: number, sourceC: number) => 5 / (1 - 1 / copFit(sinkC, sourceC));
  near(alone(35, 40), 5.6, 0.05, 'source 40, sink 35');
  near(alone(55, 25), 6.3, 0.05, 'source 25, sink 55');
});

test('a kWh of compute heat costs price * (1 - 1/COP) more than the pump would have', () => {
  const price = 0.3;
  const cop = copFit(35, 2);
  const heatKwh = 20;
  const plainEur = (heatKwh / cop) * price;
  const withComputeEur = (5 + (heatKwh - 5) / cop) * price;
  near(withComputeEur - plainEur, 5 * price * (1 - 1 / cop), 1e-9, 'extra cost');
});

test('the first law holds in the plant: compute heat is COP 1, condenser heat is compressor plus air', () => {
  const params = plantParams(House.parse({}), { pvKwp: 0, accelIdleW: 280 });
  let s = createPlant(params, 3);
  const outputs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 70, accelSupplyOn: 1, accelCapW: 5000 };
  Object.assign(outputs, { rejectOn: 0, accelPumpPct: 60, circulationPct: 80, dryCoolerPct: 0 });
  const weather = { outdoorC: 2, solarWm2: 0, humidityPct: 30 };
  let before = s.ledger;
  for (let i = 0; i < 1200; i++) {
    before = s.ledger;
    s = plantStep(s, { outputs, accelWorkW: 5000, weather, householdW: 0, hotWaterLpm: 0 }, 3);
  }
  const truth = truthOf(s);
  assert.is(truth.accelW, 5000);
  assert.ok(truth.accelHeatW > 4800 && truth.accelHeatW < 5000, `all but the case loss: ${truth.accelHeatW}`);
  near(truth.condenserW, truth.compressorW + (s.ledger.ambientJ - before.ambientJ) / 3, 1, 'compressor plus air');
  const { ledger } = s;
  near(ledger.ambientJ + ledger.compressorJ + ledger.accelJ + ledger.internalJ, ledger.inJ, 1, 'sum of the sources');
});

test.run();
