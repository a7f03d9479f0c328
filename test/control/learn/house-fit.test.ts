import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fitHouse, fitOn, startFitting } from '../../../src/control/learn/house/fit.ts';
import {
  type HouseModel,
  houseStep,
  inputAt,
  lossWPerK,
  restingState,
} from '../../../src/control/learn/house/model.ts';
import { observe } from '../../../src/control/learn/house/observer.ts';
import { modelAt, PARAMETERS } from '../../../src/control/learn/house/parameters.ts';
import { predictionErrors } from '../../../src/control/learn/house/predict.ts';
import { priorModel } from '../../../src/control/learn/house/prior.ts';
import { scoreOf } from '../../../src/control/learn/house/score.ts';
import { type HouseSample, stretchesOf } from '../../../src/control/learn/house/series.ts';
import { wallSunWm2 } from '../../../src/control/learn/house/sun.ts';
import { seededRandom } from '../../../src/core/random.ts';

const PRIOR = priorModel({ floorAreaM2: 150, designLoadW: 9000, designOutdoorC: -12, emitter: 'floor' });
const DAY = 96;

/** A house unlike the prior, its thermostat, weather and a noisy sensor, all seeded. */
function lived(seed: number, days: number, closedLoop: boolean): { truth: HouseModel; samples: HouseSample[] } {
  const random = seededRandom(seed);
  const truth = modelAt(
    PRIOR,
    PARAMETERS.map(() => 1.6 * (random() - 0.5)),
  );
  let state = restingState(truth, 20.5, 2);
  let coldK = 0;
  let heatW = 0;
  let cloud = 1;
  const samples: HouseSample[] = [];
  for (let k = 0; k < days * DAY; k++) {
    const atS = k * 900;
    const hour = (atS / 3600) % 24;
    coldK = 0.995 * coldK + 0.6 * (random() - 0.5);
    if (k % 24 === 0) cloud = random();
    const outdoorC = 2 + coldK + 3 * Math.sin((2 * Math.PI * (hour - 9)) / 24);
    const solarWm2 = Math.max(0, Math.sin((Math.PI * (hour - 8)) / 9)) * 350 * cloud;
    if (closedLoop) heatW = state.airC < 21 ? 8000 : state.airC > 21.6 ? 0 : heatW;
    else if (k % 8 === 0) heatW = random() < 0.4 ? 9000 : 0;
    const input = inputAt(truth, atS - 450, { heatW, outdoorC, solarWm2 });
    state = houseStep(truth, state, input, 900);
    samples.push({ atS, roomC: state.airC + 0.1 * (random() - 0.5), heatW, outdoorC, solarWm2 });
  }
  return { truth, samples };
}

test('a house unlike the prior is found from two weeks, excited or under its thermostat, and foreseen to 0.3 K', () => {
  for (const closedLoop of [false, true]) {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { truth, samples } = lived(seed, 21, closedLoop);
      const fit = fitHouse(samples.slice(0, 14 * DAY), PRIOR)!;
      const what = `seed ${seed}, ${closedLoop ? 'closed loop' : 'excited'}`;
      const off = lossWPerK(fit.model) / lossWPerK(truth) - 1;
      assert.ok(Math.abs(off) < (closedLoop ? 0.2 : 0.12), `${what}: heat loss off by ${(100 * off).toFixed(0)} %`);
      assert.ok(Math.abs(off) < 4 * fit.lossSdShare, `${what}: off by ${off} while claiming ${fit.lossSdShare}`);
      const score = scoreOf(fit.model, stretchesOf(samples, 900)[0]!, samples[14 * DAY - 1]!.atS);
      assert.ok(score.at24hK < 0.3 && score.at24hK < score.persistence24hK, `${what}: ${JSON.stringify(score)}`);
    }
  }
});

test('more days, surer; two days are too few; nothing at all is no crash', () => {
  const { samples } = lived(7, 28, true);
  const week = fitHouse(samples.slice(0, 7 * DAY), PRIOR)!;
  const month = fitHouse(samples, PRIOR)!;
  assert.ok(month.lossSdShare < week.lossSdShare, `${month.lossSdShare} after 28 days, ${week.lossSdShare} after 7`);
  assert.is(fitHouse(samples.slice(0, DAY), PRIOR), undefined);
  assert.is(fitHouse([], PRIOR), undefined);
});

