import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ForeignHouse } from '../../../src/contract/foreign-house.ts';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { asRated } from '../../../src/control/foreign/rating.ts';
import { foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';
import { heatAt } from '../../../src/control/learn/pump-map.ts';

const FULL_W = 40_000;
const AT = { level: 1, outdoorC: 2, supplyC: 35 };

/** Half a day at full speed in a hall too cold, with a pump of 40 kW. */
function lived(told: ForeignHouse, sends: { heat?: true; power?: true }) {
  const known = knownOf(told);
  let state = foreignStart(known);
  let heatW = 0;
  for (let t = 0; t < 12 * 3600; t += 300) {
    const line = {
      ...{ t, outdoorC: 2, roomC: 15 + t / 43_200, supplyC: 35, comfort: { lowC: 20, highC: 23 } },
      ...(sends.heat && { heatW }),
      ...(sends.power && { compressorW: heatW / 4, auxW: 0 }),
    };
    const step = foreignStep(known, state, JSON.stringify(line));
    state = step.state;
    heatW = FULL_W * step.out.compressor;
  }
  return { state, rated: asRated(known, state.learned.rating) };
}

test('a pump that nobody rated is rated by its heat, else by its power, and the house is guessed by it', () => {
  const byHeat = lived({}, { heat: true });
  assert.ok(Math.abs(byHeat.rated.pumpHeatW / FULL_W - 1) < 0.05, `${byHeat.rated.pumpHeatW} W`);
  assert.ok(Math.abs(heatAt(byHeat.state.learned.map, AT) / FULL_W - 1) < 0.05);
  assert.ok(byHeat.rated.house.designLoadW > 30_000, `${byHeat.rated.house.designLoadW} W of load`);
  const byPower = lived({}, { power: true });
  assert.ok(Math.abs(byPower.rated.pumpHeatW / FULL_W - 1) < 0.25, `${byPower.rated.pumpHeatW} W`);
  const { samples } = byPower.state.learned;
  const ofFirst = samples[8]!.heatW / samples.at(-1)!.heatW;
  assert.ok(Math.abs(ofFirst - 1) < 0.2, `heat guessed before, ${ofFirst} of that after`);
});

test('a rating that was told stands, and so does the guess where nothing is measured', () => {
  assert.is(lived({ pump: { heatW: 30_000 } }, { heat: true }).rated.pumpHeatW, 30_000);
  assert.is(lived({}, {}).rated.pumpHeatW, knownOf({}).pumpHeatW);
});

test.run();
