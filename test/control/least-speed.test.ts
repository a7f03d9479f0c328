import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SAFE_OUTPUTS } from '../../src/contract/points.ts';
import type { DecideFacts } from '../../src/control/decide/decide.ts';
import { heatingLeastPct } from '../../src/control/decide/task.ts';
import { learnPump, type PumpMap, priorMap } from '../../src/control/learn/pump-map.ts';
import { createRig, estOf, imageOf } from './rig.ts';

/** A map learnt from `hours` of a machine that draws `standingW` beside its compressor at any speed. */
function learntMap(standingW: number, hours: number): PumpMap {
  let map = priorMap(14_000, 130);
  const levels = [0.3, 0.45, 0.6, 0.8, 1];
  for (let k = 0; k < 4 * hours; k++) {
    const level = levels[k % levels.length]!;
    const heatW = 14_000 * level;
    const point = { level, outdoorC: 5, supplyC: 35 };
    map = learnPump(map, { ...point, heatW, powerW: heatW / (5.2 - 0.8 * level) + standingW, dtS: 900, runS: 7200 });
  }
  return map;
}

const least = (pump: PumpMap) =>
  heatingLeastPct({
    est: estOf({ outdoorC: 5, condenserOutC: 35 }),
    input: { image: imageOf(createRig(), { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 30 }) },
    pump,
  } as unknown as DecideFacts);

test('heating speed by the learnt map: a light fan runs through at the least speed, a heavy one faster and rests', () => {
  assert.is(least(learntMap(120, 100)), 30);
  assert.ok(least(learntMap(900, 100)) >= 50);
});

test('a map that has seen little changes nothing', () => {
  assert.is(least(learntMap(900, 5)), 30);
});

test.run();
