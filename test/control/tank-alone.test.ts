import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import { Config } from '../../src/core/config.ts';

/** Four days of July; somebody pays for computing in these minutes of each hour. */
function summer(mode: 'heating' | 'cooling', minutes: number) {
  const house = { comfort: { legionella: { on: false } } };
  let coldestC = 99;
  const result = cosimulate({
    config: Config.parse({ house, sim: { startsAt: '2024-07-10T00:00:00Z', tapping: 'M', pvKwp: 0 } }),
    days: 4,
    dtS: 10,
    setPoints: { mode },
    wantAt(timeMs) {
      const queued = (timeMs / 60_000) % 60 < minutes ? 1 : 0;
      return queued ? { wantW: 5000, incomeEurPerKwh: 0.5, queued } : undefined;
    },
    watch(s, plant) {
      if (s > 12 * 3600) coldestC = Math.min(coldestC, plant.tankC);
    },
  });
  return { ...result, coldestC };
}

test('an accelerator that computes all day in summer heats the tank alone: the pump stays off, nobody showers colder', () => {
  for (const mode of ['heating', 'cooling'] as const) {
    const [idle, all] = [summer(mode, 0), summer(mode, 60)];
    assert.ok(idle.heatPumpKwh > 30, `${idle.heatPumpKwh} kWh of the pump for the tank`);
    assert.ok(all.heatPumpKwh < 0.4 * idle.heatPumpKwh, `${mode}: ${all.heatPumpKwh} kWh of ${idle.heatPumpKwh}`);
    const moreKwh = all.hotWaterShortKwh - idle.hotWaterShortKwh;
    assert.ok(moreKwh < 0.5, `${mode}: ${moreKwh} kWh more missed at the tap`);
    assert.equal(all.violations, {});
  }
});

test('work that ends in the midst of a charge: the pump takes over, and the tank stays hot', () => {
  const [idle, some] = [summer('heating', 0), summer('heating', 7)];
  assert.ok(some.coldestC > idle.coldestC - 2, `${some.coldestC} against ${idle.coldestC} °C`);
  assert.ok(some.hotWaterShortKwh < idle.hotWaterShortKwh + 0.5, `${some.hotWaterShortKwh} kWh missed`);
});

test.run();
