import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openCosim } from '../../src/app/cosim.ts';
import { localDate } from '../../src/control/comfort/time.ts';
import { Config } from '../../src/core/config.ts';
import { seededRandom } from '../../src/core/random.ts';
import { createHousehold } from '../../src/hal/sim/household.ts';
import { openWeather } from '../../src/hal/sim/weather/weather.ts';

const HOUR_MS = 3_600_000;
const STEP_S = 60;
const DAYS = 4;

/** Days with prices of chance, some below zero, some sun unpaid; what the bill is with the unit and without it, by the plant's own truth. */
function live(seed: number, startsAt: string) {
  const random = seededRandom(seed);
  const startMs = Date.parse(startsAt);
  const prices = Array.from({ length: 24 * DAYS + 1 }, () => ({
    priceEurPerKwh: -0.1 + 0.7 * random(),
    exportEurPerKwh: random() < 0.2 ? 0 : 0.12 * random(),
  }));
  const config = Config.parse({ sim: { seed, startsAt } });
  const cosim = openCosim({
    config,
    dtS: STEP_S,
    setPoints: { computeOn: true, computeValueEurPerKwh: 0.15 },
    world: {
      weather: openWeather({ seed, file: undefined }),
      household: createHousehold(seed, config.sim.householdKwhPerYear, config.sim.tapping),
      marketAt: (t) => ({ timeMs: t, modelled: true, ...prices[Math.floor((t - startMs) / HOUR_MS)]! }),
    },
  });
  const byDay = new Map<number, { trueEur: number; toldEur: number }>();
  let trueEur = 0;
  let toldEur = 0;
  let last = cosim.next();
  for (let s = 0; s < DAYS * 86_400; s += STEP_S) {
    const { plant, market, timeMs, verdict } = last;
    const { householdW, pvW, gridW } = plant;
    const bill = (w: number) => (w > 0 ? market.priceEurPerKwh : market.exportEurPerKwh) * w;
    const stepEur = ((bill(gridW) - bill(householdW - pvW)) * STEP_S) / 3.6e6;
    trueEur += stepEur;
    toldEur = verdict!.meters.costEur;
    const key = localDate(timeMs, config.house.comfort.timeZone);
    const day = byDay.get(key) ?? { trueEur: 0, toldEur: 0 };
    // What stands there before midnight is the day's.
    if (verdict!.meters.date === key) day.toldEur = verdict!.meters.costTodayEur ?? 0;
    byDay.set(key, { ...day, trueEur: day.trueEur + stepEur });
    last = cosim.next();
  }
  return { trueEur, toldEur, days: [...byDay.values()] };
}

for (const [seed, startsAt] of [
  [1, '2025-04-05T22:00:00Z'],
  [2, '2025-01-12T23:00:00Z'],
  [3, '2025-07-01T22:00:00Z'],
] as const)
  test(`what the unit is told to cost is within 1 % of the bill with it less the bill without it, from ${startsAt}`, () => {
    const { trueEur, toldEur, days } = live(seed, startsAt);
    const off = Math.abs(toldEur / trueEur - 1);
    assert.ok(off < 0.01, `${toldEur} told, ${trueEur} by the meter: ${(100 * off).toFixed(2)} %`);
    assert.is(days.length, DAYS);
    for (const day of days)
      assert.ok(Math.abs(day.toldEur - day.trueEur) < 0.05 + 0.02 * Math.abs(day.trueEur), JSON.stringify(days));
    const sumEur = days.reduce((sum, day) => sum + day.toldEur, 0);
    assert.ok(Math.abs(sumEur - toldEur) < 0.05, `days add up to ${sumEur}, told ${toldEur}`);
  });

test.run();
