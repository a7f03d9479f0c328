import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LoopModel, loopAt, loopModelStep } from '../../src/app/bench/loop/coolant-loop.ts';
import { SENSOR_NAMES } from '../../src/contract/points.ts';
import { COOLANT_START, coolantStep } from '../../src/control/decide/coolant.ts';
import type { Estimates } from '../../src/control/estimate/points.ts';
import { CALM, HOUSE } from './rig.ts';

const SET_C = 52;

function estimates(m: LoopModel, watts: number): Estimates {
  const values = { ...CALM, accelInC: m.inC, accelOutC: m.outC, accelW: watts, accelFlowLpm: m.flowLpm };
  return Object.fromEntries(SENSOR_NAMES.map((n) => [n, { value: values[n], quality: 'good', ageMs: 0 }])) as Estimates;
}

/** Drives the loop at 1 Hz; returns the outlet temperature once a second. */
function drive(from: LoopModel, wattsAt: (t: number) => number, waterC: number, seconds: number, dtS = 1): number[] {
  let m = from;
  let state = { ...COOLANT_START, pumpPct: 20, reject: false };
  const trace: number[] = [];
  for (let t = 0; t < seconds; t += dtS) {
    const input = { never: false, taker: true, outSetC: SET_C, supplied: true, pumpNowPct: state.pumpPct, dtS };
    state = coolantStep(state, { est: estimates(m, wattsAt(t)), house: HOUSE, ...input });
    for (let i = 0; i < dtS * 20; i++) m = loopModelStep(m, wattsAt(t), state.pumpPct, waterC, 0.05);
    trace.push(m.outC);
  }
  return trace;
}

const peak = (trace: number[]) => Math.max(...trace) - SET_C;
const worst = (trace: number[], fromS: number) => Math.max(...trace.slice(fromS).map((c) => Math.abs(c - SET_C)));

test('0 to 5 kW on a 3 L loop: coolant out peaks at most 3 K high and is within 1 K after 60 s', () => {
  const rows: string[] = [];
  for (const [waterC, startC] of [
    [41, 46],
    [42, 47],
    [43, 48],
    [43.5, 52],
  ] as const) {
    const trace = drive(loopAt(startC), () => 5000, waterC, 600);
    rows.push(
      `water ${waterC} °C, coolant from ${startC} °C: peak ${peak(trace).toFixed(2)} K, from 60 s ${worst(trace, 60).toFixed(2)} K`,
    );
    assert.ok(peak(trace) <= 3, rows.at(-1));
    assert.ok(worst(trace, 60) <= 1, rows.at(-1));
  }
  console.log(rows.join('\n'));
});

test('from 11 K below its set-point it arrives without overshoot beyond 3 K, within 90 s', () => {
  const trace = drive(loopAt(41), () => 5000, 36, 600);
  console.log(
    `water 36 °C, coolant from 41 °C: peak ${peak(trace).toFixed(2)} K, from 90 s ${worst(trace, 90).toFixed(2)} K`,
  );
  assert.ok(peak(trace) <= 3);
  assert.ok(worst(trace, 90) <= 1);
});

test('1.5 to 5 kW and back to 1 kW stays within 3 K and settles', () => {
  const trace = drive(loopAt(50), (t) => (t < 600 || t >= 1200 ? 1500 : 5000), 43, 1800);
  console.log(
    `1.5 to 5 kW: peak ${peak(trace.slice(600)).toFixed(2)} K, from 60 s ${worst(trace.slice(600, 1200), 60).toFixed(2)} K`,
  );
  assert.ok(peak(trace.slice(600)) <= 3);
  assert.ok(worst(trace.slice(600, 1200), 60) <= 1);
});

test('a step of 10, 30 or 60 s is stable too', () => {
  for (const dtS of [10, 30, 60]) {
    const trace = drive(loopAt(48), () => 5000, 43, 3600, dtS);
    const settled = worst(trace, Math.floor(1800 / dtS));
    assert.ok(settled <= 2, `dt ${dtS}: ${settled.toFixed(2)} K, ${trace.slice(-8).map((c) => c.toFixed(1))}`);
  }
});

test.run();
