import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Config } from '../../../src/core/config.ts';
import { createHousehold } from '../../../src/hal/sim/household.ts';
import { createMarket, spotEurPerKwh } from '../../../src/hal/sim/market.ts';

const START_MS = Date.UTC(2024, 0, 1);
const HOUR_MS = 3_600_000;
const hours = Array.from({ length: 8784 }, (_, i) => START_MS + i * HOUR_MS);
const between = (value: number, lo: number, hi: number, what: string) =>
  assert.ok(value >= lo && value <= hi, `${what}: ${value}, wanted ${lo}..${hi}`);

/** Germany 2024, SMARD: mean 7.95 ct, 457 negative hours, 5 % below 0, 5 % above 14.4 ct. */
test('the wholesale price has the shape of Germany 2024', () => {
  for (const seed of [1, 2, 3]) {
    const cents = hours.map((t) => 100 * spotEurPerKwh(seed, t)).sort((a, b) => a - b);
    between(cents.reduce((a, b) => a + b, 0) / cents.length, 7.2, 8.8, 'mean ct/kWh');
    between(cents.filter((c) => c < 0).length, 250, 600, 'negative hours');
    between(cents[Math.floor(cents.length * 0.95)]!, 12.5, 17, '95 %');
    between(cents.at(-1)!, 20, 95, 'dearest hour');
    between(cents[0]!, -20, -4, 'cheapest hour');
  }
});

test('fees and tax stay when wholesale is negative; exported sun then earns nothing', () => {
  const tariff = Config.parse({}).tariff;
  const market = createMarket(1, tariff);
  const negative = hours.filter((t) => spotEurPerKwh(1, t) < 0);
  assert.ok(negative.length > 0);
  for (const timeMs of negative) {
    const now = market.at(timeMs);
    assert.ok(now.priceEurPerKwh > 0, 'no negative retail hour');
    assert.is(now.exportEurPerKwh, 0);
  }
  const noon = market.at(START_MS + 8 * HOUR_MS);
  const net = noon.priceEurPerKwh / (1 + tariff.vatPct / 100) - tariff.feesEurPerKwh;
  assert.ok(Math.abs(net - spotEurPerKwh(1, START_MS + 8 * HOUR_MS)) < 1e-12);
  assert.is(noon.exportEurPerKwh, tariff.exportEurPerKwh);
});

test('a price holds for its hour', () => {
  const market = createMarket(3, Config.parse({}).tariff);
  assert.is(market.at(START_MS + 1).priceEurPerKwh, market.at(START_MS + HOUR_MS - 1).priceEurPerKwh);
});

test('a household uses its yearly energy, mostly in the evening, and some 158 L of mixed hot water a day', () => {
  const household = createHousehold(5, 4000, 'M');
  let kwh = 0;
  let litres = 0;
  const byHour = new Array<number>(24).fill(0);
  for (let t = START_MS; t < START_MS + 366 * 24 * HOUR_MS; t += HOUR_MS / 10) {
    const now = household.at(t);
    kwh += now.householdW / 10_000;
    litres += now.hotWaterLpm * 6;
    byHour[new Date(t + HOUR_MS).getUTCHours()]! += now.householdW;
  }
  between(kwh, 3850, 4200, 'kWh');
  between(litres / 366, 145, 171, 'litres a day');
  assert.ok(byHour[19]! > 2 * byHour[3]! && byHour[7]! > byHour[3]!, 'peaks');
});

test.run();
