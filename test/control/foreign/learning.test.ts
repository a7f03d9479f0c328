import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { restingState } from '../../../src/control/learn/house/model.ts';
import { priorModel } from '../../../src/control/learn/house/prior.ts';
import { heatAt, learnPump, type PumpMap, powerAt, priorMap } from '../../../src/control/learn/pump-map.ts';
import { type PlanSlot, planAhead } from '../../../src/control/plan-ahead/plan.ts';
import { seededRandom } from '../../../src/core/random.ts';

/** A pump with a large standing draw and fan: nothing like the prior. */
const truth = {
  heatW: (u: number, o: number) => 800 + 9000 * u + 120 * u * o,
  powerW: (u: number, s: number) => 1500 + 1200 * u + 30 * u * (s - 35),
};

function taught(dtS: number, hours: number): PumpMap {
  const random = seededRandom(11);
  let map = priorMap(8000, 100);
  for (let k = 0; k < (hours * 3600) / dtS; k++) {
    const level = [1, 0.6, 0.4][Math.floor((k * dtS) / 7200) % 3]!;
    const outdoorC = 4 * Math.sin(k / 40) + 2;
    const supplyC = 30 + 6 * random();
    const noise = () => 1 + 0.03 * (random() - 0.5);
    map = learnPump(map, {
      level,
      outdoorC,
      supplyC,
      heatW: truth.heatW(level, outdoorC) * noise(),
      powerW: truth.powerW(level, supplyC) * noise(),
      dtS,
      runS: 3600,
    });
  }
  return map;
}

test('the map learns heat and power with the fan within 3 % in two days, at steps of 1 min and 15 min', () => {
  for (const dtS of [60, 900]) {
    const map = taught(dtS, 48);
    for (const level of [1, 0.5]) {
      const point = { level, outdoorC: 3, supplyC: 33 };
      const heat = heatAt(map, point) / truth.heatW(level, 3);
      const power = powerAt(map, point) / truth.powerW(level, 33);
      assert.ok(Math.abs(heat - 1) < 0.03 && Math.abs(power - 1) < 0.03, `${dtS} s, ${level}: ${heat} ${power}`);
    }
  }
});

test('a dead pump and a broken meter teach nothing', () => {
  const map = taught(900, 24);
  const at = { level: 1, outdoorC: 0, supplyC: 35, dtS: 900, runS: 7200 };
  assert.is(learnPump(map, { ...at, heatW: 0, powerW: 0 }), map);
  assert.is(learnPump(map, { ...at, heatW: 1e6, powerW: 3000 }), map);
});

const model = priorModel({ floorAreaM2: 150, designLoadW: 8000, designOutdoorC: -10, emitter: 'radiator' });
const HOURS = 24;

function planned(change: (slot: PlanSlot, hour: number) => Partial<PlanSlot>, roomC = 21.2) {
  const slots = Array.from({ length: 2 * HOURS }, (_, k): PlanSlot => {
    const slot = { dtS: 1800, atS: 1800 * k + 900, outdoorC: 0, solarWm2: 0, priceEurPerKwh: 0.3, lowC: 20, highC: 24 };
    return { ...slot, ...change(slot, k / 2) };
  });
  return planAhead({
    model,
    state: restingState(model, roomC, 0),
    map: priorMap(9000, 150),
    supply: { mean: [0, 1, 6], spread: [] },
    slots,
    levels: [1, 0.6],
    on: false,
    otherHeatW: 0,
    startEur: 0.05,
    discomfortEurPerKh: 2,
  });
}

test('a rising edge is reached in time, by warming up before it', () => {
  const { roomC, levels } = planned((_, hour) => ({ outdoorC: 5, lowC: hour < 10 ? 16 : 20 }), 18.5);
  for (let k = 21; k < 2 * HOURS; k++) assert.ok(roomC[k]! >= 19.9, `${k / 2} h: ${roomC[k]}`);
  assert.ok(levels.slice(10, 20).some((l) => l > 0));
});

test('heat is bought in the cheap hours', () => {
  const cheap = (hour: number) => hour >= 6 && hour < 12;
  const { levels } = planned((_, hour) => ({ outdoorC: 8, priceEurPerKwh: cheap(hour) ? 0.1 : 0.4 }));
  const share = (inside: boolean) => levels.reduce((sum, l, k) => sum + (cheap(k / 2) === inside ? l : 0), 0);
  // 12 cheap half hours and 36 dear ones.
  assert.ok(share(true) / 12 > 2 * (share(false) / 36), `${share(true)} cheap, ${share(false)} dear`);
});

test('no cheap heat is stored for later where sun and people will give all that is wanted', () => {
  const sunny = (hour: number) => (hour % 24 >= 8 && hour % 24 < 16 ? 450 : 0);
  const spring = (_: PlanSlot, hour: number) => ({
    outdoorC: 16,
    solarWm2: sunny(hour),
    priceEurPerKwh: hour < 6 ? 0.1 : 0.5,
  });
  assert.is(Math.max(...planned(spring, 23).levels), 0);
});

test('nothing is heated where the house stays warm by itself', () => {
  const { levels, costEur } = planned(() => ({ outdoorC: 22 }));
  assert.is(Math.max(...levels), 0);
  assert.is(costEur, 0);
});

test.run();
