import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { certifiedFigures, readUnits } from '../../../../src/app/bench/plant/certified.ts';
import { House } from '../../../../src/contract/house.ts';
import { type Outputs, SAFE_OUTPUTS } from '../../../../src/contract/points.ts';
import {
  createPlant,
  type PlantInput,
  type PlantState,
  plantParams,
  plantStep,
  truthOf,
} from '../../../../src/hal/sim/plant/plant.ts';
import { saturationBar } from '../../../../src/hal/sim/plant/refrigerant.ts';

const params = plantParams(House.parse({}), { pvKwp: 0, accelIdleW: 0 });
const heating: Outputs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 60, circulationPct: 80 };
const input = (outputs: Partial<Outputs> = {}, more: Partial<PlantInput> = {}): PlantInput => ({
  outputs: { ...heating, ...outputs },
  accelWorkW: 0,
  weather: { outdoorC: 2, solarWm2: 0, humidityPct: 84 },
  householdW: 300,
  hotWaterLpm: 0,
  ...more,
});
function run(state: PlantState, by: PlantInput, seconds: number, dtS = 5): PlantState {
  let s = state;
  for (let t = 0; t < seconds; t += dtS) s = plantStep(s, by, dtS);
  return s;
}
const start = () => createPlant(params, 1);

/** NIST chemistry webbook, propane: normal boiling point, and REFPROP's saturation table. */
test('propane boils where the tables say', () => {
  for (const [c, bar] of [
    [-42.11, 1.01325],
    [-20, 2.445],
    [0, 4.745],
    [25, 9.522],
    [60, 21.17],
    [80, 31.32],
  ] as const) {
    assert.ok(Math.abs(saturationBar(c) / bar - 1) < 0.002, `${c} °C: ${saturationBar(c)} bar`);
  }
  assert.ok(Number.isFinite(saturationBar(-300)) && Number.isFinite(saturationBar(300)));
});

test('the first minutes give less heat than the same machine warmed up', () => {
  const young = run(start(), input(), 45);
  const old = run(start(), input(), 1200);
  assert.ok(young.condenserW < 0.6 * old.condenserW, `${young.condenserW} and ${old.condenserW} W`);
});

test('it does not modulate below its least speed', () => {
  const least = run(start(), input({ compressorPct: 5 }), 600);
  assert.is(least.compressorShare, params.compressorMinShare);
});

test('slow is more efficient than fast', () => {
  const cop = (compressorPct: number) => truthOf(run(start(), input({ compressorPct }), 1200)).cop!;
  assert.ok(cop(30) > cop(100) * 1.2, `${cop(30)} and ${cop(100)}`);
});

test('a defrost takes its heat out of the water, is visible, and gives clean coils', () => {
  let s = start();
  let longestS = 0;
  while (!truthOf(s).defrosting) s = plantStep(s, input(), 1);
  const frosted = s.evaporatingC;
  const before = s.ledger.outdoorJ;
  for (; truthOf(s).defrosting; longestS++) {
    s = plantStep(s, input(), 1);
    assert.ok(s.condenserW <= 0 && longestS < 900);
  }
  assert.ok(longestS > 60, `${longestS} s`);
  assert.ok(s.ledger.outdoorJ - before > 0.9e6, 'the heat of melting three kilograms');
  assert.ok(run(s, input(), 600, 1).evaporatingC > frosted + 1, 'clean fins let the refrigerant boil warmer');
});

test('frost needs humid air and cold fins: none when dry, none when mild', () => {
  const frostOf = (outdoorC: number, humidityPct: number) => {
    const s = run(start(), input({}, { weather: { outdoorC, humidityPct, solarWm2: 0 } }), 3600);
    return s.frostKg + 10 * s.defrosts;
  };
  assert.is(frostOf(2, 20), 0);
  assert.is(frostOf(15, 90), 0);
  assert.ok(frostOf(1, 95) > frostOf(1, 75));
});

test('pressures follow the exchangers and are even a minute after the stop', () => {
  const running = truthOf(run(start(), input(), 1200));
  assert.ok(running.condensingBar > 10 && running.evaporatingBar < 4.5, JSON.stringify(running));
  const rested = truthOf(run(run(start(), input(), 1200), input({ compressorOn: 0 }), 90));
  assert.ok(Math.abs(rested.condensingBar - rested.evaporatingBar) < 0.5);
});

const file = fileURLToPath(new URL('../../../../../shared/data/heatpumps/hplib_database_reduced.csv', import.meta.url));
if (!existsSync(file)) console.log('SKIP certified heat pumps: needs ../shared');
else {
  test('all eight certified points lie between p10 and p90 of the certified R290 units', () => {
    for (const f of certifiedFigures(readUnits(file))) assert.ok(f.met, `${f.figure}: ${f.value}, ${f.goal}`);
  });
}

test.run();
