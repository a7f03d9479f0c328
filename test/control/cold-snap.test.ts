import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cosimulate } from '../../src/app/cosim.ts';
import { Config } from '../../src/core/config.ts';
import { createHousehold } from '../../src/hal/sim/household.ts';

/** Three days 5 K colder than the house was made for; nobody pays for computing. */
function snap(house: object) {
  const startMs = Date.parse('2025-01-15T06:00:00Z');
  const outdoorC = (timeMs: number) => (timeMs < startMs + 86_400_000 ? -2 : -17);
  return cosimulate({
    config: Config.parse({ house, sim: { startsAt: '2025-01-15T06:00:00Z', pvKwp: 0 } }),
    days: 4,
    dtS: 20,
    world: {
      weather: { source: 'snap', at: (timeMs) => ({ outdoorC: outdoorC(timeMs), solarWm2: 0, humidityPct: 80 }) },
      household: createHousehold(7, 3500, 'M'),
      marketAt: (timeMs) => ({ timeMs, priceEurPerKwh: 0.3, exportEurPerKwh: 0.08, modelled: false }),
    },
  });
}

test('a cold snap beyond the design: a house with an accelerator is no colder than one with its heater alone', () => {
  const [ours, plain] = [snap({}), snap({ accelMaxW: 0 })];
  assert.ok(ours.coldKh < plain.coldKh, `${ours.coldKh.toFixed(1)} K·h against ${plain.coldKh.toFixed(1)}`);
  assert.ok(ours.backupKwh < plain.backupKwh / 3, `${ours.backupKwh} kWh of the heater against ${plain.backupKwh}`);
  // The pump goes first all the same: heat of COP 1 does not take its place.
  assert.ok(ours.heatPumpKwh > 0.98 * plain.heatPumpKwh, `${ours.heatPumpKwh} kWh against ${plain.heatPumpKwh}`);
});

test.run();
