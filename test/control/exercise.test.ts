import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Outputs, SAFE_OUTPUTS } from '../../src/contract/points.ts';
import { EXERCISE_START, EXERCISED, type Exercised, exerciseStep } from '../../src/control/decide/exercise.ts';
import { seededRandom } from '../../src/core/random.ts';
import { live, randomHouse } from './random-houses.ts';

const DAY_S = 86_400;
const STILL: Outputs = { ...SAFE_OUTPUTS, circulationPct: 0, accelPumpPct: 0, dryCoolerPct: 0 };

test('what stands still for a week moves for a minute or two, one at a time, and then stands again', () => {
  for (const dtS of [1, 10, 60]) {
    let state = EXERCISE_START;
    let before = STILL;
    const movedS: Partial<Record<Exercised, number>> = {};
    for (let s = 0; s < 8 * DAY_S; s += dtS) {
      const { exercise: next, outputs } = exerciseStep(state, before, STILL, dtS);
      const moving = EXERCISED.filter((which) => outputs[which] !== STILL[which]);
      assert.ok(moving.length <= 1);
      if (moving.length > 0) assert.ok(s >= 7 * DAY_S - dtS, `${moving} after ${s} s`);
      for (const which of moving) movedS[which] = (movedS[which] ?? 0) + dtS;
      state = next;
      before = outputs;
    }
    for (const which of EXERCISED)
      assert.ok(movedS[which]! >= 60 && movedS[which]! <= 180, `${which} ${movedS[which]} s of ${dtS}`);
  }
});

test('nothing is exercised while the machine works, and what has moved waits another week', () => {
  const random = seededRandom(3);
  let state = EXERCISE_START;
  let before = STILL;
  let stillS = 0;
  for (let s = 0; s < 40 * DAY_S; s += 60) {
    const works = random() < 0.0002 || (before.circulationPct > 0 && random() < 0.98 && state.now === null);
    const decided = works ? { ...STILL, circulationPct: 60, hotWaterOn: random() < 0.5 ? 1 : 0 } : STILL;
    const done = exerciseStep(state, before, decided, 60);
    if (works) assert.equal(done.outputs, decided);
    const turned = done.outputs.circulationPct > 0;
    if (turned && !works) assert.ok(stillS >= 7 * DAY_S - 120 || before.circulationPct > 0, `${stillS} s`);
    stillS = turned ? 0 : stillS + 60;
    assert.ok(stillS < 7 * DAY_S + 900, 'no pump stands longer');
    state = done.exercise;
    before = done.outputs;
  }
});

test('a house in summer that is switched off: every pump has turned after ten days, over a restart, and nothing is warmed', () => {
  const config = randomHouse(seededRandom(72_001), '2025-07-01T00:00:00Z');
  const turned = new Map<string, number>();
  let unsafe = 0;
  live(
    { config, dtS: 10, setPoints: { mode: 'off', computeOn: false } },
    10 * DAY_S,
    ({ s, verdict, plant }) => {
      if (s < 600) return;
      for (const which of EXERCISED)
        if (verdict.reasons.some(({ what, code }) => code === 'exercise' && what === which))
          turned.set(which, (turned.get(which) ?? 0) + 10);
      if (verdict.safety !== 'S0' || plant.compressorW > 0 || plant.backupW > 0) unsafe++;
    },
    (s) => s === 2 * DAY_S,
  );
  for (const which of EXERCISED) assert.ok(turned.has(which), `${which} never moved: ${[...turned]}`);
  assert.is(unsafe, 0);
});

test.run();
