import { House } from '../../../contract/house.ts';
import { SENSOR_NAMES } from '../../../contract/points.ts';
import { COOLANT_START, coolantStep } from '../../../control/decide/coolant.ts';
import type { Estimate, Estimates } from '../../../control/estimate/points.ts';
import { COOLANT_W_PER_LPM_K } from '../../../control/physics.ts';
import { PID_OFF, pidStep } from '../../../control/pid.ts';
import { say } from '../../command.ts';
import type { Figure } from '../table.ts';
import { type LoopModel, loopAt, loopModelStep } from './coolant-loop.ts';

/** 0 to 5 kW into a loop of 3 L that has idled, or that the last answers have left warm. */
const WATTS = 5000;
const LAST_S = 600;
const SETTLED_S = 60;
const PEAK_K = 3;
const SETTLED_K = 1;
const STEP_S = 0.05;
const IDLE_W = 280;
const IDLE_S = 900;
/** Water that the coolant gives its heat to, and how warm the loop is when the power comes, °C; null: as idle cards leave it. */
const CASES = [
  { waterC: 38, startC: null },
  { waterC: 41, startC: null },
  { waterC: 43.5, startC: null },
  { waterC: 41, startC: 46 },
  { waterC: 43, startC: 48 },
  { waterC: 43.5, startC: 52 },
] as const;

/** Pump speed from what the sensors read, percent; called once a second. */
type Regulator = (m: LoopModel, watts: number) => number;

const PUMP_MIN_PCT = 20;
const house = House.parse({});
const setC = house.coolantOutSetC;

function ours(): Regulator {
  let state = { ...COOLANT_START, pumpPct: PUMP_MIN_PCT, reject: false };
  const known = (value: number): Estimate => ({ value, quality: 'good', ageMs: 0 });
  const calm = Object.fromEntries(SENSOR_NAMES.map((name) => [name, known(0)])) as Estimates;
  return (m, watts) => {
    const est = {
      ...calm,
      accelInC: known(m.inC),
      accelOutC: known(m.outC),
      accelW: known(watts),
      accelFlowLpm: known(m.flowLpm),
    };
    const facts = { never: false, taker: true, outSetC: setC, supplied: true, pumpNowPct: state.pumpPct, dtS: 1 };
    state = coolantStep(state, { est, house, ...facts });
    return state.pumpPct;
  };
}

/** A PI by SIMC for the flow that carries 5 kW, without knowledge of the watts: what an installer would tune. */
function plainPi(): Regulator {
  const [flowLpm, lpmPerPct, loopL] = [10, 0.2, 3];
  const delayS = (60 * loopL * 0.45) / flowLpm;
  const process = {
    gain: (-WATTS / (COOLANT_W_PER_LPM_K * flowLpm ** 2)) * lpmPerPct,
    tauS: 18_000 / (COOLANT_W_PER_LPM_K * flowLpm),
    delayS,
    lambdaS: delayS,
    derivativeS: 0,
    setTauS: 0,
    min: PUMP_MIN_PCT,
    max: 100,
    integralMax: 100,
  };
  let pid = PID_OFF;
  return (m) => {
    const next = pidStep(pid, process, { set: setC, measured: m.outC, feedForward: 0, held: false, dtS: 1 });
    pid = next.state;
    return next.output;
  };
}

interface Course {
  /** Above the set-point at most, and off it at most once it should have settled, K. */
  peakK: number;
  settledK: number;
}

function course(regulator: Regulator, waterC: number, startC: number | null): Course {
  let m = loopAt(startC ?? waterC);
  const found = { peakK: Number.NEGATIVE_INFINITY, settledK: 0 };
  for (let s = startC === null ? -IDLE_S : 0; s < LAST_S; s++) {
    const watts = s < 0 ? IDLE_W : WATTS;
    const pumpPct = regulator(m, watts);
    for (let i = 0; i < 1 / STEP_S; i++) m = loopModelStep(m, watts, pumpPct, waterC, STEP_S);
    if (s < 0) continue;
    found.peakK = Math.max(found.peakK, m.outC - setC);
    if (s >= SETTLED_S) found.settledK = Math.max(found.settledK, Math.abs(m.outC - setC));
  }
  return found;
}

/** The step of 5 kW: peak and what is left after a minute, worst of all cases, beside a plain PI on the same loop. */
export function stepFigures(): Figure[] {
  const worst = (of: () => Regulator, name: string): Course => {
    const found = CASES.map(({ waterC, startC }) => {
      const one = course(of(), waterC, startC);
      say(
        `0 to 5 kW, water ${waterC} °C, coolant from ${startC === null ? 'idle' : `${startC} °C`} to ${setC} °C, ${name}: peak ${one.peakK.toFixed(2)} K, after ${SETTLED_S} s within ${one.settledK.toFixed(2)} K`,
      );
      return one;
    });
    return {
      peakK: Math.max(...found.map((c) => c.peakK)),
      settledK: Math.max(...found.map((c) => c.settledK)),
    };
  };
  const [own, plain] = [worst(ours, 'ours'), worst(plainPi, 'plain PI')];
  return [
    {
      figure: '0 to 5 kW on 3 L, 20 L/min, 4 s: coolant above its set-point',
      value: own.peakK,
      unit: 'K',
      reference: { name: 'plain PI', value: plain.peakK },
      goal: `<= ${PEAK_K} K`,
      met: own.peakK <= PEAK_K,
    },
    {
      figure: `the same, off it ${SETTLED_S} s later`,
      value: own.settledK,
      unit: 'K',
      reference: { name: 'plain PI', value: plain.settledK },
      goal: `<= ${SETTLED_K} K`,
      met: own.settledK <= SETTLED_K,
    },
  ];
}
