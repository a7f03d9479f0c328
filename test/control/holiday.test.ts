import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { OverrideCommand } from '../../src/contract/comfort.ts';
import { holidayStep, readyS } from '../../src/control/comfort/holiday.ts';
import { seededRandom } from '../../src/core/random.ts';
import { live, randomHouse } from './random-houses.ts';

/** Holidays and a new floor, by the plant's own truth: houses, weather and length drawn anew. */
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const DT_S = 30;
const STARTS = '2025-01-15T00:00:00Z';

const asks = (kind: OverrideCommand['kind'], forMin: number, byK?: number): OverrideCommand => ({
  kind,
  forMin,
  id: '',
  by: 'owner',
  ...(byK !== undefined && { byK }),
});

const steady = (outdoorC: number) => ({
  weather: { source: 'steady', at: () => ({ outdoorC, solarWm2: 0, humidityPct: 80 }) },
  marketAt: (timeMs: number) => ({ timeMs, priceEurPerKwh: 0.3, exportEurPerKwh: 0.08, modelled: true }),
  household: { at: () => ({ householdW: 300, hotWaterLpm: 0, hotWaterUseC: 40 }) },
});

/** A house with and without its holiday: what the room was like, and electricity of the heat pump in kWh. */
function away(seed: number, days: number, outdoorC: number, restartS?: number) {
  const config = randomHouse(seededRandom(seed), STARTS, { house: { accelMaxW: 0 } });
  const beginsS = 2 * DAY_S;
  const endsS = beginsS + days * DAY_S;
  const run = (holiday: boolean) => {
    const seen = {
      kwh: 0,
      coldestC: 99,
      backRoomC: 0,
      backTankC: 0,
      hottestReturnTankC: 0,
      tankC: 0,
      reasons: new Set<string>(),
    };
    live(
      {
        config,
        dtS: DT_S,
        world: steady(outdoorC),
        setPoints: { mode: 'heating', roomSetC: 21 },
        wishesAt: (s) => (holiday && s === beginsS ? { commands: [asks('holiday', days * 1440)] } : {}),
      },
      endsS + HOUR_S,
      ({ s, plant, verdict }) => {
        if (s < beginsS) return;
        for (const { code } of verdict.reasons) seen.reasons.add(code);
        seen.kwh += ((plant.compressorW + plant.backupW) * DT_S) / 3.6e6;
        seen.coldestC = Math.min(seen.coldestC, plant.airC);
        if (s === endsS - 13 * HOUR_S) seen.tankC = plant.tankC;
        if (s >= endsS - 12 * HOUR_S) seen.hottestReturnTankC = Math.max(seen.hottestReturnTankC, plant.tankC);
        if (s === endsS) Object.assign(seen, { backRoomC: plant.airC, backTankC: plant.tankC });
      },
      (s) => s === restartS,
    );
    return seen;
  };
  return { gone: run(true), home: run(false) };
}

test('a holiday: colder and cheaper while nobody is there; warm, with a hot and clean tank, when they come back', () => {
  for (const [seed, days, outdoorC] of [
    [71_001, 6, 2],
    [71_002, 9, -4],
    [71_003, 5, 6],
  ] as const) {
    const { gone, home } = away(seed, days, outdoorC, 3.5 * DAY_S);
    const told = `house ${seed}, ${days} days at ${outdoorC} °C: ${JSON.stringify(gone, (_, v) => (v instanceof Set ? [...v] : v))}`;
    assert.ok(gone.coldestC > 15.5 && gone.coldestC < home.coldestC - 1, told);
    assert.ok(gone.backRoomC > 20.3, told);
    assert.ok(gone.backTankC > 42, told);
    assert.ok(gone.hottestReturnTankC > 59.9, told);
    assert.ok(gone.kwh < home.kwh, `${told}, at home ${home.kwh} kWh`);
    assert.ok(gone.reasons.has('holiday') && gone.reasons.has('holiday-returns'), told);
  }
});

test('wished warmer in the midst of a holiday the room is not let cool, and the reason says so', () => {
  const wish = (kind: 'holiday' | 'warmer', byK: number) => ({
    kind,
    byK,
    id: '',
    by: 'owner',
    leftS: 9 * DAY_S,
    costEur: null,
    text: '',
  });
  const alone = holidayStep([wish('holiday', 3)], 0.3);
  assert.is(alone.setBackK, 3);
  assert.match(alone.reasons[0]!.text, 'for 9 d: 3 K of set-back and no hot water');
  const both = holidayStep([wish('holiday', 3), wish('warmer', 1)], 0.3);
  assert.is(both.setBackK, 0);
  assert.match(both.reasons[0]!.text, 'no set-back while it is to be warmer');
});

test('a house gets the longer to warm up the deeper it was set back and the slower it is, half a day at least', () => {
  assert.is(readyS(1, 3), 12 * HOUR_S);
  assert.is(readyS(4, 0.3), (2 * 4 * HOUR_S) / 0.3);
  assert.is(readyS(5, 0.1), 72 * HOUR_S);
});

test('a new floor: three days at 25 °C, four at the design temperature, whatever the weather; then the curve again', () => {
  const config = randomHouse(seededRandom(71_004), STARTS, {
    house: { designLoadW: 9000, compressorMaxW: 3500, supplyDesignC: 38, accelMaxW: 3500 },
  });
  const seen: { s: number; bufferC: number; accelW: number }[] = [];
  live(
    {
      config,
      dtS: DT_S,
      world: steady(4),
      demandW: 3000,
      setPoints: { mode: 'heating', roomSetC: 21 },
      wishesAt: (s) => (s === 0 ? { commands: [asks('screed', 7 * 1440)] } : {}),
    },
    8 * DAY_S,
    ({ s, plant }) => seen.push({ s, bufferC: plant.bufferC[0]!, accelW: plant.accelW }),
  );
  const between = (fromD: number, toD: number) => seen.filter(({ s }) => s >= fromD * DAY_S && s < toD * DAY_S);
  const mean = (list: typeof seen) => list.reduce((sum, { bufferC }) => sum + bufferC, 0) / list.length;
  const hottest = (list: typeof seen) => Math.max(...list.map(({ bufferC }) => bufferC));
  const [gentle, full] = [between(0.5, 3), between(4, 7)];
  assert.ok(Math.abs(mean(gentle) - 25) < 2.5 && hottest(gentle) < 30, `gentle ${mean(gentle)}, ${hottest(gentle)} °C`);
  assert.ok(Math.abs(mean(full) - 38) < 2.5 && hottest(full) < 43, `full ${mean(full)}, ${hottest(full)} °C`);
  assert.ok(Math.max(...between(0.1, 7).map(({ accelW }) => accelW)) < 400, 'computing pauses');
  assert.ok(mean(between(7.5, 8)) < 36, 'the curve again');
});

test.run();
