import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { SensorName } from '../../src/contract/points.ts';
import { between, house, most, type Sample } from './grid-rig.ts';

/** 9 kW of compressor in a house that takes all of it, behind a drive that takes `rampS` for its range. */
const bigHouse = (
  seconds: number,
  rampS: number,
  dimmed: (s: number) => boolean,
  sensors: (s: number) => Partial<Record<SensorName, number>> = () => ({}),
) =>
  house(
    seconds,
    { house: { compressorMaxW: 9000, designLoadW: 30_000 }, sim: { startsAt: '2025-01-15T06:00:00Z' } },
    (s) => ({ gridLimitOn: dimmed(s) ? 1 : 0, bufferTopC: 25, ...sensors(s) }),
    undefined,
    { compressorRampS: rampS },
  );
const starts = (all: readonly Sample[]) => all.filter((x, i) => i > 0 && x.on && !all[i - 1]!.on).length;

test('a compressor whose drive is too slow for § 14a is stopped within 2 s, rests, and runs again within the limit', () => {
  const all = bigHouse(2700, 30, (s) => s >= 1500);
  assert.ok(most(between(all, 1490, 1500), (x) => x.compressorW) > 5000);
  const reached = all.find((x) => x.s >= 1500 && x.unitW <= 4200)!.s - 1500;
  assert.ok(reached <= 2, `${reached} s`);
  const after = between(all, 1500 + reached, 2700);
  assert.ok(most(after, (x) => x.unitW) <= 4200, `${most(after, (x) => x.unitW)} W`);
  const restS = after.find((x) => x.on)!.s - 1500;
  assert.ok(restS >= 180 && restS < 320, `${restS} s of rest`);
  assert.is(starts(after), 1);
  assert.ok(after.at(-1)!.compressorW > 2500, `${after.at(-1)!.compressorW} W at the end`);
  console.log(`9 kW behind a ramp of 30 s: 4.2 kW in ${reached.toFixed(1)} s, runs again after ${restS.toFixed(0)} s`);
});

test('a compressor whose drive is quick enough for § 14a is slowed and keeps its run', () => {
  const all = bigHouse(1700, 2, (s) => s >= 1500);
  const reached = all.find((x) => x.s >= 1500 && x.unitW <= 4200)!.s - 1500;
  assert.ok(reached <= 2, `${reached} s`);
  assert.ok(between(all, 1500, 1700).every((x) => x.on));
  console.log(`9 kW behind a ramp of 2 s: 4.2 kW in ${reached.toFixed(1)} s, no stop`);
});

test('a contact that bounces, for a minute, costs a large compressor no start', () => {
  const all = bigHouse(1700, 30, (s) => s >= 1500 && s < 1560 && s % 2 < 1);
  assert.ok(between(all, 1500, 1700).every((x) => x.on));
});

test('orders that come and go all day cost a large compressor one start an hour', () => {
  const all = bigHouse(1500 + 7200, 30, (s) => s >= 1500 && (s - 1500) % 600 < 60);
  const during = between(all, 1500, 1500 + 7200);
  assert.ok(starts(during) <= 2, `${starts(during)} starts`);
  assert.ok(during.filter((x) => x.on).length > 0.7 * during.length, 'it heats in between');
});

test('water that may freeze: the order slows a large compressor and does not take its heat', () => {
  const all = bigHouse(
    1700,
    30,
    (s) => s >= 1500,
    (s) => (s >= 1400 ? { returnC: 4, supplyC: 6, condenserOutC: 8 } : {}),
  );
  assert.ok(between(all, 1500, 1700).every((x) => x.on));
  assert.ok(most(between(all, 1520, 1700), (x) => x.unitW) <= 4200);
});

test('F15: a dimmed house whose heat pump is dead heats water that may freeze with its heater, as far as the fuse bears it', () => {
  const cold = { returnC: 4, supplyC: 4, condenserOutC: 4, pressureHighOk: 0 };
  const heats = (grid: object) => {
    const dead = house(600, { house: { accelMaxW: 0 }, grid }, (s) => ({ gridLimitOn: 1, ...(s >= 300 && cold) }));
    return {
      beforeW: most(between(dead, 0, 299), (x) => x.backupW),
      laterW: most(between(dead, 360, 600), (x) => x.backupW),
    };
  };
  assert.equal(heats({}), { beforeW: 0, laterW: 6000 });
  assert.equal(heats({ maxImportW: 5000 }), { beforeW: 0, laterW: 0 });
});

test('F15: a dimmed compressor too large for the limit even at its least speed heats water that may freeze', () => {
  const large = { house: { compressorMaxW: 16_000, designLoadW: 40_000, accelMaxW: 0, backupHeaterW: 0 } };
  const all = house(1200, large, (s) => ({ gridLimitOn: 1, bufferTopC: 25, ...(s >= 600 && { returnC: 4 }) }));
  assert.is(
    most(between(all, 400, 600), (x) => x.compressorW),
    0,
  );
  assert.ok(most(between(all, 600, 700), (x) => x.compressorW) > 1000);
});

test.run();
