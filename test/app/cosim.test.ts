import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tableOf } from '../../src/app/commands/sim.ts';
import { cosimulate } from '../../src/app/cosim.ts';
import { Config } from '../../src/core/config.ts';
import type { PlantFaults } from '../../src/hal/sim/plant/plant.ts';

const run = (more: object, days = 0.25, dtS = 2) => cosimulate({ config: Config.parse(more), days, dtS });

test('same seed, same command log; another seed or one changed constant, another one', () => {
  const first = run({}).commandLog;
  assert.is(run({}).commandLog, first);
  assert.is.not(run({ sim: { seed: 2 } }).commandLog, first);
  assert.is.not(run({ house: { designLoadW: 9000 } }).commandLog, first);
});

test('the summary has no minus nought', () => {
  const table = tableOf({ ...run({}, 0.01), accelHeatKwh: -0.0055 }, 1, 1);
  assert.match(table, /accelerator {8}0\.0 kWh/);
  assert.not.match(table, '-0.0 kWh');
});

test('three winter days: warm, no limit broken, S0 throughout, energy accounted for', () => {
  const r = run({}, 3, 5);
  assert.equal(r.violations, {});
  assert.equal(r.unsafeS, { S1: 0, S2: 0, S3: 0, S4: 0 });
  assert.ok(r.coldKh < 5, `${r.coldKh} K·h`);
  assert.ok(r.cop! > 2 && r.cop! < 6, `${r.cop}`);
  assert.ok(r.ledgerErrorPct < 0.1);
});

test('the same control is stable at dt 1, 10 and 60 s: cost within 10 %', () => {
  const costs = [1, 10, 60].map((dtS) => run({}, 1, dtS).costEur);
  for (const c of costs) assert.ok(Math.abs(c / costs[0]! - 1) < 0.1, costs.join(' '));
});

test('computing that the owner values heats the house instead of the heat pump', () => {
  const plain = run({}, 1, 5);
  const r = cosimulate({ config: Config.parse({}), days: 1, dtS: 5, setPoints: { computeValueEurPerKwh: 0.5 } });
  assert.ok(r.accelHeatKwh > 40, `${r.accelHeatKwh}`);
  assert.ok(r.heatPumpKwh < plain.heatPumpKwh - 30);
  assert.equal(r.violations, {});
});

const broken: [name: string, faults: PlantFaults, state: 'S2' | 'S3' | 'S4'][] = [
  ['coolant flow lost', { coolantFlowShare: 0 }, 'S2'],
  ['heating water flow lost', { heatFlowShare: 0 }, 'S3'],
  ['high pressure', { pressureHighOpen: true }, 'S3'],
  ['gas alarm', { gasAlarm: true }, 'S4'],
];

test('faults of the plant at full power: the safe state comes and no limit of the machine is broken', () => {
  for (const [name, plant, state] of broken) {
    const r = cosimulate({
      config: Config.parse({ house: { bufferMaxC: 60 } }),
      days: 1 / 24,
      dtS: 0.1,
      demandW: 5000,
      faultsAt: (s) => (s > 1500 ? { plant } : {}),
    });
    assert.equal(r.violations, {}, name);
    assert.ok(r.unsafeS[state] > 0, `${name}: ${JSON.stringify(r.unsafeS)}`);
  }
});

test.run();
