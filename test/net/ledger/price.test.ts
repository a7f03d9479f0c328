import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PriceInput, priceNow } from '../../../src/net/ledger/price.ts';
import { quote } from '../../../src/net/ledger/quote.ts';

const night: PriceInput = {
  tier: 'standard',
  electricityEurPerKwh: 0.32,
  heatUsed: 0,
  heatValueEurPerKwh: 0.09,
  wearEurPerKwh: 0.02,
  joulesPerToken: 3.6,
  promptShare: 0.1,
  marginPct: 25,
  creditsPerEur: 1,
  floorUcPerMtok: 1000,
};
const priceOf = (change: Partial<PriceInput> = {}) => {
  const price = priceNow({ ...night, ...change });
  if ('wait' in price) throw new Error(price.reason.text);
  return price;
};

test('a kWh a million tokens: electricity and wear, less the heat that was wanted, and the margin', () => {
  assert.is(priceOf().answerUcPerMtok, 425_000);
  assert.is(priceOf().promptUcPerMtok, 42_500);
  assert.is(priceOf({ heatUsed: 1 }).answerUcPerMtok, 312_500);
  assert.match(priceOf({ heatUsed: 1 }).reason.text, /electricity 32.0 ct, heat worth 9.0 ct, wear 2.0 ct a kWh/);
});

test("nothing is asked below the owner's floor, and it says so", () => {
  const sun = priceOf({ electricityEurPerKwh: -0.1 });
  assert.is(sun.answerUcPerMtok, 1000);
  assert.is(sun.reason.code, 'PRICE_FLOOR');
});

test('economy waits for watts that are free anyway and then costs half; sunshine costs nothing', () => {
  for (const tier of ['economy', 'sunshine'] as const) {
    const at = priceNow({ ...night, tier });
    assert.ok('wait' in at);
    assert.match(at.reason.text, 'waits for sun or wanted heat');
  }
  const noon = { electricityEurPerKwh: 0, wearEurPerKwh: 0.02 };
  assert.is(priceOf({ ...noon, tier: 'economy' }).answerUcPerMtok, 12_500);
  assert.is(priceOf(noon).answerUcPerMtok, 25_000);
  assert.is(priceOf({ ...noon, tier: 'sunshine' }).answerUcPerMtok, 0);
});

test('the price never falls when electricity rises or heat is worth less', () => {
  const eur = fc.double({ min: -1, max: 2, noNaN: true });
  const property = fc.property(eur, eur, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, heatUsed) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    const at = (electricityEurPerKwh: number, used = heatUsed) =>
      priceOf({ electricityEurPerKwh, heatUsed: used }).answerUcPerMtok;
    assert.ok(at(low) <= at(high));
    assert.ok(at(high, 1) <= at(high));
    assert.ok(Number.isSafeInteger(at(low)) && at(low) >= night.floorUcPerMtok);
  });
  fc.assert(property, { seed: 3, numRuns: 300 });
});

test('figures that are none are refused by name', () => {
  for (const [name, value] of [
    ['electricityEurPerKwh', Number.NaN],
    ['heatUsed', 1.1],
    ['joulesPerToken', -1],
  ] as const) {
    assert.throws(() => priceNow({ ...night, [name]: value }), new RegExp(name));
  }
});

test('a quote says the least and the most, as they would be billed', () => {
  const q = quote(priceOf(), 100, 300);
  assert.is(q.promptTokens, 112);
  assert.is(q.mostAnswerTokens, 304);
  assert.is(q.leastUc, Math.ceil((112 * 42_500) / 1e6));
  assert.is(q.mostUc, Math.ceil((112 * 42_500 + 304 * 425_000) / 1e6));
});

test.run();
