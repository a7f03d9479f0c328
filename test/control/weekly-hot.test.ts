import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openCosim } from '../../src/app/cosim.ts';
import { fullPowerCoolantC } from '../../src/control/decide/grant.ts';
import { coolantNearC } from '../../src/control/interlock/interlock.ts';
import { seededRandom } from '../../src/core/random.ts';
import { randomHouse } from './random-houses.ts';

/** The weekly 60 °C in a cold spell, when the heat pump alone does not get there. */
const DAY_S = 86_400;
const HOLD_S = 1800;
const DT_S = 15;
const KILL_C = 60;

/** Hours until all of the tank has been at 60 °C for half an hour, and seconds in which the interlock sent heat outdoors; Infinity when never. */
function reached(seed: number, accelMaxW: number) {
  const config = randomHouse(seededRandom(seed), '2025-01-15T00:00:00Z', {
    house: { accelMaxW, designOutdoorC: -16, supplyDesignC: 55, backupHeaterAt: 'buffer' },
  });
  const world = {
    weather: { source: 'steady', at: () => ({ outdoorC: -14, solarWm2: 0, humidityPct: 80 }) },
    marketAt: (timeMs: number) => ({ timeMs, priceEurPerKwh: 0.3, exportEurPerKwh: 0.08, modelled: true }),
    household: { at: () => ({ householdW: 300, hotWaterLpm: 0, hotWaterUseC: 40 }) },
  };
  const house = openCosim({ config, dtS: DT_S, world, setPoints: { mode: 'heating' } });
  let [holdS, nearS] = [0, 0];
  for (let s = 0; s < 1.5 * DAY_S; s += DT_S) {
    const { plant, verdict } = house.next();
    if (verdict!.reasons.some((r) => r.code === 'coolant-near-limit')) nearS += DT_S;
    holdS = plant.tankC >= KILL_C ? holdS + DT_S : 0;
    if (holdS >= HOLD_S) return { atH: s / 3600, nearS };
  }
  return { atH: Number.POSITIVE_INFINITY, nearS };
}

test('the coolant for the weekly 60 °C is held below the line at which the interlock sends it outdoors', () => {
  for (let coolantMaxC = 40; coolantMaxC <= 80; coolantMaxC += 5) {
    const { house } = randomHouse(seededRandom(1), '2025-01-15T00:00:00Z', { house: { coolantMaxC } });
    assert.ok(fullPowerCoolantC(house) <= coolantNearC(house) - 2, `${coolantMaxC} °C`);
  }
});

test('a cold spell: the tank has its half hour at 60 °C, with next to nothing sent outdoors by the interlock', () => {
  const runs = [1, 2, 3, 5].map((i) => reached(51_000 + i, 1000 + 900 * (i % 6)));
  for (const { atH, nearS } of runs) assert.ok(atH < 24 && nearS < 300, `${atH.toFixed(1)} h, ${nearS} s`);
});

test.run();
