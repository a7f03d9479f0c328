import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type DispatchInput, dispatch, leading, marginOf } from '../../src/control/decide/dispatch.ts';

const BASE: DispatchInput = {
  maxW: 5000,
  surplusW: 0,
  curtailedW: 0,
  heatW: 10_000,
  retailEurPerKwh: 0.25,
  exportEurPerKwh: 0.08,
  incomeEurPerKwh: 0,
  wearEurPerKwh: 0,
  alternative: 'gas',
  alternativeEurPerKwh: 0.125,
  cop: 4,
  resistiveW: 0,
};

const BOILER: Partial<DispatchInput> = { alternative: 'heatpump', resistiveW: 3000, heatW: 6000 };
const rows: [why: string, input: Partial<DispatchInput>, watts: number][] = [
  ['break-even exactly does not pay', { incomeEurPerKwh: 0.125 }, 0],
  ['a hair above break-even pays', { incomeEurPerKwh: 0.125 + 2 ** -20 }, 5000],
  ['a hair below does not', { incomeEurPerKwh: 0.125 - 2 ** -20 }, 0],
  ['wear moves the break-even', { incomeEurPerKwh: 0.2, wearEurPerKwh: 0.075 }, 0],
  ['wear, a hair above', { incomeEurPerKwh: 0.2 + 2 ** -20, wearEurPerKwh: 0.075 }, 5000],
  ['unwanted heat is worth nothing and costs its fan', { incomeEurPerKwh: 0.25, heatW: 0 }, 0],
  ['unwanted heat pays when the answers alone do', { incomeEurPerKwh: 0.27, heatW: 0 }, 5000],
  ['only as much as the house can use', { incomeEurPerKwh: 0.2, heatW: 1800 }, 1800],
  ['only as much as the sun gives', { incomeEurPerKwh: 0, surplusW: 2500 }, 2500],
  ['sun and heat: the narrower one bounds', { incomeEurPerKwh: 0, surplusW: 2500, heatW: 900 }, 900],
  ['curtailed sun is free, but nothing gained is nothing run', { exportEurPerKwh: 0, surplusW: 5000, heatW: 0 }, 0],
  ['curtailed sun with a gift of 1 ct', { exportEurPerKwh: 0, surplusW: 5000, heatW: 0, incomeEurPerKwh: 0.01 }, 5000],
  [
    'nor is it paid for, where feeding in costs',
    { exportEurPerKwh: -0.05, curtailedW: 5000, surplusW: 5000, heatW: 0 },
    0,
  ],
  ['unpaid filler loses against an own heat pump', { alternative: 'heatpump' }, 0],
  ['even on own sun', { alternative: 'heatpump', surplusW: 5000 }, 0],
  ['resistive heat that would run anyway: a draw is a gain', { alternative: 'resistive' }, 5000],
  ['the backup heater would run', { alternative: 'heatpump', resistiveW: 3000, heatW: 6000 }, 3000],
  ['a boiler would run: its fuel is cheaper than this electricity', { ...BOILER, boilerEurPerKwh: 0.12 }, 0],
  ['a boiler would run, and its fuel is dearer', { ...BOILER, boilerEurPerKwh: 0.26 }, 3000],
  ['but wear decides even then', { alternative: 'resistive', wearEurPerKwh: 0.001 }, 0],
  ['resistive house without need of heat', { alternative: 'resistive', heatW: 0 }, 0],
  ['negative retail price pays without heat', { retailEurPerKwh: -0.01, heatW: 0 }, 5000],
  ['no accelerator', { maxW: 0, incomeEurPerKwh: 1 }, 0],
];

test('table: input -> watts that pay', () => {
  for (const [why, input, watts] of rows) assert.is(dispatch({ ...BASE, ...input }).watts, watts, why);
});

test('own heat pump: break-even income is price * (1 - 1/COP)', () => {
  const input = { ...BASE, alternative: 'heatpump' as const };
  const breakEven = 0.25 * (1 - 1 / 4);
  assert.ok(Math.abs(marginOf({ ...input, incomeEurPerKwh: breakEven }, 0.25, 'warm')) < 1e-12);
  assert.is(dispatch({ ...input, incomeEurPerKwh: breakEven + 1e-6 }).watts, 5000);
  assert.is(dispatch({ ...input, incomeEurPerKwh: breakEven - 1e-6 }).watts, 0);
});

test('break-even of each alternative on each source: a hair above pays, exactly does not', () => {
  const prices = { grid: 0.25, sun: 0.08, curtailed: 0 } as const;
  const heat = {
    gas: () => 0.125,
    oil: () => 0.125,
    district: () => 0.125,
    heatpump: (price: number) => price / 4,
    resistive: (price: number) => price,
  } as const;
  for (const [alternative, worth] of Object.entries(heat) as [keyof typeof heat, (p: number) => number][]) {
    for (const [source, price] of Object.entries(prices)) {
      for (const heatW of [0, 5000]) {
        const input = {
          ...BASE,
          alternative,
          heatW,
          surplusW: source === 'grid' ? 0 : 5000,
          curtailedW: source === 'curtailed' ? 5000 : 0,
        };
        const fanEur = heatW === 0 ? 0.04 * price : 0;
        const breakEven = price + fanEur - (heatW === 0 ? 0 : worth(price));
        const watts = (incomeEurPerKwh: number) => dispatch({ ...input, incomeEurPerKwh }).watts;
        const at = `${alternative} ${source} ${heatW} W`;
        assert.is(watts(breakEven + 1e-9), 5000, at);
        assert.is(watts(breakEven - 1e-9), 0, at);
        const first = dispatch({ ...input, incomeEurPerKwh: breakEven }).tiers[0]!;
        assert.is(first.source, source);
        assert.ok(Math.abs(first.marginEurPerKwh) < 1e-12, at);
      }
    }
  }
});

