import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import type { OverrideCommand } from '../../src/contract/comfort.ts';
import type { Market } from '../../src/contract/messages.ts';
import { Config } from '../../src/core/config.ts';
import { createHousehold } from '../../src/hal/sim/household.ts';

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

test.run();
