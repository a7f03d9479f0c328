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

/** A house with radiators of its own design temperature, whose room nobody sees: mean room of the last 3 of 5 days. */
function unseenRoomC(told: { designLoadW: number; onOff: boolean; lowC: (h: number) => number }) {
  const known = knownOf({
    ...{ designLoadW: told.designLoadW, designOutdoorC: -12, supplyDesignC: 50, areaM2: 120 },
    pump: { heatW: 9000, onOff: told.onOff },
  });
  const [outdoorC, lossWPerK, radiatorWPerK] = [0, 180, 230];
  let [state, roomC, waterC, sum, lines] = [foreignStart(known), 20, 22, 0, 0];
  for (let t = 0; t < 5 * 86_400; t += 300) {
    const { compressor } = state.answer;
    const comfort = { lowC: told.lowC((t / 3600) % 24), highC: 24 };
    state = foreignStep(
      known,
      state,
      JSON.stringify({ t, outdoorC, comfort, supplyC: waterC + 5 * compressor, returnC: waterC }),
    ).state;
    const level = state.answer.compressor;
    const toRoomW = radiatorWPerK * (waterC - roomC);
    waterC += ((9000 * level - toRoomW) * 300) / 9e5;
    roomC += ((toRoomW + 300 - lossWPerK * (roomC - outdoorC)) * 300) / 2e7;
    if (t < 2 * 86_400) continue;
    sum += roomC;
    lines++;
  }
  return sum / lines;
}

for (const onOff of [false, true])
  for (const designLoadW of [4000, 5900, 8300])
    test(`water is held by its curve whatever load is told: ${designLoadW} of 5,900 W, ${onOff ? 'on/off' : 'modulating'}`, () => {
      const roomC = unseenRoomC({ designLoadW, onOff, lowC: () => 20 });
      assert.ok(Math.abs(roomC - 21) < 1.5, `${roomC}`);
    });

test('a set-back that nobody can watch is not followed: the morning would be cold', () => {
  const roomC = unseenRoomC({ designLoadW: 5900, onOff: true, lowC: (h) => (h >= 6 && h < 22 ? 20 : 16) });
  assert.ok(Math.abs(roomC - 21) < 1.5, `${roomC}`);
});

test.run();
