import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import { SAFE_OUTPUTS, SENSOR_NAMES, type SensorName } from '../../src/contract/points.ts';
import { BALANCE_START } from '../../src/control/estimate/balance.ts';
import { freshPoint } from '../../src/control/estimate/points.ts';
import { replaceStill, STILL_START, stillStep } from '../../src/control/estimate/still.ts';
import type { EstimateState } from '../../src/control/estimate.ts';
import type { Verdict } from '../../src/control/types.ts';
import { Config } from '../../src/core/config.ts';
import { type PlantState, sensorsOf } from '../../src/hal/sim/plant/plant.ts';
import { estOf } from './rig.ts';

interface Heard {
  /** When the sensor was told of first, seconds after it froze. */
  atS: number;
  text: string;
  /** For how long before that water flowed past it and it was off by more than 5 K, s. */
  wrongS: number;
}

/** A point that keeps the value it had at `fromS`, and what control says of it. */
function frozen(point: SensorName, at: string, fromS: number, hours: number, demandW = 0): Heard | undefined {
  let truth: PlantState | undefined;
  let kept: number | undefined;
  let heard: Heard | undefined;
  let wrongS = 0;
  cosimulate({
    config: Config.parse({ sim: { startsAt: at } }),
    days: hours / 24,
    dtS: 1,
    setPoints: { mode: 'heating', hotWaterSetC: 48 },
    demandW,
    wishesAt: () => ({}),
    faultsAt(s) {
      if (s < fromS || !truth) return {};
      kept ??= sensorsOf(truth)[point];
      return { sensors: { [point]: kept } };
    },
    watch(s: number, plant: PlantState, verdict: Verdict) {
      truth = plant;
      const said = verdict.reasons.find((r) => r.what === point && r.text.includes('stands still'));
      if (kept === undefined || heard) return;
      if (said) heard = { atS: s - fromS, text: said.text, wrongS };
      else if (verdict.outputs.circulationPct > 20 && Math.abs(sensorsOf(plant)[point] - kept) > 5) wrongS++;
    },
  });
  return heard;
}

const WINTER = '2025-01-15T06:00:00Z';

for (const point of ['supplyC', 'condenserOutC', 'returnC'] as const) {
  test(`F2: ${point} that stands still is replaced once water flows and it is off`, () => {
    for (const fromS of [3000, 9000]) {
      const heard = frozen(point, WINTER, fromS, 10);
      assert.ok(heard, `from ${fromS} s: never told`);
      assert.ok(
        heard!.wrongS <= 300,
        `${heard!.text}: wrong for ${heard!.wrongS} s of flow, told after ${heard!.atS} s`,
      );
    }
  });
}

test('F2: a tank sensor that stands still is told by the heat that went in or by the loss that no tank is without', () => {
  const heard = frozen('hotWaterC', WINTER, 3000, 12);
  assert.ok(heard);
  assert.ok(heard!.atS < 6.2 * 3600, heard!.text);
});

test('F2: a tank as cold as its cellar may stand still for days, a warm one may not', () => {
  const still = { value: 0, sameS: 7 * 3600, sameSamples: 1000 };
  const points = Object.fromEntries(SENSOR_NAMES.map((n) => [n, { ...freshPoint(), ...still }]));
  const quality = (hotWaterC: number) => {
    const est = estOf({ hotWaterC });
    replaceStill(est, points as EstimateState['points'], STILL_START, BALANCE_START, SAFE_OUTPUTS);
    return est.hotWaterC.quality;
  };
  assert.equal([quality(14), quality(45)], ['good', 'degraded']);
});

