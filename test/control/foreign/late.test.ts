import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { arrived, arrivingW } from '../../../src/control/foreign/late.ts';
import { foreignStart } from '../../../src/control/foreign/state.ts';
import { foreignStep } from '../../../src/control/foreign/step.ts';
import { known } from './lived.ts';

const DT_S = 60;
const STEP_S = 300;
const HEAT_W = 12_000;

/** A light house with a strong on/off pump whose heat reaches the radiators `lateS` later. */
function lived(lateS: number, days: number) {
  let state = foreignStart(known);
  let [roomC, wallC, waterC, heatW, warmKh, coldKh] = [20.5, 18, 25, 0, 0, 0];
  const underway: number[] = new Array(lateS / DT_S).fill(0);
  for (let t = 0; t < days * 86_400; t += STEP_S) {
    const outdoorC = 2 - 4 * Math.cos((2 * Math.PI * t) / 86_400);
    const line = {
      ...{ t, outdoorC, roomC, supplyC: waterC + heatW / 2000, returnC: waterC, priceEurPerKwh: 0.3 },
      ...{ compressorW: heatW / 3.5, auxW: heatW > 0 ? 80 : 0, heatW, comfort: { lowC: 20, highC: 22, next: [] } },
    };
    const step = foreignStep(known, state, JSON.stringify(line));
    state = JSON.parse(JSON.stringify(step.state));
    heatW = step.out.compressor > 0 ? HEAT_W : 0;
    for (let s = 0; s < STEP_S; s += DT_S) {
      underway.push(heatW);
      const toRoomW = 400 * (waterC - roomC);
      waterC += ((underway.shift()! - toRoomW) * DT_S) / 4e5;
      roomC += ((toRoomW + 300 - 900 * (roomC - wallC) - 110 * (roomC - outdoorC)) * DT_S) / 2e6;
      wallC += ((900 * (roomC - wallC) - 90 * (wallC - outdoorC)) * DT_S) / 2e7;
    }
    if (t < (days / 2) * 86_400) continue;
    warmKh += (Math.max(0, roomC - 22) * STEP_S) / 3600;
    coldKh += (Math.max(0, 20 - roomC) * STEP_S) / 3600;
  }
  return { ...state.learned, warmKh, coldKh, reason: state.answer.reasons[0]! };
}

test('heat that comes half an hour late is learnt to be so, and the house is planned', () => {
  const { lateS, fit, reason, warmKh, coldKh } = lived(1800, 5);
  assert.is(lateS, 1800, JSON.stringify(fit));
  assert.ok(fit.rmseK < 0.5, JSON.stringify(fit));
  assert.match(reason, /^plan:/);
  assert.ok(coldKh < 3 && warmKh < 15, `${coldKh} K·h too cold, ${warmKh} too warm`);
});

test('heat that comes at once is not taken to be late', () => {
  const { lateS, fit } = lived(0, 4);
  assert.is(lateS, 0);
  assert.ok(fit.rmseK < 0.4, JSON.stringify(fit));
});

test('heat arrives as it was given, so much later; over no time none does', () => {
  const at = (atS: number, heatW: number) => ({ atS, heatW, roomC: null, outdoorC: 0, solarWm2: 0 });
  const samples = [at(900, 0), at(1800, 6000), at(2700, 3000)];
  const growing = { s: 300, heatJ: 300 * 9000, outdoorKs: 0, sunJ: 0 };
  const arrives = (inS: number, dtS: number) => arrivingW({ samples, growing, lateS: 900 }, 3000, inS, dtS);
  assert.is(arrives(-600, 600), (300 * 6000 + 300 * 3000) / 600);
  assert.is(arrives(0, 600), 3000);
  assert.is(arrives(600, 300), 9000);
  assert.is(arrives(-300, 0), 0);
  assert.equal(
    arrived(samples, 900).map(({ heatW }) => heatW),
    [0, 0, 6000],
  );
});

test.run();
