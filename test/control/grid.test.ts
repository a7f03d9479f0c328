import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import { type Dimming, GridConfig } from '../../src/contract/grid.ts';
import { Config } from '../../src/core/config.ts';
import { between, house, most, records, type Sample } from './grid-rig.ts';

test('dimming by contact: 4.2 kW within 2 s, accelerator first, the pump untouched, recorded, back by a ramp', () => {
  // A load below the design, and nobody draws hot water: otherwise the pump takes nearly all of the 4.2 kW, and cards that idle above the rest are cut off.
  const small = { house: { designLoadW: 9000 }, sim: { startsAt: '2025-01-15T02:00:00Z' } };
  const all = house(2400, small, (s) => ({ gridLimitOn: s >= 1200 && s < 1800 ? 1 : 0 }));
  const before = between(all, 1190, 1200);
  assert.ok(most(before, (x) => x.unitW) > 5500, `only ${most(before, (x) => x.unitW)} W before`);
  const compressorBeforeW = before.at(-1)!.compressorW;
  assert.ok(compressorBeforeW > 700, `${compressorBeforeW}`);
  const reached = all.find((x) => x.s >= 1200 && x.unitW <= 4200)!.s - 1200;
  assert.ok(reached <= 2, `${reached} s`);
  const during = between(all, 1202, 1800);
  assert.ok(most(during, (x) => x.unitW) <= 4200, `${most(during, (x) => x.unitW)} W while dimmed`);
  assert.ok(Math.min(...during.map((x) => x.compressorW)) > 0.9 * compressorBeforeW, 'the pump went on');
  assert.ok(during.every((x) => x.verdict.reasons.some((r) => r.code === 'grid-dimmed')));
  const after = between(all, 1800, 2400);
  for (let i = 1; i < after.length; i++) {
    assert.ok(after[i]!.unitW - after[i - 1]!.unitW < 100, `jumps by ${after[i]!.unitW - after[i - 1]!.unitW} W`);
  }
  assert.ok(after.at(-1)!.accelW > 4000, `${after.at(-1)!.accelW} W at the end`);
  const [began, ended] = records(all) as [Dimming, Dimming];
  assert.is(records(all).length, 2);
  assert.is(began.event, 'began');
  assert.ok(Math.abs(began.beforeW - before.at(-1)!.unitW) < 400);
  assert.equal([ended.event, ended.kept, ended.lastedS, ended.limitW], ['ended', true, 600, 4200]);
  assert.ok(ended.reachedAfterS! <= 2);
  console.log(`dimming: ${before.at(-1)!.unitW.toFixed(0)} W -> 4.2 kW in ${reached.toFixed(1)} s`);
});

test('dimming in the cold: the pump takes nearly all, and cards that idle above the rest lose their supply', () => {
  const all = house(1800, {}, (s) => ({ gridLimitOn: s >= 1200 ? 1 : 0 }));
  const during = between(all, 1202, 1800);
  assert.ok(most(during, (x) => x.compressorW) > 3500, `${most(during, (x) => x.compressorW)} W`);
  assert.ok(most(during, (x) => x.unitW) <= 4200, `${most(during, (x) => x.unitW)} W while dimmed`);
  assert.ok(during.some((x) => x.verdict.outputs.accelSupplyOn === 0));
});

test('an energy manager that sends 0 W: no accelerator, the pump keeps its 4.2 kW; silence keeps the limit', () => {
  const ems = (s: number) => (s < 1200 ? {} : s < 1300 ? { limitW: 0 } : s < 1700 ? undefined : {});
  const all = house(1900, {}, () => ({}), ems);
  const during = between(all, 1202, 1690);
  assert.is(
    most(during, (x) => x.accelW),
    0,
  );
  assert.ok(Math.min(...during.map((x) => x.compressorW)) > 1000);
  assert.ok(most(during, (x) => x.unitW) <= 4200);
  assert.ok(all.at(-1)!.accelW > 0, 'lifted when the manager says so');
});