test('a sound condenser outlet that tells half kelvins is believed when the coolant valve turns away, and a stuck one found', () => {
  const points = Object.fromEntries(SENSOR_NAMES.map((n) => [n, freshPoint()])) as EstimateState['points'];
  points.condenserOutC = { ...freshPoint(), sameS: 100, sameSamples: 100 };
  const warms = { ...BALANCE_START, laggedW: 3666 };
  let still = STILL_START;
  const doubtedAfterS = (rejectOn: number, seconds: number): number => {
    const outputs = { ...SAFE_OUTPUTS, rejectOn };
    for (let s = 1; s <= seconds; s++) {
      const est = estOf({ condenserOutC: 26, supplyC: 32.6, heatFlowLpm: 8.8 });
      still = stillStep(still, points, est, warms, { outputs, tankL: 300, dtS: 1 });
      replaceStill(est, points, still, warms, outputs);
      if (est.condenserOutC.quality !== 'good') return s;
    }
    return Number.POSITIVE_INFINITY;
  };
  assert.is(doubtedAfterS(0, 200), Number.POSITIVE_INFINITY);
  assert.is(doubtedAfterS(1, 200), 61);
});

test('F6: nothing older than 3 s is put in place of a supply that stands still', () => {
  const points = Object.fromEntries(SENSOR_NAMES.map((n) => [n, freshPoint()])) as EstimateState['points'];
  points.supplyC = { ...freshPoint(), sameS: 1000, sameSamples: 1000 };
  for (const [ageMs, quality] of [
    [2000, 'degraded'],
    [600_000, 'good'],
  ] as const) {
    let still = STILL_START;
    const look = (condenserOutC: number, seconds: number) => {
      const est = estOf({ supplyC: 45, condenserOutC, heatFlowLpm: 12 });
      for (let s = 0; s < seconds; s++) {
        est.supplyC = { value: 45, quality: 'good', ageMs: 0 };
        est.condenserOutC = { value: condenserOutC, quality: 'good', ageMs };
        still = stillStep(still, points, est, BALANCE_START, { outputs: SAFE_OUTPUTS, tankL: 300, dtS: 1 });
        replaceStill(est, points, still, BALANCE_START, SAFE_OUTPUTS);
      }
      return est.supplyC.quality;
    };
    look(45, 100);
    assert.is(look(35, 100), quality, `condenser outlet ${ageMs / 1000} s old`);
  }
});

test('F2: a meter that read 0 while its machine stood has a minute to follow it, hot gas five', () => {
  const stood = { ...freshPoint(), sameS: 5 * 3600, sameSamples: 1000 };
  const points = Object.fromEntries(SENSOR_NAMES.map((n) => [n, stood])) as EstimateState['points'];
  const runs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 60, circulationPct: 60 };
  const doubtedS = (name: SensorName): number => {
    let still = STILL_START;
    for (let s = 1; s < 1000; s++) {
      const est = estOf();
      still = stillStep(still, points, est, BALANCE_START, { outputs: runs, tankL: 300, dtS: 1 });
      replaceStill(est, points, still, BALANCE_START, runs);
      if (est[name].quality !== 'good') return s;
    }
    return Number.POSITIVE_INFINITY;
  };
  assert.equal([doubtedS('heatFlowLpm'), doubtedS('compressorW'), doubtedS('dischargeC')], [60, 60, 300]);
});

test('F4: a supply sensor that drifts by 0.1 K/min is told before it is off by 5 K, upwards and downwards', () => {
  for (const sign of [1, -1]) {
    let truth: PlantState | undefined;
    let offK = 0;
    let toldAtK: number | undefined;
    cosimulate({
      config: Config.parse({ sim: { startsAt: '2025-01-18T00:00:00Z' } }),
      days: 0.2,
      dtS: 1,
      setPoints: { mode: 'heating', hotWaterSetC: 40 },
      demandW: 0,
      wishesAt: () => ({}),
      faultsAt(s) {
        offK = Math.max(0, (s - 3600) / 600);
        return truth ? { sensors: { supplyC: sensorsOf(truth).supplyC + sign * offK } } : {};
      },
      watch(_s: number, plant: PlantState, verdict: Verdict) {
        truth = plant;
        if (verdict.reasons.some((r) => r.what === 'F4w')) toldAtK ??= offK;
      },
    });
    assert.ok(toldAtK !== undefined && toldAtK > 1 && toldAtK < 5, `${sign}: told at ${toldAtK?.toFixed(1)} K`);
  }
});

test.run();
