import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/control/types.ts';
import { seededRandom } from '../../src/core/random.ts';
import { live, randomHouse, type Seen, unitW } from './random-houses.ts';

/** Limits of the grid in houses that no test was tuned on, judged by the plant's own truth. */
const says = (v: Verdict, code: string) => v.reasons.some((r) => r.code === code);

test('§ 14a in any house: the limit is kept 2 s after the contact or within the ramp of the drive, the accelerator gives way first, the pump goes on, both ends are recorded', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const random = seededRandom(14_000 + seed);
    const config = randomHouse(random, '2025-01-20T02:00:00Z');
    const [from, to] = [1200 + 200 * random(), 1800];
    const seen: Seen[] = [];
    const faultsAt = (s: number) => ({ sensors: { gridLimitOn: s >= from && s < to ? 1 : 0, hotWaterC: 55 } });
    live({ config, dtS: 0.1, demandW: 8000, faultsAt }, 1900, (x) => seen.push({ ...x, plant: { ...x.plant } }));
    const where = `seed ${seed}`;
    const during = seen.filter((x) => x.s >= from + 0.1 && x.s < to);
    const pumpBeforeW = seen.findLast((x) => x.s < from)!.plant.compressorW;
    for (const { s, plant, verdict } of during) {
      assert.ok(says(verdict, 'grid-dimmed'), where);
      // A compressor above the limit comes down by its drive, 30 s full scale; all else within 2 s.
      const others = unitW(plant) - plant.compressorW;
      if (s > from + 2)
        assert.ok(others <= Math.max(4200 - plant.compressorW, 300), `${where}: ${others} W beside the pump at ${s}`);
      if (s > from + 35) assert.ok(unitW(plant) <= 4200, `${where}: ${unitW(plant)} W at ${s - from} s`);
      // Guaranteed: what ran goes on.
      const goesOn = verdict.outputs.compressorOn > 0 || verdict.safety !== 'S0' || pumpBeforeW < 300;
      assert.ok(goesOn, `${where}: the pump was stopped at ${s} s`);
    }
    const records = seen.flatMap((x) => (x.verdict.dimming ? [x.verdict.dimming.event] : []));
    assert.equal(records, ['began', 'ended'], where);
  }
});

test('the fuse in any house: import above it lasts no longer than 3 s, others of the house included', () => {
  for (let seed = 1; seed <= 3; seed++) {
    const random = seededRandom(16_000 + seed);
    const maxImportW = 5500 + 6000 * random();
    const config = randomHouse(random, '2025-01-20T16:00:00Z', { grid: { maxImportW } });
    let overS = 0;
    live({ config, dtS: 0.1, demandW: 8000 }, 1800, ({ s, plant }) => {
      const own = unitW(plant) > 100;
      overS = s > 120 && own && plant.gridW > maxImportW + 50 ? overS + 0.1 : 0;
      assert.ok(overS <= 3, `seed ${seed}: ${plant.gridW} W of ${maxImportW} for ${overS} s at ${s} s`);
    });
  }
});

test.run();