test('a contact that cannot be read any more keeps the limit that it had told, and one never read tells none', () => {
  const all = house(1500, {}, (s) => ({ gridLimitOn: s < 1200 ? 0 : s < 1260 ? 1 : Number.NaN }));
  const late = between(all, 1300, 1500);
  assert.ok(most(late, (x) => x.unitW) <= 4200, `${most(late, (x) => x.unitW)} W`);
  assert.ok(late.every((x) => x.verdict.reasons.some((r) => r.code === 'grid-dimmed')));
  const never = house(300, {}, () => ({ gridLimitOn: Number.NaN }));
  assert.ok(never.every((x) => !x.verdict.reasons.some((r) => r.code === 'grid-dimmed')));
});

test('the fuse: import stays under it, the accelerator gives way first; a silent meter leaves a reserve', () => {
  const limited = { grid: { maxImportW: 7000 } };
  const all = between(
    house(2400, limited, () => ({})),
    1500,
    2400,
  );
  assert.ok(most(all, (x) => x.gridW) < 7300, `${most(all, (x) => x.gridW)} W`);
  const overS = all.filter((x) => x.gridW > 7000).length / 10;
  assert.ok(overS <= 3, `${overS} s above`);
  assert.ok(Math.min(...all.map((x) => x.compressorW)) > 800, 'the heat pump keeps running');
  assert.ok(
    all.some((x) => x.accelW > 1000),
    'what is left is used',
  );
  const blind = house(1800, limited, (s) => (s >= 1500 ? { gridW: Number.NaN } : {}));
  const late = between(blind, 1530, 1800);
  assert.ok(most(late, (x) => x.unitW) <= Math.max(3000, most(late, (x) => x.compressorW) + 900));
});

test('unconfigured and unasked: bit for bit the same commands as without a grid at all', () => {
  const run = (sensors: object) =>
    cosimulate({ config: Config.parse({}), days: 0.1, dtS: 1, demandW: 2000, faultsAt: () => ({ sensors }) })
      .commandLog;
  assert.is(run({}), run({ gridLimitOn: 0, sgReadyAOn: 0, sgReadyBOn: 0 }));
});

test('property: whatever an energy manager sends, the cap follows and the pump keeps its power', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12_000 }), (limitW) => {
      const all = house(
        1300,
        {},
        () => ({}),
        (s) => (s > 1200 ? { limitW } : {}),
      );
      const late = between(all, 1202, 1300);
      const pumpRuns = late.every((x) => x.compressorW > 800);
      return (
        pumpRuns &&
        most(late, (x) => x.unitW) <= Math.max(4200, limitW) &&
        (limitW >= 1000 || most(late, (x) => x.accelW) === 0)
      );
    }),
    { seed: 4, numRuns: 8 },
  );
});

test('SG-Ready in the house: 1 stops pump and paid work, 4 starts the pump', () => {
  const locked = house(1800, {}, (s) => ({ sgReadyAOn: s >= 1200 ? 1 : 0 }));
  const during = between(locked, 1202, 1800);
  assert.is(
    most(during, (x) => x.compressorW + x.backupW),
    0,
  );
  assert.ok(during.every((x) => x.verdict.reasons.some((r) => r.code === 'sg-ready-1')));
  const warm = { house: { designLoadW: 12_000 }, sim: { startsAt: '2025-04-20T06:00:00Z' } };
  const plain = house(3600, warm, () => ({ bufferTopC: 31 }));
  const forced = house(3600, warm, () => ({ bufferTopC: 31, sgReadyAOn: 1, sgReadyBOn: 1 }));
  const starts = (all: Sample[]) => all.filter((x) => x.compressorW > 500).length;
  assert.ok(starts(forced) > starts(plain), `${starts(forced)} ticks against ${starts(plain)}`);
});

test('nobody can configure less than the guaranteed 4.2 kW', () => {
  assert.is(GridConfig.safeParse({ dimmedW: 0 }).success, false);
  assert.is(GridConfig.parse({}).dimmedW, 4200);
});

test.run();
