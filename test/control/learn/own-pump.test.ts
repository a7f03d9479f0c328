import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../../src/app/cosim.ts';
import { House } from '../../../src/contract/house.ts';
import { DEFAULT_SETPOINTS } from '../../../src/contract/messages.ts';
import { SAFE_OUTPUTS } from '../../../src/contract/points.ts';
import type { Estimates } from '../../../src/control/estimate/points.ts';
import { auxiliaryW, capacityW, copAt, ownPumpStart, ownPumpStep } from '../../../src/control/learn/own-pump.ts';
import { powerAt } from '../../../src/control/learn/pump-map.ts';
import { restoredState, storedOf } from '../../../src/control/persist.ts';
import { initialState } from '../../../src/control/step.ts';
import { Config } from '../../../src/core/config.ts';

const HOUSE = House.parse({});

function measured(outdoorC: number, sinkC: number, compressorW: number, quality: 'good' | 'lost' = 'good'): Estimates {
  const of = (value: number) => ({ value, quality, ageMs: 0 });
  const est = { outdoorC: of(outdoorC), condenserOutC: of(sinkC), supplyC: of(sinkC), returnC: of(sinkC - 5) };
  return { ...est, heatFlowLpm: of(30), compressorW: of(compressorW) } as unknown as Estimates;
}

/** A week of a machine that is a fifth weaker than its papers. */
function worn() {
  let pump = ownPumpStart(HOUSE);
  for (let minute = 0; minute < 7 * 24 * 60; minute++) {
    const outdoorC = -6 + 8 * Math.sin(minute / 500);
    const sinkC = 40 - 0.4 * outdoorC;
    const level = 0.65 + 0.35 * Math.sin(minute / 170);
    const outputs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 100 * level, circulationPct: 50 };
    const heatW = level * trueW(outdoorC);
    pump = ownPumpStep(pump, measured(outdoorC, sinkC, heatW / 2.9), heatW, outputs, HOUSE, 60);
  }
  return pump;
}
const trueW = (outdoorC: number) => 0.78 * 16_000 * (1 + 0.025 * (outdoorC - 2));

test('capacity and COP of a machine that is worse than its papers are learnt within a week', () => {
  const fresh = ownPumpStart(HOUSE).map;
  const { map } = worn();
  for (const outdoorC of [-10, -4, 1]) {
    const sinkC = 40 - 0.4 * outdoorC;
    const was = Math.abs(capacityW(fresh, HOUSE, sinkC, outdoorC) / trueW(outdoorC) - 1);
    const is = Math.abs(capacityW(map, HOUSE, sinkC, outdoorC) / trueW(outdoorC) - 1);
    assert.ok(is < 0.06 && is < was, `${outdoorC} °C: ${is} off, ${was} before`);
    const cop = copAt(map, 0.65, sinkC, outdoorC);
    assert.ok(Math.abs(cop / 2.9 - 1) < 0.12, `${outdoorC} °C: COP ${cop}`);
  }
});

test('what is learnt of the power has fan and circulation pump in it, which have no meter', () => {
  let pump = ownPumpStart(HOUSE);
  const outputs = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 100, circulationPct: 100 };
  for (let quarter = 0; quarter < 400; quarter++)
    pump = ownPumpStep(pump, measured(2, 35, 3600), 14_000, outputs, HOUSE, 900);
  const watts = powerAt(pump.map, { level: 1, outdoorC: 2, supplyC: 35 });
  assert.ok(Math.abs(watts - 3600 - auxiliaryW(HOUSE, outputs)) < 50, `${watts} W`);
  assert.is(auxiliaryW(HOUSE, outputs), 0.0375 * HOUSE.compressorMaxW + 75);
});

test('cooling, a lost sensor and a machine at rest teach nothing', () => {
  const start = ownPumpStart(HOUSE);
  const on = { ...SAFE_OUTPUTS, compressorOn: 1, compressorPct: 50 };
  const cases = [
    ownPumpStep(start, measured(0, 35, 900), 8000, { ...on, coolingOn: 1 }, HOUSE, 900),
    ownPumpStep(start, measured(0, 35, 900, 'lost'), 8000, on, HOUSE, 900),
    ownPumpStep(start, measured(0, 35, 900), 8000, SAFE_OUTPUTS, HOUSE, 900),
  ];
  for (const { map } of cases) assert.is(map, start.map);
});

test('the map outlives a restart, but not a heat pump of another rating', () => {
  const state = { ...initialState(HOUSE), pump: worn() };
  const stored = JSON.parse(JSON.stringify(storedOf(DEFAULT_SETPOINTS, state)));
  assert.equal(restoredState(HOUSE, stored).pump.map, state.pump.map);
  const other = House.parse({ compressorMaxW: 6000 });
  assert.equal(restoredState(other, stored).pump, ownPumpStart(other));
});

test('nights at -12 °C: heat of COP 1 comes before the room is cold, only as much as the pump leaves missing', () => {
  for (const seed of [1, 3]) {
    let coldKh = 0;
    let pumpIdleS = 0;
    const dtS = 5;
    const r = cosimulate({
      config: Config.parse({ sim: { seed, startsAt: '2025-01-19T12:00:00Z' } }),
      days: 3,
      dtS,
      watch(houseS, plant, verdict) {
        // The house begins cold.
        if (houseS > 86_400) coldKh += (Math.max(0, 20.5 - plant.airC) * dtS) / 3600;
        const heating = plant.accelHeatW > 1000 && verdict.outputs.hotWaterOn === 0 && plant.pvW < 100;
        if (heating && plant.outdoorC < -5 && verdict.outputs.compressorPct < 80) pumpIdleS += dtS;
      },
    });
    assert.ok(coldKh < 0.6, `seed ${seed}: ${coldKh} K·h`);
    assert.ok(pumpIdleS < 900, `seed ${seed}: the pump gave way to bought heat for ${pumpIdleS} s`);
    assert.equal(r.violations, {});
  }
});

test.run();