test('a fit spread over many lines comes to the same house as one in one go, through JSON as well', () => {
  const { samples } = lived(5, 8, true);
  const whole = fitHouse(samples, PRIOR)!;
  let fitting = startFitting(samples);
  for (let lines = 1; ; lines++) {
    assert.ok(lines < 50);
    const gone = fitOn(fitting, PRIOR, 1);
    if ('fitting' in gone) {
      fitting = { ...gone.fitting, descent: JSON.parse(JSON.stringify(gone.fitting.descent)) };
      continue;
    }
    assert.equal(gone.result, whole);
    assert.ok(lines > 5);
    return;
  }
});

test('four weeks are fitted within the second that a unit can spare once a day', () => {
  const { samples } = lived(8, 28, true);
  fitHouse(samples, PRIOR);
  const startedMs = performance.now();
  fitHouse(samples, PRIOR);
  const tookMs = performance.now() - startedMs;
  // The bound is 1 s on an idle board; this one may be shared.
  assert.ok(tookMs < 5000, `${tookMs} ms`);
});

test('holes, doubled lines, time backwards, NaN: left out, and the fit stands', () => {
  const { truth, samples } = lived(3, 21, false);
  const spoilt = samples.flatMap((s, i) => {
    if (i > 900 && i < 960) return [];
    if (i % 50 === 0) return [s, s, { ...s, atS: s.atS - 5000 }];
    if (i % 77 === 0) return [{ ...s, roomC: Number.NaN }];
    if (i % 91 === 0) return [{ ...s, heatW: Number.NaN }];
    return [s];
  });
  const fit = fitHouse(spoilt, PRIOR)!;
  const off = lossWPerK(fit.model) / lossWPerK(truth) - 1;
  assert.ok(Math.abs(off) < 0.15, `off by ${off}`);
});

test('samples of any spacing give the same means', () => {
  const fine = Array.from({ length: 181 }, (_, i) => ({
    atS: i * 60,
    roomC: 20 + i / 180,
    heatW: i % 15 === 0 ? 0 : 1500,
    outdoorC: i / 60,
    solarWm2: 0,
  }));
  const [s] = stretchesOf(fine, 900);
  assert.is(s!.roomC.length, 13);
  assert.ok(Math.abs(s!.heatW[5]! - 1400) < 1e-9);
  assert.ok(Math.abs(s!.roomC[6]! - 20.5) < 1e-9);
});

test('the quick predictions are what observer and house say step by step', () => {
  const { truth, samples } = lived(5, 4, false);
  const [stretch] = stretchesOf(samples, 900);
  const [start, ahead] = [150, 60];
  let s = restingState(truth, stretch!.roomC[0]!, stretch!.outdoorC[1]!);
  for (let k = 1; k <= start + ahead; k++) {
    const measured = { heatW: stretch!.heatW[k]!, outdoorC: stretch!.outdoorC[k]!, solarWm2: stretch!.solarWm2[k]! };
    s = houseStep(truth, s, inputAt(truth, stretch!.firstS + (k - 0.5) * 900, measured), 900);
    if (k <= start) s = observe(truth, s, { roomC: stretch!.roomC[k]! }, 900);
  }
  const looks = { firstStep: start, everySteps: 1000, horizonsSteps: [ahead] };
  const error = predictionErrors(truth, stretch!, looks)[0]!;
  assert.ok(Math.abs(error - (s.airC - stretch!.roomC[start + ahead]!)) < 1e-3, `${error}`);
});

test('sun on a wall: a low sun counts more than on the ground, at night nothing, never negative', () => {
  assert.ok(wallSunWm2({ globalWm2: 150, directNormalWm2: 400, diffuseWm2: 50 }) > 380);
  assert.is(wallSunWm2({ globalWm2: 0, directNormalWm2: 0, diffuseWm2: 0 }), 0);
  assert.ok(wallSunWm2({ globalWm2: 10, directNormalWm2: 400, diffuseWm2: 50 }) >= 0);
});

test.run();
