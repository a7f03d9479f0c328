import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { House } from '../../src/contract/house.ts';
import type { Market } from '../../src/contract/messages.ts';
import { PriceFeed, PriceNow, PricesAhead } from '../../src/contract/prices.ts';
import type { TopicName } from '../../src/contract/topics.ts';
import { type DispatchInput, dispatch, leading } from '../../src/control/decide/dispatch.ts';
import { paysFromMs } from '../../src/control/price/lean.ts';
import { listenForPrices } from '../../src/control/price/listen.ts';
import { aheadView, priceView } from '../../src/control/price/prices.ts';
import type { StepInput } from '../../src/control/types.ts';
import { Config } from '../../src/core/config.ts';
import { leaseStamp } from '../../src/core/lease.ts';

const MIN_MS = 60_000;
const HOUR_MS = 60 * MIN_MS;
const START = Date.parse('2026-01-15T00:00:00Z');
const { tariff } = Config.parse({});
const retail = (spot: number) => (spot + tariff.feesEurPerKwh) * (1 + tariff.vatPct / 100);
const near = (a: number | undefined, b: number) => assert.ok(Math.abs(a! - b) < 1e-12, `${a} is not ${b}`);

function heard(more: Partial<typeof tariff> = {}) {
  const listeners = new Map<TopicName, (message: never) => void>();
  const clock = { ms: 0 };
  const taken = new Map<TopicName, () => void>();
  const on = (name: TopicName, listener: (message: never) => void, cleared?: () => void) => {
    listeners.set(name, listener);
    if (cleared) taken.set(name, cleared);
  };
  const prices = listenForPrices({
    link: { on } as never,
    tariff: { ...tariff, ...more },
    speed: 1,
    monoMs: () => clock.ms,
  });
  const stamp = leaseStamp<Market>('boot', 10_000);
  return {
    clock,
    list: (list: unknown) => listeners.get('prices')!(PriceFeed.parse(list) as never),
    takeBack: () => taken.get('prices')!(),
    now: (told: object) => listeners.get('priceNow')!(PriceNow.parse(told) as never),
    simulated: (eur: number) =>
      listeners.get('market')!(
        stamp({ timeMs: START, priceEurPerKwh: eur, exportEurPerKwh: 0.08, modelled: true }) as never,
      ),
    at(min: number) {
      clock.ms = min * MIN_MS;
      const found = prices.at(clock.ms, START + clock.ms);
      return { ...found, price: priceView(found.market, undefined), codes: found.reasons.map((r) => r.code) };
    },
    prices,
  };
}

const hours = (spotEurPerKwh: number[], startMs = START) => ({ startMs, stepS: 3600, spotEurPerKwh });

test('a list that is taken back holds no longer, and nobody is told that it ran out', () => {
  const h = heard({ fixedEurPerKwh: 0.4 });
  h.list(hours([0.1, -0.3]));
  assert.is(h.at(1).price!.source, 'list');
  h.takeBack();
  const { price, codes } = h.at(2);
  assert.equal([price!.source, price!.priceEurPerKwh, codes], ['config', 0.4, []]);
});

test('what is told for now goes before the list, the list before the fixed price, that before the simulated market', () => {
  const h = heard({ fixedEurPerKwh: 0.4 });
  h.simulated(0.2);
  const plain = heard();
  plain.simulated(0.2);
  assert.equal([plain.at(0).price!.source, plain.at(0).price!.modelled], ['simulated', true]);
  assert.equal([h.at(0).price!.source, h.at(0).price!.priceEurPerKwh, h.at(0).price!.modelled], ['config', 0.4, false]);
  h.list(hours([0.1, -0.3]));
  assert.equal([h.at(1).price!.source, h.at(1).price!.knownUntilMs], ['list', START + 2 * HOUR_MS]);
  near(h.at(1).price!.priceEurPerKwh, retail(0.1));
  h.now({ value: 0.55, sold: 0.02 });
  const { price, ahead } = h.at(10);
  assert.equal([price!.source, price!.priceEurPerKwh, price!.exportEurPerKwh], ['now', 0.55, 0.02]);
  // It counts for the rest of its hour; what the list says of the next one is planned with.
  assert.equal(
    ahead.map((s) => (s.endMs - START) / HOUR_MS),
    [1, 2],
  );
  near(ahead[1]!.priceEurPerKwh, retail(-0.3));
});

test('what was told for now ends with its minutes, or where a newer step of the list begins', () => {
  const alone = heard();
  alone.now({ value: 0.5, forMin: 30 });
  assert.is(alone.at(29).price!.priceEurPerKwh, 0.5);
  assert.equal([alone.at(30).price, alone.at(30).codes], [null, ['price-now-out']]);
  assert.match(alone.at(30).reasons[0]!.text, /has run out: nothing is bought for unpaid computing/);
  const listed = heard();
  listed.list(hours([0.1, 0.2]));
  listed.at(50);
  listed.now({ value: 0.5 });
  assert.equal([listed.at(59).price!.source, listed.at(60).price!.source], ['now', 'list']);
});

