import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { spfAtSameHeat } from '../../src/app/bench/house/figures.ts';
import { beside, type Case, houseConfig, ours, plain } from '../../src/app/bench/house/run.ts';
import { House } from '../../src/contract/house.ts';
import { SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { createHousehold } from '../../src/hal/sim/household.ts';
import { createMarket } from '../../src/hal/sim/market.ts';
import { createPlant, plantParams, plantStep } from '../../src/hal/sim/plant/plant.ts';
import { openWeather } from '../../src/hal/sim/weather/weather.ts';

const config = houseConfig(1, true);
const HALF_YEAR_MS = 182 * 86_400_000;

/** Generated weather and prices, so that the suite is the same without the third-party files; `laterMs` into the year. */
function at(days: number, laterMs = 0): Case {
  const weather = openWeather({ seed: 1 });
  const household = createHousehold(1, 4000, 'L');
  const market = createMarket(1, config.tariff);
  return {
    seed: 1,
    days,
    world: {
      weather: { source: weather.source, at: (t) => weather.at(t + laterMs) },
      household: { at: (t) => household.at(t + laterMs) },
      marketAt: (t) => market.at(t + laterMs),
      sources: [],
    },
  };
}

test('a feed-in limit cuts off what house and limit do not take, and the meter shows the rest', () => {
  const cold = { outdoorC: 20, humidityPct: 60, solarWm2: 900 };
  const of = (exportLimitW?: number) => {
    const s = createPlant(plantParams(House.parse({}), { pvKwp: 10, accelIdleW: 0, exportLimitW }), 1);
    const input = { outputs: SAFE_OUTPUTS, accelWorkW: 0, weather: cold, householdW: 400, hotWaterLpm: 0 };
    return plantStep(s, input, 5);
  };
  const [free, limited] = [of(), of(6000)];
  assert.is(free.curtailedW, 0);
  assert.ok(Math.abs(limited.gridW + 6000) < 1e-6, `${limited.gridW}`);
  assert.ok(Math.abs(limited.pvW + limited.curtailedW - free.pvW) < 1e-6);
  assert.is(of(20_000).curtailedW, 0);
});

test('the plain pump of the bench heats its house and breaks no limit; a raised curve is warmer and costs more', () => {
  const winter = at(6);
  const [low, high] = [plain(winter, 0), plain(winter, 6)];
  for (const r of [low, high]) assert.equal(r.violations, {});
  assert.ok(high.coldKh < low.coldKh && high.costEur > low.costEur);
  assert.is(low.accelKwh, 0);
});

test('summer at 10 ct: ours and the vented miner earn from sun, the fixed rules also buy; income is what was burnt', () => {
  const summer = at(4, HALF_YEAR_MS);
  const own = ours(summer, 0.1);
  const vented = beside(summer, 0, 0.1, 'vented');
  const fixed = beside(summer, 0, 0.1, 'fixed');
  for (const r of [own, vented, fixed]) {
    assert.ok(r.incomeEur > 0.5 && r.incomeEur <= 0.1 * r.accelKwh, `${r.incomeEur} EUR of ${r.accelKwh} kWh`);
    assert.equal(r.violations, {});
  }
  assert.ok(vented.accelHeatKwh < 1, 'all of it outdoors');
  assert.ok(own.curtailedKwh <= vented.curtailedKwh + 0.5);
});

test('winter at 0 ct: ours neither buys power for computing nor leaves the house colder than the plain pump', () => {
  const winter = at(6);
  const own = ours(winter, 0);
  assert.is(own.incomeEur, 0);
  assert.ok(own.coldKh <= plain(winter, 4).coldKh + 1, `${own.coldKh}`);
});

test('SPF at the same heat: a pump better in each class of air is better, whatever its mix of hours', () => {
  const share = (heatKwh: number, cop: number) => ({ heatKwh, drawnKwh: heatKwh / cop });
  const own = { pumpByAir: { cold: share(900, 3.1), warm: share(100, 6.1), never: share(1, 9) } };
  const other = { pumpByAir: { cold: share(500, 3), warm: share(500, 6) } };
  const same = spfAtSameHeat(own, other);
  assert.ok(Math.abs(same.own - 1000 / (900 / 3.1 + 100 / 6.1)) < 1e-9, `${same.own}`);
  assert.ok(Math.abs(same.other - 1000 / (900 / 3 + 100 / 6)) < 1e-9, `${same.other}`);
});

test.run();
