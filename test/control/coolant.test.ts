import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { SAFE_OUTPUTS, SENSOR_NAMES } from '../../src/contract/points.ts';
import { COOLANT_START, coolantStep } from '../../src/control/decide/coolant.ts';
import type { Estimates } from '../../src/control/estimate/points.ts';
import { coolantRing, stepCoolant } from '../../src/hal/sim/plant/coolant.ts';
import { createPlant, type PlantState, plantParams, sensorsOf } from '../../src/hal/sim/plant/plant.ts';
import { CALM, HOUSE } from './rig.ts';

const SET_C = 52;
const RING_S = 0.05;
const PUMP_S = 1;
const SENSOR_S = 1;
const WATER_W_PER_K = 1400;

/** The plant's coolant ring, 3 L with 4 s in each pipe at 20 L/min, everywhere at `c`. */
function ringAt(c: number): PlantState {
  const params = plantParams(HOUSE, { pvKwp: 0, accelIdleW: 0 });
  const plant = createPlant({ ...params, pipeL: 1.33, pipeCells: 20 }, 1);
  plant.params.accelPumpMaxLpm = 20;
  plant.params.exchangerWPerK = 1000;
  plant.coolantOutC.fill(c);
  plant.coolantBackC.fill(c);
  return Object.assign(plant, { chipC: c, plateC: c, accelFlowLpm: 4, rejectPosition: 0 });
}

/** Its water stays at `waterC`. */
function stepRing(s: PlantState, pumpPct: number, waterC: number): void {
  s.accelFlowLpm += ((s.params.accelPumpMaxLpm * pumpPct) / 100 - s.accelFlowLpm) * (1 - Math.exp(-RING_S / PUMP_S));
  const weather = { outdoorC: 5, solarWm2: 0, humidityPct: 80 };
  const input = { outputs: SAFE_OUTPUTS, accelWorkW: 0, weather, householdW: 0, hotWaterLpm: 0 };
  stepCoolant(s, coolantRing(s, input, WATER_W_PER_K, RING_S), waterC);
}

interface Read {
  inC: number;
  outC: number;
}

function estimates({ inC, outC }: Read, flowLpm: number, watts: number): Estimates {
  const values = { ...CALM, accelInC: inC, accelOutC: outC, accelW: watts, accelFlowLpm: flowLpm };
  return Object.fromEntries(SENSOR_NAMES.map((n) => [n, { value: values[n], quality: 'good', ageMs: 0 }])) as Estimates;
}

/** Drives the ring at 1 Hz; returns the outlet temperature once a second. */
function drive(s: PlantState, wattsAt: (t: number) => number, waterC: number, seconds: number, dtS = 1): number[] {
  const read = { inC: s.coolantBackC[0]!, outC: s.coolantOutC[0]! };
  let state = { ...COOLANT_START, pumpPct: 20, reject: false };
  const trace: number[] = [];
  for (let t = 0; t < seconds; t += dtS) {
    s.accelW = wattsAt(t);
    const input = {
      never: false,
      taker: true,
      outSetC: SET_C,
      supplied: true,
      pumpNowPct: state.pumpPct,
      fanNowPct: 0,
      dtS,
    };
    state = coolantStep(state, { est: estimates(read, s.accelFlowLpm, s.accelW), house: HOUSE, ...input });
    for (let i = 0; i < dtS / RING_S; i++) {
      stepRing(s, state.pumpPct, waterC);
      const { accelInC, accelOutC } = sensorsOf(s);
      const share = 1 - Math.exp(-RING_S / SENSOR_S);
      read.inC += (accelInC - read.inC) * share;
      read.outC += (accelOutC - read.outC) * share;
    }
    trace.push(sensorsOf(s).accelOutC);
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
    const trace = drive(ringAt(startC), () => 5000, waterC, 600);
    rows.push(
      `water ${waterC} °C, coolant from ${startC} °C: peak ${peak(trace).toFixed(2)} K, from 60 s ${worst(trace, 60).toFixed(2)} K`,
    );
    assert.ok(peak(trace) <= 3, rows.at(-1));
    assert.ok(worst(trace, 60) <= 1, rows.at(-1));
  }
  console.log(rows.join('\n'));
});

test('from 11 K below its set-point it arrives without overshoot beyond 3 K, within 90 s', () => {
  const trace = drive(ringAt(41), () => 5000, 36, 600);
  console.log(
    `water 36 °C, coolant from 41 °C: peak ${peak(trace).toFixed(2)} K, from 90 s ${worst(trace, 90).toFixed(2)} K`,
  );
  assert.ok(peak(trace) <= 3);
  assert.ok(worst(trace, 90) <= 1);
});

test('1.5 to 5 kW and back to 1 kW stays within 3 K and settles', () => {
  const trace = drive(ringAt(50), (t) => (t < 600 || t >= 1200 ? 1500 : 5000), 43, 1800);
  console.log(
    `1.5 to 5 kW: peak ${peak(trace.slice(600)).toFixed(2)} K, from 60 s ${worst(trace.slice(600, 1200), 60).toFixed(2)} K`,
  );
  assert.ok(peak(trace.slice(600)) <= 3);
  assert.ok(worst(trace.slice(600, 1200), 60) <= 1);
});

test('a step of 10, 30 or 60 s is stable too', () => {
  for (const dtS of [10, 30, 60]) {
    const trace = drive(ringAt(48), () => 5000, 43, 3600, dtS);
    const settled = worst(trace, Math.floor(1800 / dtS));
    assert.ok(settled <= 2, `dt ${dtS}: ${settled.toFixed(2)} K, ${trace.slice(-8).map((c) => c.toFixed(1))}`);
  }
});

test.run();
