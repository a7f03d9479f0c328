import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import type { OverrideCommand } from '../../src/contract/comfort.ts';
import type { Market } from '../../src/contract/messages.ts';
import { costOf } from '../../src/control/comfort/cost.ts';
import { PLAN_START, type Plan } from '../../src/control/decide/plan.ts';
import { ownPumpStart } from '../../src/control/learn/own-pump.ts';
import { heatAt, learnPump, powerAt } from '../../src/control/learn/pump-map.ts';
import { copOf } from '../../src/control/physics.ts';
import { Config } from '../../src/core/config.ts';
import { createHousehold } from '../../src/hal/sim/household.ts';
import { estOf, HOUSE, MARKET } from './rig.ts';

const PRICE_EUR = 0.3;

/** Four days in the same dull weather at one price: the plant's own bill, with the wish at this hour or without it. */
function bill(outdoorC: number, wish?: Omit<OverrideCommand, 'id' | 'by'>, hour = 36) {
  const config = Config.parse({ sim: { startsAt: '2025-01-15T06:00:00Z', pvKwp: 0 } });
  const weather = { source: 'dull', at: () => ({ outdoorC, solarWm2: 0, humidityPct: 80 }) };
  const household = createHousehold(7, 3500, 'M');
  const marketAt = (timeMs: number): Market => {
    return { timeMs, priceEurPerKwh: PRICE_EUR, exportEurPerKwh: 0.08, modelled: false };
  };
  let toldEur = Number.NaN;
  const result = cosimulate({
    config,
    days: 4,
    dtS: 30,
    world: { weather, household, marketAt },
    wishesAt: (s) => (wish && s === hour * 3600 ? { commands: [{ ...wish, id: '', by: 'test' }] } : {}),
    watch(_, __, { overrides: [told] }) {
      if (told) toldEur = told.costEur!;
    },
  });
  return { ...result, toldEur };
}

test('warmer for 3 h: bills show what was told, within a factor of two, and no heat of COP 1 is made for it', () => {
  let [trueEur, toldEur] = [0, 0];
  for (const outdoorC of [-3, 2, 8]) {
    const usual = bill(outdoorC);
    for (const hour of [36, 39.5, 43]) {
      const warmer = bill(outdoorC, { kind: 'warmer', forMin: 180, byK: 1.5 }, hour);
      trueEur += warmer.costEur - usual.costEur;
      toldEur += warmer.toldEur;
      const moreKwh = warmer.accelKwh - usual.accelKwh;
      assert.ok(moreKwh < 0.5, `${outdoorC} °C: ${moreKwh} kWh of accelerator`);
    }
  }
  assert.ok(toldEur > trueEur / 2 && toldEur < trueEur * 2, `${trueEur} EUR, told ${toldEur}`);
});

test('quiet for 8 h: free in mild weather; in frost heat of COP 1 takes the pump’s place, and that is told', () => {
  const wish = { kind: 'quiet', forMin: 480 } as const;
  assert.is(bill(5, wish).toldEur, 0);
  const trueEur = bill(-8, wish).costEur - bill(-8).costEur;
  const { toldEur } = bill(-8, wish);
  assert.ok(trueEur > 3 && toldEur > 0.5 * trueEur && toldEur < 2 * trueEur, `${trueEur} EUR, told ${toldEur}`);
});

/** A pump that was seen to need this many times the electricity of its papers. */
function seenToNeed(times: number) {
  let { map } = ownPumpStart(HOUSE);
  const papers = map;
  for (let n = 0; n < 200; n++) {
    const at = { level: n % 2 === 0 ? 1 : 0.5, outdoorC: estOf().outdoorC.value, supplyC: n % 3 === 0 ? 40 : 53 };
    const [heatW, powerW] = [heatAt(papers, at), times * powerAt(papers, at)];
    map = learnPump(map, { ...at, heatW, powerW, dtS: 900, runS: 3600 });
  }
  return map;
}

test('hot water once is told by what the pump was seen to need, not by its papers', () => {
  const told = (times: number) =>
    costOf('hot-water-once', 3600, 0, {
      ...{ est: estOf({ hotWaterC: 40 }), house: HOUSE, market: MARKET, pump: seenToNeed(times) },
      ...{ mode: 'heating', roomSetC: 21, hotWaterSetC: 50, want: undefined, plan: PLAN_START.plan },
    }).eur!;
  const heatKwh = (10 * HOUSE.hotWaterTankL * 4186) / 3.6e6;
  const papersEur = (PRICE_EUR * heatKwh) / copOf(53, estOf().outdoorC.value);
  assert.ok(told(1) > 0.8 * papersEur && told(1) < 1.3 * papersEur, `${told(1)} EUR, by the papers ${papersEur}`);
  const more = told(1.5) / told(1);
  assert.ok(more > 1.35 && more < 1.55, `${more} times as dear with 1.5 times the electricity`);
});

test('computing paused for 2 h: forgoes what sold answers earn, not only what unpaid work gains', () => {
  const why = { source: 'grid', priceEurPerKwh: PRICE_EUR, alternativeEurPerKwh: 0.1, marginEurPerKwh: -0.2 } as const;
  const forgone = (plan: Partial<Plan>, incomeEurPerKwh: number) =>
    costOf('pause-compute', 7200, 0, {
      ...{ est: estOf(), house: HOUSE, market: MARKET, pump: ownPumpStart(HOUSE).map, mode: 'heating' },
      ...{ roomSetC: 21, hotWaterSetC: 50, want: { wantW: 2500, incomeEurPerKwh, queued: 0 } },
      plan: { ...PLAN_START.plan, why, ...plan },
    }).eur!;
  const is = (eur: number, expected: number) =>
    assert.ok(Math.abs(eur - expected) < 1e-9, `${eur} EUR, not ${expected}`);
  is(forgone({ paidW: 2500 }, 0.35), 5 * 0.15);
  is(forgone({ paidW: 2500, fillerW: 4000, why: { ...why, marginEurPerKwh: 0.02 } }, 0.35), 5 * 0.37 + 3 * 0.02);
  is(forgone({ fillerW: 4000, why: { ...why, marginEurPerKwh: 0.02 } }, 0), 8 * 0.02);
  is(forgone({}, 0.35), 0);
});

test('hot water once on own sun is told at what feeding it in would earn', () => {
  const told = (sunny: boolean) =>
    costOf('hot-water-once', 3600, 0, {
      ...{ est: estOf({ hotWaterC: 40 }), house: HOUSE, market: MARKET, pump: ownPumpStart(HOUSE).map },
      ...{ mode: 'heating', roomSetC: 21, hotWaterSetC: 50, want: undefined },
      plan: { ...PLAN_START.plan, sunny },
    }).eur!;
  assert.ok(Math.abs(told(true) / told(false) - 0.08 / 0.3) < 1e-9);
});

test.run();