test('free sun goes first, then sun that could be fed in, then the grid; free heat that is wanted is a draw that runs', () => {
  const input = { ...BASE, alternative: 'heatpump' as const, surplusW: 3000, curtailedW: 1000 };
  const d = dispatch(input);
  assert.equal(
    d.tiers.map((t) => [t.source, t.fromW, t.toW, t.priceEurPerKwh]),
    [
      ['curtailed', 0, 1000, 0],
      ['sun', 1000, 3000, 0.08],
      ['grid', 3000, 5000, 0.25],
    ],
  );
  assert.is(d.watts, 1000);
  assert.is(dispatch({ ...input, wearEurPerKwh: 0.001 }).watts, 0);
  assert.is(dispatch({ ...input, curtailedW: 0, exportEurPerKwh: 0 }).watts, 3000, 'unpaid feed-in is free sun too');
});

test('below zero it is the sum that decides: paid for burning bought power, less what the fed-in sun would have earned', () => {
  const input = { ...BASE, retailEurPerKwh: -0.05, heatW: 0, surplusW: 2500 };
  const watts = (more: Partial<DispatchInput>) => dispatch({ ...input, ...more }).watts;
  assert.is(watts({ exportEurPerKwh: 0.04 }), 5000, '2.5 kW at 4 ct lost, 2.5 kW at 5 ct gained');
  assert.is(watts({ exportEurPerKwh: 0.06 }), 0);
  assert.is(watts({ exportEurPerKwh: 0.05 }), 0, 'even is no gain');
  assert.is(watts({ exportEurPerKwh: 0 }), 5000, 'unpaid sun is no gain, and keeps nobody from one');
  assert.is(watts({ exportEurPerKwh: 0.2, curtailedW: 1000, incomeEurPerKwh: 0.01 }), 1000, 'only the free sun');
  assert.is(watts({ exportEurPerKwh: 0.08, surplusW: 5000 }), 0, 'there is nothing left to buy');
  const lead = (exportEurPerKwh: number) => leading(dispatch({ ...input, exportEurPerKwh }))!.source;
  assert.equal([lead(0.04), lead(0.06)], ['grid', 'sun'], 'what is told');
  const pump = { alternative: 'heatpump' as const, heatW: 5000, surplusW: 0, cop: 4 };
  assert.is(watts(pump), 5000, 'a kWh burnt by the pump would be paid for a quarter of the heat only');
});

const seed = 20261124;
test('each tier says whether its heat is used', () => {
  const { tiers } = dispatch({ ...BASE, heatW: 2000, incomeEurPerKwh: 1 });
  assert.equal(
    tiers.map((t) => [t.toW, t.heatUsed]),
    [
      [2000, true],
      [5000, false],
    ],
  );
});

test('property: never more than what is safe; more income never means fewer watts; tiers lose worth', () => {
  const money = fc.double({ min: -0.2, max: 1, noNaN: true });
  const watts = fc.double({ min: 0, max: 8000, noNaN: true });
  const arbitrary = fc.record({
    maxW: watts,
    surplusW: watts,
    heatW: watts,
    retail: money,
    income: money,
    more: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(arbitrary, (r) => {
      const exportEurPerKwh = Math.min(r.retail, 0.08);
      const input = {
        ...BASE,
        maxW: r.maxW,
        surplusW: r.surplusW,
        heatW: r.heatW,
        retailEurPerKwh: r.retail,
        exportEurPerKwh,
      };
      const low = dispatch({ ...input, incomeEurPerKwh: r.income });
      const high = dispatch({ ...input, incomeEurPerKwh: r.income + r.more });
      const falls = low.tiers.every(
        (t, i) => i === 0 || t.marginEurPerKwh <= low.tiers[i - 1]!.marginEurPerKwh + 1e-12,
      );
      return low.watts >= 0 && low.watts <= r.maxW && high.watts >= low.watts && falls;
    }),
    { seed, numRuns: 500 },
  );
});

test('property: no other watts gain more, whatever prices are like', () => {
  const eur = fc.integer({ min: -30, max: 60 }).map((ct) => ct / 100);
  const watts = fc.integer({ min: 0, max: 80 }).map((w) => 100 * w);
  const arbitrary = fc.record({
    ...{ maxW: watts, surplusW: watts, curtailedW: watts, heatW: watts, resistiveW: watts },
    ...{ retailEurPerKwh: eur, exportEurPerKwh: eur, incomeEurPerKwh: eur, alternativeEurPerKwh: eur },
    wearEurPerKwh: fc.constantFrom(0, 0.01),
    alternative: fc.constantFrom('gas', 'heatpump', 'resistive'),
    cop: fc.constantFrom(2, 4),
  });
  fc.assert(
    fc.property(arbitrary, (r) => {
      const { watts: found, tiers } = dispatch(r);
      const gainEur = (w: number) =>
        tiers.reduce((eur, t) => eur + t.marginEurPerKwh * Math.max(0, Math.min(w, t.toW) - t.fromW), 0);
      return [0, ...tiers.map((t) => t.toW)].every((w) => gainEur(w) <= gainEur(found) + 1e-9);
    }),
    { seed, numRuns: 2000 },
  );
});

test.run();
