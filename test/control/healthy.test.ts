import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import type { SensorName } from '../../src/contract/points.ts';
import type { Verdict } from '../../src/control/types.ts';
import { Config } from '../../src/core/config.ts';
import { type Random, seededRandom } from '../../src/core/random.ts';
import { type PlantState, sensorsOf } from '../../src/hal/sim/plant/plant.ts';

/** Whole houses in which nothing is broken say nothing; the same houses with a lying sensor do. */

interface Given {
  house: object;
  at: string;
  seed: number;
  demandW: number;
  dtS: number;
}
type Lie = (truth: PlantState, houseS: number) => Partial<Record<SensorName, number>>;

/** Rows of the interlock and sensors that are not believed, each with the minute in which it was first heard. */
function heard(g: Given, hours: number, lie?: Lie): Map<string, number> {
  const seen = new Map<string, number>();
  let truth: PlantState | undefined;
  cosimulate({
    config: Config.parse({ house: g.house, sim: { startsAt: g.at, seed: g.seed } }),
    days: hours / 24,
    dtS: g.dtS,
    setPoints: { mode: 'auto' },
    demandW: g.demandW,
    faultsAt: (s) => (lie && truth ? { sensors: lie(truth, s) } : {}),
    watch(s: number, plant: PlantState, { reasons }: Verdict) {
      truth = plant;
      for (const { what, code, text } of reasons) {
        if (!/^F\d/.test(what) && !code.startsWith('sensor-')) continue;
        const key = `${what} ${code}: ${text}`;
        if (![...seen.keys()].some((k) => k.startsWith(`${what} `))) seen.set(key, Math.round(s / 60));
      }
    },
  });
  return seen;
}

const told = (seen: Map<string, number>) => [...seen].map(([text, min]) => `${text} (${min} min)`).join('\n');
const minuteOf = (seen: Map<string, number>, row: string) =>
  [...seen].find(([text]) => text.startsWith(`${row} `))?.[1] ?? Number.POSITIVE_INFINITY;

const between = (random: Random, low: number, high: number) => low + (high - low) * random();
function anyHouse(seed: number): Given {
  const random = seededRandom(seed);
  const designLoadW = Math.round(between(random, 3000, 20_000));
  const accelMaxW = Math.round(between(random, 400, 10_000));
  const day = new Date(Date.UTC(2025, 0, 1 + Math.floor(365 * random())));
  return {
    house: {
      designLoadW,
      compressorMaxW: Math.max(1000, Math.round(designLoadW / 3)),
      supplyDesignC: Math.round(between(random, 32, 55)),
      accelMaxW,
    },
    at: day.toISOString(),
    seed,
    demandW: Math.round(accelMaxW * between(random, 0, 1.1)),
    dtS: 5,
  };
}

test('F4: a 5 kW loop at 700 W that turns from cold to hot water within minutes is no balance that is off', () => {
  for (const [at, seed] of [
    ['2025-04-08T00:00:00Z', 1],
    ['2025-01-10T00:00:00Z', 2],
  ] as const) {
    assert.is(told(heard({ house: {}, at, seed, demandW: 700, dtS: 5 }, 16)), '');
  }
});

test('nothing broken: random houses, accelerators, seasons and demands: no row speaks and no sensor is doubted', () => {
  for (let seed = 1; seed <= 12; seed++) {
    const given = anyHouse(seed);
    assert.is(told(heard(given, 18)), '', JSON.stringify(given));
  }
});

const BUSY: Given = { house: {}, at: '2025-01-10T00:00:00Z', seed: 1, demandW: 3000, dtS: 1 };

test('F4: a coolant sensor that drifts by 0.1 K/min is still told before it is off by 5 K, upwards and downwards', () => {
  for (const sign of [1, -1]) {
    const drift: Lie = (p, s) => ({ accelOutC: sensorsOf(p).accelOutC + (sign * 0.1 * s) / 60 });
    const at = minuteOf(heard(BUSY, 1.5, drift), 'F4');
    assert.ok(at <= 50, `${sign}: ${at} min`);
  }
});

test('F5: coolant sensors that changed places are still told within 10 min of computing', () => {
  const swap: Lie = (p) => ({ accelInC: sensorsOf(p).accelOutC, accelOutC: sensorsOf(p).accelInC });
  const at = minuteOf(heard(BUSY, 1, swap), 'F5');
  assert.ok(at <= 15, `${at} min after a start that takes five`);
});

test.run();
