import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decisionTimes } from '../../src/app/bench/heat/decisions.ts';
import { heatUnit } from '../../src/app/bench/heat/unit.ts';
import { houseConfig } from '../../src/app/bench/house/run.ts';
import { cosimulate } from '../../src/app/cosim.ts';

const SPRING = '2024-04-10T00:00:00.000Z';
const DT_S = 5;
const SETTLE_STEPS = 12;
/** Filler that idle power displaced, 5 s at full power, is burnt beside it at standby watts once nothing pays: two minutes. */
const EMPTY_STEPS = 30;

test('in the loop of plant, control and compute the accelerator draws what pays, and nothing when nothing pays', () => {
  const base = houseConfig(1, true);
  // Sun that may not be fed in is free: there is something to track on any spring day.
  const config = { ...base, sim: { ...base.sim, startsAt: SPRING }, grid: { ...base.grid, exportLimitW: 1000 } };
  let steadyFor = 0;
  let lastW = 0;
  let [steady, beyondJ, paidJ] = [0, 0, 0];
  const unit = heatUnit(config, 1, 0.04, ({ paidW, drawnW, burntW }) => {
    steadyFor = paidW === lastW ? steadyFor + 1 : 0;
    lastW = paidW;
    beyondJ += Math.max(0, burntW - paidW) * DT_S;
    paidJ += paidW * DT_S;
    if (steadyFor < SETTLE_STEPS) return;
    if (paidW === 0) assert.ok(steadyFor < EMPTY_STEPS || burntW < 1, `${burntW} W burnt unpaid`);
    else if (paidW > 1000) {
      steady++;
      assert.ok(Math.abs(drawnW / paidW - 1) < 0.05, `${drawnW} W drawn, ${paidW} W pay`);
    }
  });
  cosimulate({ config, days: 2, dtS: DT_S, drive: unit.drive });
  assert.ok(steady > 100, `${steady} steps of steady work`);
  assert.ok(beyondJ < 0.01 * paidJ, `${beyondJ} J beyond ${paidJ} J`);
  assert.ok(unit.told.admitted > 0 && unit.told.refused > 0, JSON.stringify(unit.told));
});

test('while the tank gets its weekly 60 °C the dry cooler gets none of the heat pump', () => {
  const base = houseConfig(1, true);
  const startsAt = '2024-05-20T00:00:00.000Z';
  const config = { ...base, sim: { ...base.sim, startsAt }, grid: { ...base.grid, exportLimitW: 1000 } };
  let [nearLimit, hottestC] = [0, 0];
  const { rejectedKwh, accelHeatKwh } = cosimulate({
    ...{ config, days: 2, dtS: 30 },
    watch(_, plant, verdict) {
      hottestC = Math.max(hottestC, plant.tankC);
      if (verdict.reasons.some((r) => r.code === 'coolant-near-limit')) nearLimit++;
    },
  });
  assert.ok(hottestC >= 60, `the tank reached ${hottestC} °C`);
  assert.ok(nearLimit <= 2, `its water heated the coolant to its limit in ${nearLimit} steps`);
  assert.ok(rejectedKwh < 0.03 * accelHeatKwh, `${rejectedKwh} kWh outdoors, ${accelHeatKwh} used`);
});

test('a decision on 1,000 questions and 200 experts', () => {
  const times = decisionTimes(20, 1);
  assert.is(times.length, 20);
  // A millisecond is the goal of the bench.
  assert.ok(times[10]! < 50, `${times[10]} ms`);
});

test.run();