test('fees and tax come on top of a wholesale price below zero too; sun is unpaid then, unless its price is told', () => {
  const h = heard();
  h.list(hours([-0.3]));
  near(h.at(0).price!.priceEurPerKwh, retail(-0.3));
  assert.is(h.at(0).price!.exportEurPerKwh, 0);
  const paid = heard({ exportPaidBelowZero: true });
  paid.list(hours([-0.3]));
  assert.is(paid.at(0).price!.exportEurPerKwh, 0.079);
  h.list({ prices: [{ time: new Date(START).toISOString(), value: -0.3, sold: 0.03 }] });
  assert.is(h.at(0).price!.exportEurPerKwh, 0.03);
  // Of a final price the wholesale price is reckoned back: 10 ct with 22 ct of fees and tax is far below zero.
  h.list({ final: true, prices: [{ time: new Date(START).toISOString(), value: 0.1 }] });
  assert.equal([h.at(0).price!.priceEurPerKwh, h.at(0).price!.exportEurPerKwh], [0.1, 0]);
});

test('a list that ends, has not begun or has a gap leaves the price to the next source, and says so for a day', () => {
  const h = heard();
  h.list(hours([0.1, 0.2], START + HOUR_MS));
  assert.equal([h.at(0).price, h.at(0).codes, h.at(0).ahead.length], [null, ['prices-out'], 2]);
  assert.equal([h.at(60).price!.source, h.at(60).codes], ['list', []]);
  assert.equal([h.at(180).price, h.at(180).codes], [null, ['prices-out']]);
  assert.equal(h.at(180 + 24 * 60).codes, []);
  const at = (hour: number) => new Date(START + hour * HOUR_MS).toISOString();
  h.list([0, 1, 3, 4].map((hour) => ({ time: at(hour), value: 0.1 })));
  assert.equal([h.at(60).price!.knownUntilMs, h.at(60).codes], [START + 2 * HOUR_MS, ['prices-gaps']]);
  assert.equal([h.at(150).price, h.at(150).codes], [null, ['prices-out', 'prices-gaps']]);
  assert.is(h.at(181).price!.source, 'list');
});

test('without a trusted clock no step of a list is taken for now', () => {
  const h = heard();
  h.list(hours([0.1]));
  const { market, ahead, reasons } = h.prices.at(0, undefined);
  assert.equal([market, ahead.length, reasons.map((r) => r.code)], [undefined, 0, ['prices-no-time']]);
});

test('what is known ahead is told in a form that others can read, and that can be sent again as a list', () => {
  const h = heard();
  h.list(hours([0.1, 0.2, -0.1]));
  const told = PricesAhead.parse(aheadView(h.at(70)));
  assert.equal([told.source, told.knownUntil], ['list', '2026-01-15T03:00:00.000Z']);
  assert.equal(
    told.prices.map((p) => p.time.slice(11, 16)),
    ['01:00', '02:00'],
  );
  const again = heard();
  again.list({ final: true, prices: told.prices });
  near(again.at(130).price!.priceEurPerKwh, retail(-0.1));
  assert.is(again.at(130).price!.exportEurPerKwh, 0);
  assert.equal(aheadView(heard().at(0)), { source: null, knownUntil: null, prices: [] });
});

test('when unpaid computing pays next is told by the rule, whatever the house burns and whether anybody takes the heat', () => {
  const base = { maxW: 5000, surplusW: 0, curtailedW: 0, exportEurPerKwh: 0.08, alternativeEurPerKwh: 0.11, cop: 3.2 };
  const money = { retailEurPerKwh: 0.4, incomeEurPerKwh: 0.1, wearEurPerKwh: 0.01 };
  const slots = [0.35, 0.3, 0.25, 0.19, 0.15, 0.12, 0.0885, 0.08, 0.05].map((priceEurPerKwh, i) => ({
    ...{ startMs: (i + 1) * 900_000, endMs: (i + 2) * 900_000, priceEurPerKwh, exportEurPerKwh: 0.08 },
  }));
  const cases: [why: string, given: Partial<DispatchInput> & Pick<DispatchInput, 'alternative'>][] = [
    ['own pump', { alternative: 'heatpump' }],
    ['gas', { alternative: 'gas' }],
    ['a resistive house that earns less than the wear', { alternative: 'resistive', incomeEurPerKwh: 0 }],
    ['a heater beside gas', { alternative: 'gas', resistiveW: 9000, incomeEurPerKwh: 0 }],
    ['a boiler beside the pump', { alternative: 'heatpump', resistiveW: 9000, boilerEurPerKwh: 0.11 }],
    ['nobody takes the heat', { alternative: 'heatpump', heatW: 0 }],
    ['nor that of a gas house', { alternative: 'gas', heatW: 0, incomeEurPerKwh: 0.0984 + 0.0025 }],
  ];
  for (const [name, given] of cases) {
    const input = { ...base, ...money, heatW: 9000, resistiveW: 0, ...given };
    const first = leading(dispatch(input))!;
    const house = House.parse({ alternativeHeat: given.alternative, alternativeEurPerKwh: 0.11 });
    const told = paysFromMs(first, { ahead: slots, timeMs: 0, house } as unknown as StepInput);
    const pays = slots.find((s) => dispatch({ ...input, retailEurPerKwh: s.priceEurPerKwh }).watts > 0);
    assert.is(told, pays?.startMs, name);
  }
});

test.run();
