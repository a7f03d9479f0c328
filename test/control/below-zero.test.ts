import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_SETPOINTS, type Market } from '../../src/contract/messages.ts';
import { SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { type MoneyFacts, money, paysNow, steadyPays } from '../../src/control/decide/money.ts';
import { createRig, HOUSE, imageOf, MARKET } from './rig.ts';

/** A summer noon with nobody to take the heat, and power that one is paid for to burn. */
interface Given extends Partial<Omit<MoneyFacts, 'input'>> {
  house?: typeof HOUSE;
  market?: Partial<Market>;
  sold?: { wantW: number; incomeEurPerKwh: number };
}
const SUN_W = 2500;

function found({ house = HOUSE, market, sold, ...facts }: Given) {
  const input = {
    ...{ image: imageOf(createRig(), SAFE_OUTPUTS), dtS: 60, house, setPoints: DEFAULT_SETPOINTS },
    market: { ...MARKET, priceEurPerKwh: -0.05, exportEurPerKwh: 0.04, ...market },
    want: sold && { ...sold, queued: 0 },
  };
  return money({ input, limitW: 5000, heatW: 0, surplusW: SUN_W, resistiveW: 0, cop: 4, ...facts })!;
}
const runsW = (given: Given, sunW = SUN_W) =>
  paysNow(steadyPays({ fillerW: 0, gridW: 0, fillerS: 3600 }, found(given)), sunW, Number.POSITIVE_INFINITY);
const soldW = (given: Given) => paysNow(found(given).paid, SUN_W, Number.POSITIVE_INFINITY);

test('bought power below zero is burnt although some sun is fed in, if that gains more than the sun would', () => {
  assert.is(runsW({}), 5000);
  assert.is(runsW({ market: { exportEurPerKwh: 0 } }), 5000);
  assert.is(runsW({ market: { exportEurPerKwh: 0.06 } }), 0);
  assert.is(runsW({ market: { exportEurPerKwh: 0.06 }, surplusW: 0 }, 0), 5000, 'at night nothing is lost');
  assert.is(runsW({ surplusW: 4500 }, 4500), 0, 'the sun leaves little to buy');
});

test('sun that pays runs alone where the rest of it is better sold', () => {
  const house = { ...HOUSE, alternativeHeat: 'gas' as const, alternativeEurPerKwh: 0.3 };
  assert.is(runsW({ house, market: { exportEurPerKwh: 0.2 }, heatW: 1000, surplusW: 4500 }, 4500), 1000);
});

test('sold answers count with the watts that are asked for: too few to get to the bought power do not run on sold sun', () => {
  const market = { exportEurPerKwh: 0.06 };
  assert.is(soldW({ market, sold: { wantW: 5000, incomeEurPerKwh: 0.02 } }), 5000);
  assert.is(soldW({ market, sold: { wantW: 2600, incomeEurPerKwh: 0.02 } }), 0);
  assert.is(soldW({ market, sold: { wantW: 2600, incomeEurPerKwh: 0.07 } }), 2600);
});

test.run();
