import { House } from '../../../contract/house.ts';
import type { Outputs } from '../../../contract/points.ts';
import { COOLANT_W_PER_LPM_K } from '../../../control/physics.ts';
import { PID_OFF, pidStep } from '../../../control/pid.ts';
import { initialState, step } from '../../../control/step.ts';
import type { StepInput } from '../../../control/types.ts';
import { Config } from '../../../core/config.ts';
import { say } from '../../command.ts';
import { type CosimOptions, openCosim } from '../../cosim.ts';
import type { Figure } from '../table.ts';

/** 0 to 5 kW through the whole of control into the modelled house, its loop of 3 L with 4 s in each pipe at 20 L/min. */
const WATTS = 5000;
const SIZES = { accelPumpMaxLpm: 20, pipeL: 1.33, pipeCells: 20 };
const LAST_S = 600;
const SETTLED_S = 60;
const PEAK_K = 3;
const SETTLED_K = 1;
const TICK_S = 0.1;
/** Until the buffer has its warmth, what the last answers took, and how long the cards then idled. */
const WARM_S = 10_800;
const WORK_S = 900;
/** Sensors on pipes follow within a second. */
const SENSOR_S = 1;
/** Water that the coolant gives its heat to comes from a house that wants it so warm, °C; and the seconds since the last answers. */
const CASES = [
  { supplyC: 38, idleS: 840 },
  { supplyC: 41, idleS: 840 },
  { supplyC: 43.5, idleS: 840 },
  { supplyC: 41, idleS: 120 },
  { supplyC: 43, idleS: 60 },
  { supplyC: 43.5, idleS: 20 },
] as const;

/** Pump speed in place of our own, percent; called once a second. */
type Regulator = (outC: number) => number;

const PUMP_MIN_PCT = 20;
const setC = House.parse({}).coolantOutSetC;
const OUTDOOR_C = -8;
const startMs = Date.parse('2026-01-20T00:00:00Z');

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
  return (outC) => {
    const next = pidStep(pid, process, { set: setC, measured: outC, feedForward: 0, held: false, dtS: 1 });
    pid = next.state;
    return next.output;
  };
}

/** A winter night at the design point without taps: nothing moves but what is tested. */
const still: NonNullable<CosimOptions['world']> = {
  weather: { source: 'still', at: () => ({ outdoorC: OUTDOOR_C, solarWm2: 0, humidityPct: 70 }) },
  marketAt: (timeMs) => ({ timeMs, priceEurPerKwh: 0.3, exportEurPerKwh: 0.08, modelled: true }),
  household: { at: () => ({ householdW: 300, hotWaterLpm: 0, hotWaterUseC: 40 }) },
};

/** Our control as the driver of the plant, its coolant sensors a second late; a regulator may have the pump. */
function driver(config: Config, regulator: Regulator | undefined) {
  let state = initialState(config.house);
  let lagged: { accelInC: number; accelOutC: number } | undefined;
  let pumpPct = 100;
  let dueS = 0;
  return (input: StepInput) => {
    const { sensors } = input.image;
    const share = 1 - Math.exp(-input.dtS / SENSOR_S);
    const late = (name: 'accelInC' | 'accelOutC') => {
      const before = lagged?.[name] ?? sensors[name].value;
      return before + (sensors[name].value - before) * share;
    };
    lagged = { accelInC: late('accelInC'), accelOutC: late('accelOutC') };
    const bent = {
      ...sensors,
      accelInC: { ...sensors.accelInC, value: lagged.accelInC },
      accelOutC: { ...sensors.accelOutC, value: lagged.accelOutC },
    };
    const done = step(state, { ...input, image: { ...input.image, sensors: bent } });
    state = done.state;
    dueS += input.dtS;
    if (regulator && dueS >= 1 - TICK_S / 2) {
      pumpPct = regulator(lagged.accelOutC);
      dueS = 0;
    }
    const { outputs: own, safety, grantW } = done.verdict;
    const outputs: Outputs = regulator ? { ...own, accelPumpPct: pumpPct } : own;
    return { outputs, safety, workW: Math.min(grantW, input.want?.wantW ?? 0) };
  };
}

interface Course {
  /** Above the set-point at most, and off it at most once it should have settled, K. */
  peakK: number;
  settledK: number;
  waterC: number;
}

function course(supplyC: number, idleS: number, regulator: Regulator | undefined): Course {
  const config = Config.parse({
    house: { supplyDesignC: supplyC, designOutdoorC: OUTDOOR_C },
    sim: { startsAt: new Date(startMs).toISOString() },
  });
  const fromS = WARM_S + WORK_S + idleS;
  const asks = (s: number) => s >= fromS || (s >= WARM_S && s < WARM_S + WORK_S);
  const both = openCosim({
    config,
    dtS: 1,
    world: still,
    sizes: SIZES,
    setPoints: { hotWaterSetC: 40 },
    wantAt: (timeMs) => (asks((timeMs - startMs) / 1000) ? { wantW: WATTS, incomeEurPerKwh: 0, queued: 1 } : undefined),
    drive: driver(config, regulator),
  });
  for (let s = 0; s < fromS; s++) both.next();
  const found = { peakK: Number.NEGATIVE_INFINITY, settledK: 0, waterC: Number.NaN };
  for (let i = 0; i < LAST_S / TICK_S; i++) {
    const { plant } = both.next(TICK_S);
    const offK = plant.coolantOutC[0]! - setC;
    if (i === 0) found.waterC = plant.condenserC;
    found.peakK = Math.max(found.peakK, offK);
    if (i * TICK_S >= SETTLED_S) found.settledK = Math.max(found.settledK, Math.abs(offK));
  }
  return found;
}

/** The step of 5 kW: peak and what is left after a minute, worst of all cases, beside a plain PI on the same loop. */
export function stepFigures(): Figure[] {
  const worst = (of: () => Regulator | undefined, name: string) => {
    const found = CASES.map(({ supplyC, idleS }) => {
      const one = course(supplyC, idleS, of());
      say(
        `0 to 5 kW, water ${one.waterC.toFixed(1)} °C, ${idleS} s after the last answers, ${name}: peak ${one.peakK.toFixed(2)} K, after ${SETTLED_S} s within ${one.settledK.toFixed(2)} K`,
      );
      return one;
    });
    return {
      peakK: Math.max(...found.map((c) => c.peakK)),
      settledK: Math.max(...found.map((c) => c.settledK)),
    };
  };
  const [own, plain] = [worst(() => undefined, 'ours'), worst(plainPi, 'plain PI')];
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
