import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dewPointC } from '../../src/control/comfort/rooms.ts';
import { seededRandom } from '../../src/core/random.ts';
import { live, randomHouse, type Seen } from './random-houses.ts';

/** What must hold in any house, judged by the plant's own truth. Each seed is another house. */
const HOUR_S = 3600;
const DAY_S = 86_400;

test('starts in any house, over restarts: at least 3 min of rest, 4 in an hour, the day’s budget; the valve never turns under pressure', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = seededRandom(18_000 + seed);
    const summer = seed % 3 === 0;
    const config = randomHouse(random, summer ? '2025-07-10T06:00:00Z' : '2025-11-05T06:00:00Z');
    const { startsPerDay } = config.house;
    const starts: number[] = [];
    let wasOn = true;
    let offAtS = 0;
    const modes = ['heating', 'heating', summer ? 'cooling' : 'heating', 'auto'] as const;
    const wishesAt = (s: number) => ({ setPoints: { mode: modes[Math.floor(s / (5 * HOUR_S)) % modes.length]! } });
    const restarts = (s: number) => s > 600 && random() < 10 / 7200;
    const seen = ({ s, plant, verdict }: Seen) => {
      const on = verdict.outputs.compressorOn > 0;
      if (on && !wasOn) {
        assert.ok(s - offAtS > 170, `seed ${seed}: ${s - offAtS} s of rest`);
        // Frost may exceed the budget of the day.
        if (plant.supplyC > 6 && plant.returnC > 6) starts.push(s);
      }
      if (!on && wasOn) offAtS = s;
      wasOn = on;
      assert.is(plant.reversalViolations, 0, `seed ${seed} at ${s} s`);
    };
    live({ config, dtS: 10, wishesAt }, 2 * DAY_S, seen, restarts);
    for (const [i, at] of starts.entries()) {
      const within = (windowS: number) => starts.slice(0, i + 1).filter((s) => s > at - windowS).length;
      assert.ok(within(HOUR_S) <= 4, `seed ${seed}: ${within(HOUR_S)} starts in an hour`);
      assert.ok(within(DAY_S) <= startsPerDay, `seed ${seed}: ${within(DAY_S)} starts of ${startsPerDay} in a day`);
    }
    assert.ok(starts.length > 0, `seed ${seed} never started`);
  }
});

test('legionella in any house, over restarts: no eight days without half an hour at 60 °C in all of the tank', () => {
  for (let seed = 1; seed <= 3; seed++) {
    const random = seededRandom(20_000 + seed);
    const config = randomHouse(random, '2025-02-03T00:00:00Z');
    let [heldS, sinceS, worstS] = [0, 0, 0];
    live(
      { config, dtS: 60 },
      16 * DAY_S,
      ({ plant }) => {
        heldS = plant.tankC >= 59.4 ? heldS + 60 : 0;
        sinceS = heldS >= 1740 ? 0 : sinceS + 60;
        worstS = Math.max(worstS, sinceS);
      },
      () => random() < 60 / (2 * DAY_S),
    );
    assert.ok(worstS < 8 * DAY_S, `seed ${seed}: ${(worstS / DAY_S).toFixed(1)} days`);
  }
});

test('dew point in any house: cooling water stays above that of the most humid room, and the compressor off where it cannot', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = seededRandom(22_000 + seed);
    const config = randomHouse(random, '2025-07-15T10:00:00Z');
    const humidityPct = 35 + 55 * random();
    const temperatureC = 24 + 4 * random();
    const dewC = dewPointC(temperatureC, humidityPct);
    const zones = [
      { zone: 'living', temperatureC, humidityPct, ageMs: 0 },
      { zone: 'dry', temperatureC, humidityPct: 30, ageMs: 0 },
    ];
    let cooled = false;
    live(
      { config, dtS: 5, wishesAt: () => ({ zones, setPoints: { mode: 'cooling', roomSetC: 22 } }) },
      6 * HOUR_S,
      ({ s, plant, verdict }) => {
        const runs = plant.compressorShare > 0 && plant.cooling;
        cooled ||= runs;
        if (s > 60 && runs)
          assert.ok(
            plant.supplyC > dewC,
            `seed ${seed}: ${plant.supplyC.toFixed(2)} °C at a dew point of ${dewC.toFixed(2)} °C`,
          );
        assert.ok(Number.isFinite(verdict.grantW));
      },
    );
    if (dewC < 15) assert.ok(cooled, `seed ${seed} never cooled at a dew point of ${dewC.toFixed(1)} °C`);
  }
});

test('a dead compressor in any house: accelerator and heater keep the rooms, and the cost is told all the while', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = seededRandom(24_000 + seed);
    const config = randomHouse(random, '2025-01-15T06:00:00Z');
    const { designLoadW, backupHeaterW, accelMaxW } = config.house;
    const enough = backupHeaterW + 0.9 * accelMaxW > designLoadW;
    const deadS = 2 * HOUR_S;
    let coldestC = 99;
    let [silentS, longestS] = [0, 0];
    live(
      { config, dtS: 10, faultsAt: (s) => (s > deadS ? { plant: { compressorBlocked: true } } : {}) },
      1.5 * DAY_S,
      ({ s, plant, verdict }) => {
        if (s < deadS + 1800) return;
        // A house that began cold has its time to warm up.
        if (s > 12 * HOUR_S) coldestC = Math.min(coldestC, plant.airC);
        const told = verdict.reasons.find((r) => r.code === 'emergency-heat');
        const heats = plant.backupW + plant.accelW > 500 && verdict.outputs.hotWaterOn === 0;
        silentS = heats && !told ? silentS + 10 : 0;
        longestS = Math.max(longestS, silentS);
        if (told) assert.match(told.text, /EUR an hour instead of/);
      },
    );
    if (enough) assert.ok(coldestC > 19, `seed ${seed}: ${coldestC.toFixed(1)} °C`);
    assert.ok(longestS < 900, `seed ${seed}: heated ${longestS} s without telling the cost`);
  }
});

test.run();
