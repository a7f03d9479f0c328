import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCases, VDI_CASES, vdiFigures } from '../../../../src/app/bench/plant/vdi.ts';
import { type RoomState, roomParams, stepRooms } from '../../../../src/hal/sim/plant/rooms.ts';

const settle = (load: number, loss: number, airW: number, radiantW: number, outdoorC: number) => {
  const p = roomParams(load, loss);
  let s: RoomState & { lossW: number } = { airC: 20, extC: 20, intC: 20, lossW: 0 };
  for (let i = 0; i < 2000; i++) s = stepRooms(p, s, { airW, radiantW }, outdoorC, 7200);
  return s;
};

test('a house of any size that gets its design load in warm air is 21 °C at its design point', () => {
  const sizes = fc.tuple(fc.double({ min: 500, max: 100_000, noNaN: true }), fc.integer({ min: -40, max: 10 }));
  fc.assert(
    fc.property(sizes, ([load, designC]) => {
      const s = settle(load, load / (21 - designC), load, 0, designC);
      assert.ok(Math.abs(s.airC - 21) < 0.05, `${s.airC}`);
      assert.ok(Math.abs(s.lossW - load) < 0.01 * load);
    }),
    { seed: 6007, numRuns: 100 },
  );
});

test('no joule is lost in a step, whatever its length', () => {
  const p = roomParams(12_000, 364);
  const before = { airC: 21, extC: 17, intC: 22 };
  for (const dtS of [0.05, 5, 900]) {
    const s = stepRooms(p, before, { airW: 900, radiantW: 2000, interiorW: -300 }, -5, dtS);
    const stored = p.airJPerK * (s.airC - 21) + p.extJPerK * (s.extC - 17) + p.intJPerK * (s.intC - 22);
    assert.ok(Math.abs(stored - (2600 - s.lossW) * dtS) < 1e-3, `${dtS} s`);
  }
});

test('radiant heat warms the walls first: air stays cooler than with warm air, masses get warmer', () => {
  const air = settle(12_000, 364, 6000, 0, 0);
  const radiant = settle(12_000, 364, 0, 6000, 0);
  assert.ok(radiant.airC < air.airC && radiant.extC > air.extC - 0.5);
});

const file = new URL('../../../../../shared/data/house/vdi6007_testcases_from_modelica-ibpsa.json', import.meta.url);
if (!existsSync(file)) console.log('SKIP VDI 6007 cases: needs ../shared');
else {
  const cases = readCases(file);
  test('VDI 6007-1: seven cases within the guideline', () => {
    for (const name of VDI_CASES)
      for (const figure of vdiFigures(name, cases[name]!)) assert.ok(figure.met, figure.figure);
  });
  test('the comparison notices a wrong building', () => {
    const spoilt = structuredClone(cases['1']!);
    spoilt.params.hConInt = '2.5';
    assert.is(vdiFigures('1', spoilt)[0]!.met, false);
  });
}

test.run();
