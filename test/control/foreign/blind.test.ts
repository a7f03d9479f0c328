import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';

/** Share of full speed over four days in which nothing but time and weather is told, and the share that the house needs. */
function dose(heatW: number, stepS: number) {
  const known = knownOf({ areaM2: 120, designLoadW: 5500, pump: { heatW } });
  let state = foreignStart(known);
  let [sum, lines] = [0, 0];
  for (let t = 0; t < 4 * 86_400; t += stepS) {
    const step = foreignStep(known, state, JSON.stringify({ t, outdoorC: 2 }));
    state = step.state;
    sum += step.out.compressor;
    lines++;
  }
  const percent = /(\d+) % of every two hours/.exec(state.answer.reasons.join(' '))?.[1];
  return { share: sum / lines, needed: Number(percent) / 100 };
}

for (const heatW of [9000, 20_000])
  for (const stepS of [60, 420, 600, 900])
    test(`a room that nobody sees gets the heat that the weather asks for: ${heatW} W, steps of ${stepS} s`, () => {
      const { share, needed } = dose(heatW, stepS);
      assert.ok(Math.abs(share / needed - 1) < 0.07, `${share} of ${needed}`);
    });

test.run();
