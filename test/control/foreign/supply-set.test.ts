import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { knownOf } from '../../../src/control/foreign/known.ts';
import { type Answer, foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';

const known = knownOf({ areaM2: 120, designLoadW: 6000, emitter: 'radiator', pump: { heatW: 8000 } });
const STEP_S = 900;
const DAYS = 3;
const dayC = (t: number) => ((t / 3600) % 24 >= 6 && (t / 3600) % 24 < 22 ? 21 : 17);

/** Bands to come within a day and a half. */
function nextOf(t: number) {
  const next: { inS: number; lowC: number; highC: number }[] = [];
  for (let inS = STEP_S; inS <= 36 * 3600; inS += STEP_S)
    if (dayC(t + inS) !== dayC(t + inS - STEP_S)) next.push({ inS, lowC: dayC(t + inS), highC: 24 });
  return next;
}

/** A heat pump with a regulator of its own on the supply temperature. `obeys`: also released by `compressor`. */
function regulated(obeys: boolean) {
  let state = foreignStart(known);
  let [roomC, wallC, waterC, heatW, runs] = [20, 18.5, 24, 0, false];
  let [coldKh, warmKh] = [0, 0];
  const answers: Answer[] = [];
  for (let t = 0; t < DAYS * 86_400; t += STEP_S) {
    const outdoorC = 1 - 3 * Math.cos((2 * Math.PI * t) / 86_400);
    const step = foreignStep(
      known,
      state,
      JSON.stringify({
        ...{ t, outdoorC, roomC, supplyC: waterC + heatW / 1500, returnC: waterC, heatW, compressorW: heatW / 3.4 },
        ...{ auxW: heatW > 0 ? 90 : 0, priceEurPerKwh: 0.3 },
        comfort: { lowC: dayC(t), highC: 24, next: nextOf(t) },
      }),
    );
    state = step.state;
    answers.push(step.out);
    const setC = obeys && step.out.compressor === 0 ? 0 : step.out.supplySetC;
    let heatJ = 0;
    for (let s = 0; s < STEP_S; s += 60) {
      runs = runs ? waterC < setC + 2 : waterC < setC - 2;
      heatW = runs ? Math.min(8000, Math.max(2400, 1500 * (setC - waterC))) : 0;
      heatJ += 60 * heatW;
      const toRoomW = 260 * (waterC - roomC);
      const toWallW = 900 * (roomC - wallC);
      waterC += ((heatW - toRoomW) * 60) / 6e5;
      roomC += ((toRoomW + 300 - toWallW - 110 * (roomC - outdoorC)) * 60) / 4e6;
      wallC += ((toWallW - 90 * (wallC - outdoorC)) * 60) / 2e7;
    }
    heatW = heatJ / STEP_S;
    if (t < 86_400) continue;
    coldKh += (Math.max(0, dayC(t + STEP_S) - roomC) * STEP_S) / 3600;
    warmKh += (Math.max(0, roomC - 24) * STEP_S) / 3600;
  }
  return { coldKh, warmKh, answers };
}

const released = regulated(true);

for (const obeys of [true, false])
  test(`a pump that regulates on supplySetC${obeys ? '' : ' and nothing else'} warms up before the morning`, () => {
    const { coldKh, warmKh, answers } = obeys ? released : regulated(false);
    assert.ok(coldKh < 2 && warmKh === 0, `${coldKh} K·h too cold, ${warmKh} too warm in two days`);
    assert.ok(answers.some((a) => a.compressor === 0) && answers.some((a) => a.compressor > 0));
  });

test('supplySetC follows the speed: the room at rest, more for full speed than for part speed, never above the design by far', () => {
  const { answers } = released;
  const mean = (of: Answer[]) => of.reduce((sum, a) => sum + a.supplySetC, 0) / of.length;
  const rest = answers.filter((a) => a.compressor === 0);
  const full = answers.filter((a) => a.compressor > 0.95);
  assert.ok(mean(rest) < 25 && mean(full) > 35, `${mean(rest)} at rest, ${mean(full)} at full speed`);
  assert.ok(answers.every((a) => a.supplySetC <= 58));
});

test.run();
