import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Verdict } from '../../src/control/types.ts';
import { seededRandom } from '../../src/core/random.ts';
import { live, randomHouse, type Seen, unitW } from './random-houses.ts';

/** Limits of the grid in houses that no test was tuned on, judged by the plant's own truth. */
const says = (v: Verdict, code: string) => v.reasons.some((r) => r.code === code);

test('§ 14a in any house, compressor and drive: the limit is kept 2 s after the contact, the pump goes on where its drive can, both ends are recorded', () => {
  const count = { stopped: 0, slowed: 0, small: 0 };
  for (let seed = 1; seed <= 12; seed++) {
    const random = seededRandom(14_000 + seed);
    const compressorMaxW = 2000 + 10_000 * random();
    const sizes = { compressorRampS: 1 + 59 * random() ** 2 };
    const designLoadW = compressorMaxW * (2.2 + 1.3 * random());
    const config = randomHouse(random, '2025-01-20T02:00:00Z', { house: { compressorMaxW, designLoadW } });
    const [from, to] = [1200 + 200 * random(), 1800];
    const seen: Seen[] = [];
    const faultsAt = (s: number) => ({ sensors: { gridLimitOn: s >= from && s < to ? 1 : 0, hotWaterC: 55 } });
    live({ config, dtS: 0.1, demandW: 8000, sizes, faultsAt }, 1900, (x) => seen.push({ ...x, plant: { ...x.plant } }));
    const where = `seed ${seed}, ${compressorMaxW.toFixed(0)} W, ramp ${sizes.compressorRampS.toFixed(0)} s`;
    const during = seen.filter((x) => x.s >= from + 0.1 && x.s < to);
    const pumpBeforeW = seen.findLast((x) => x.s < from)!.plant.compressorW;
    const excessShare = Math.max(0, pumpBeforeW - 3800) / Math.max(pumpBeforeW, 1);
    const quick = excessShare * sizes.compressorRampS < 1;
    for (const { s, plant, verdict } of during) {
      assert.ok(says(verdict, 'grid-dimmed'), where);
      if (s > from + 2) assert.ok(unitW(plant) <= 4200, `${where}: ${unitW(plant)} W at ${s - from} s`);
      const goesOn = verdict.outputs.compressorOn > 0 || verdict.safety !== 'S0' || pumpBeforeW < 300;
      assert.ok(goesOn || !quick, `${where}: the pump was stopped at ${s} s`);
    }
    const stopped = during.some((x) => x.verdict.outputs.compressorOn === 0);
    count[stopped ? 'stopped' : excessShare > 0 ? 'slowed' : 'small']++;
    const records = seen.flatMap((x) => (x.verdict.dimming ? [x.verdict.dimming] : []));
    assert.equal(
      records.map((r) => r.event),
      ['began', 'ended'],
      where,
    );
    assert.ok(records[1]!.kept && records[1]!.reachedAfterS! <= 2, `${where}: ${JSON.stringify(records[1])}`);
  }
  console.log(`dimmed: ${count.small} had room, ${count.slowed} were slowed, ${count.stopped} stopped`);
  assert.ok(count.stopped > 1 && count.small > 1, JSON.stringify(count));
});

test('orders that come and go, in any house, with a fuse and restarts of control: both limits hold, and the compressor is not worn', () => {
  for (const [seed, periodS] of [3, 20, 90, 400].entries()) {
    const random = seededRandom(15_000 + seed);
    const compressorMaxW = 4000 + 8000 * random();
    const maxImportW = compressorMaxW * (0.8 + 0.8 * random());
    const house = { compressorMaxW, designLoadW: 3 * compressorMaxW };
    const config = randomHouse(random, '2025-01-20T16:00:00Z', { house, grid: { maxImportW } });
    const restartS = [0, 1].map(() => Math.round(1200 + 2000 * random()));
    const dims = (s: number) => s > 600 && s % periodS < 0.5 * periodS;
    const faultsAt = (s: number) => ({ sensors: { gridLimitOn: dims(s) ? 1 : 0 } });
    let [dimmedS, overS, starts] = [0, 0, 0];
    let before = false;
    const see = ({ s, plant }: Seen) => {
      dimmedS = dims(s) ? dimmedS + 0.1 : 0;
      overS = s > 120 && unitW(plant) > 100 && plant.gridW > maxImportW + 50 ? overS + 0.1 : 0;
      const where = `order each ${periodS} s, ${compressorMaxW.toFixed(0)} W, ${s.toFixed(1)} s: ${unitW(plant).toFixed(0)} W`;
      assert.ok(dimmedS <= 2 || unitW(plant) <= 4200, where);
      assert.ok(overS <= 3, `${where}, ${plant.gridW} W of ${maxImportW}`);
      if (plant.compressorShare > 0 && !before) starts++;
      before = plant.compressorShare > 0;
    };
    live({ config, dtS: 0.1, demandW: 8000, faultsAt }, 3600, see, (s) => restartS.includes(Math.round(s * 10) / 10));
    assert.ok(starts <= 4, `order each ${periodS} s: ${starts} starts in an hour`);
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
