import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { House } from '../../../src/contract/house.ts';
import { SAFE_OUTPUTS } from '../../../src/contract/points.ts';
import { createPlant, plantParams, plantStep } from '../../../src/hal/sim/plant/plant.ts';
import { createTapping } from '../../../src/hal/sim/tapping.ts';

const DAY_MS = 86_400_000;

/** kWh above 10 °C, largest flow and number of draws of one day, second by second. */
function dayOf(profile: 'M' | 'L', seed: number, day: number) {
  const tapped = createTapping(seed, profile);
  let kwh = 0;
  let seconds = 0;
  let mostLpm = 0;
  for (let s = 0; s < 86_400; s++) {
    const { hotWaterLpm, hotWaterUseC } = tapped(day * DAY_MS + s * 1000);
    if (hotWaterLpm > 0) kwh += ((hotWaterLpm / 60) * 4180 * (hotWaterUseC - 10)) / 3.6e6;
    seconds += hotWaterLpm > 0 ? 1 : 0;
    mostLpm = Math.max(mostLpm, hotWaterLpm);
  }
  return { kwh, seconds, mostLpm };
}

test('a day of EN 16147: profile M 5.845 kWh, L 11.655 kWh, whatever seed and day', () => {
  for (const [profile, kwh, lpm] of [
    ['M', 5.845, 6],
    ['L', 11.655, 10],
  ] as const) {
    for (const seed of [1, 2]) {
      const day = dayOf(profile, seed, 20_100 + seed);
      assert.ok(Math.abs(day.kwh - kwh) < 0.1, `${profile}: ${day.kwh} kWh`);
      assert.ok(day.mostLpm >= lpm);
    }
  }
});

test('no two days are alike, the same seed and day are', () => {
  assert.is.not(JSON.stringify(flows(1, 20_101)), JSON.stringify(flows(1, 20_102)));
  assert.equal(flows(1, 20_101), flows(1, 20_101));
});
function flows(seed: number, day: number): number[] {
  const tapped = createTapping(seed, 'M');
  return Array.from({ length: 1440 }, (_, min) => tapped(day * DAY_MS + min * 60_000).hotWaterLpm);
}

test('a tap mixes: a hot tank gives only what is wanted, a cold one is told as missing heat', () => {
  const params = plantParams(House.parse({}), { pvKwp: 0, accelIdleW: 0 });
  const weather = { outdoorC: 5, solarWm2: 0, humidityPct: 80 };
  const draw = (tankC: number) => {
    const s = { ...createPlant(params, 1), tankC };
    const by = { outputs: SAFE_OUTPUTS, accelWorkW: 0, weather, householdW: 0, hotWaterLpm: 6, hotWaterUseC: 40 };
    return plantStep(s, by, 1);
  };
  const perK = 0.1 * 4180;
  assert.ok(Math.abs(draw(60).ledger.hotWaterJ - 30 * perK) < 1);
  assert.is(draw(60).hotWaterShortJ, 0);
  assert.ok(Math.abs(draw(30).ledger.hotWaterJ - 20 * perK) < 1);
  assert.ok(Math.abs(draw(30).hotWaterShortJ - 10 * perK) < 1);
});

test.run();
