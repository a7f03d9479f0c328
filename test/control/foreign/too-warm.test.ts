import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlan } from '../../../src/control/foreign/ahead.ts';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { type Learnt, learntStart } from '../../../src/control/foreign/learn.ts';
import { type Line, readLine } from '../../../src/control/foreign/line.ts';
import { MEMORY_START, remember } from '../../../src/control/foreign/memory.ts';
import { seen } from '../../../src/control/learn/daily.ts';
import { restingState } from '../../../src/control/learn/house/model.ts';
import { seededRandom } from '../../../src/core/random.ts';

const HOUR_S = 3600;
const NIGHT = { lowC: 12, highC: 24 };

/** A mild evening with cheap power in a room that tomorrow's band finds warm already; the band of tomorrow told or lived. */
function evening(seed: number, told: boolean) {
  const random = seededRandom(seed);
  const highC = 19 + 2 * random();
  const roomC = highC + 0.2 + random();
  const outdoorC = highC - 1 - 2 * random();
  const known = knownOf({ areaM2: 100 + 100 * random(), pump: { heatW: 3000 + 3000 * random() } });
  const next = told ? [{ inS: 9 * HOUR_S, lowC: highC - 2, highC }] : [];
  const prices = Array.from({ length: 48 }, (_, h) => (h < 9 ? 0.05 * random() : 0.4));
  const line = {
    ...{ t: 48 * HOUR_S, roomC, outdoorC, priceEurPerKwh: 0.05, comfort: { ...NIGHT, next } },
    forecast: { stepS: HOUR_S, outdoorC: prices.map(() => outdoorC), priceEurPerKwh: prices },
  };
  const memory = remember(MEMORY_START, readLine(JSON.stringify(line)) as Line, 0);
  const start = learntStart(known);
  const learned: Learnt = { ...start, house: restingState(start.model, roomC, outdoorC) };
  for (let h = 0; h < 48 && !told; h++) {
    const home = h % 24 >= 9 && h % 24 < 20;
    learned.low = seen(learned.low, h * HOUR_S, home ? highC - 2 : NIGHT.lowC, 1);
    learned.high = seen(learned.high, h * HOUR_S, -(home ? highC : NIGHT.highC), 1);
  }
  return makePlan(known, learned, memory, false, 0, 48 * HOUR_S, 900);
}

for (const told of [true, false])
  test(`cheap heat is not bought for a room that is too warm tomorrow, its band ${told ? 'told' : 'as it was lived'}`, () => {
    for (let seed = 1; seed <= 12; seed++) {
      const tonight = evening(seed, told).levels.slice(0, 8);
      assert.equal(tonight, new Array(8).fill(0), `seed ${seed}`);
    }
  });

test.run();
