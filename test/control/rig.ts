import { House } from '../../src/contract/house.ts';
import { DEFAULT_SETPOINTS, type Market, type SetPoints } from '../../src/contract/messages.ts';
import {
  type Image,
  type Outputs,
  type Quality,
  type Reading,
  SAFE_OUTPUTS,
  SENSOR_NAMES,
  type SensorName,
} from '../../src/contract/points.ts';
import type { Estimates } from '../../src/control/estimate/points.ts';
import type { CoreState } from '../../src/control/state.ts';
import { initialState, step } from '../../src/control/step.ts';
import type { StepInput, Verdict } from '../../src/control/types.ts';

/** A house in the middle of a winter day, everything sound: what the tests start from. */
export const CALM: Record<SensorName, number> = {
  accelInC: 44,
  accelOutC: 52,
  accelChipC: 62,
  accelW: 0,
  accelFlowLpm: 9.8,
  condenserOutC: 38,
  supplyC: 40,
  returnC: 33,
  heatFlowLpm: 20,
  bufferTopC: 38,
  bufferBottomC: 35,
  hotWaterC: 47,
  outdoorC: 0,
  roomC: 20.8,
  dischargeC: 60,
  compressorW: 0,
  compressorHz: 0,
  gridW: 500,
  pvW: 0,
  batteryW: 0,
  gridLimitOn: 0,
  sgReadyAOn: 0,
  sgReadyBOn: 0,
  pressureHighOk: 1,
  pressureLowOk: 1,
  gasOk: 1,
};
export const MARKET: Market = { timeMs: 0, priceEurPerKwh: 0.3, exportEurPerKwh: 0.08, modelled: true };
export const HOUSE = House.parse({});

/** Estimates of a calm house with these values; the points in `lost` are lost. */
export const estOf = (values: Partial<Record<SensorName, number>> = {}, lost: readonly SensorName[] = []): Estimates =>
  Object.fromEntries(
    SENSOR_NAMES.map((n) => [
      n,
      { value: values[n] ?? CALM[n], quality: lost.includes(n) ? 'lost' : 'good', ageMs: 0 },
    ]),
  ) as Estimates;

export interface Rig {
  state: CoreState;
  verdict: Verdict;
  atMs: number;
  tick: number;
  /** True values; a test moves them. */
  values: Record<SensorName, number>;
  quality: Partial<Record<SensorName, Quality>>;
  /** Samples of these points are no longer renewed. */
  frozenAt: Partial<Record<SensorName, number>>;
  setPoints: SetPoints;
  market: Market | undefined;
  want: StepInput['want'];
  hand?: StepInput['hand'];
  /** Handed on in the next tick, once. */
  acknowledge?: StepInput['acknowledge'];
  away?: boolean;
  ems?: StepInput['ems'];
  house: House;
  /** Called before each tick with the outputs in force: a test's own world. */
  world: (rig: Rig, dtS: number) => void;
}

export function createRig(values: Partial<Record<SensorName, number>> = {}): Rig {
  return {
    state: initialState(HOUSE),
    verdict: { outputs: { ...SAFE_OUTPUTS } } as Verdict,
    atMs: 1000,
    tick: 0,
    values: { ...CALM, ...values },
    quality: {},
    frozenAt: {},
    setPoints: { ...DEFAULT_SETPOINTS },
    market: { ...MARKET },
    want: undefined,
    house: HOUSE,
    world: followOutputs,
  };
}

export function imageOf(rig: Rig, actuators: Outputs): Image {
  const reading = (name: SensorName): Reading => ({
    value: rig.values[name],
    atMs: rig.frozenAt[name] ?? rig.atMs,
    quality: rig.quality[name] ?? 'good',
  });
  const sensors = Object.fromEntries(SENSOR_NAMES.map((n) => [n, reading(n)])) as Image['sensors'];
  return { tick: rig.tick, atMs: rig.atMs, sensors, actuators };
}

/** The least a world does: pumps make flow, the compressor draws power. */
export function followOutputs(rig: Rig): void {
  const o = rig.verdict.outputs;
  rig.values.accelFlowLpm = 0.2 * o.accelPumpPct;
  rig.values.heatFlowLpm = 0.4 * o.circulationPct;
  rig.values.compressorW = o.compressorOn * 40 * o.compressorPct;
  rig.values.compressorHz = o.compressorOn * o.compressorPct;
}

export function tick(rig: Rig, dtS = 0.1, realS = dtS): Verdict {
  rig.world(rig, dtS);
  rig.tick++;
  rig.atMs += realS * 1000;
  const image = imageOf(rig, rig.verdict.outputs);
  const { setPoints, market, want, house, hand, away, acknowledge, ems } = rig;
  rig.acknowledge = undefined;
  const told = { setPoints, market, want, house, hand, away, acknowledge, ems };
  const { state, verdict } = step(rig.state, { image, dtS, ...told });
  rig.state = state;
  rig.verdict = verdict;
  return verdict;
}

/** Runs until `done` or for at most `limitS`; returns the seconds it took, Infinity if it never came. */
export function until(rig: Rig, limitS: number, done: (v: Verdict) => boolean, dtS = 0.1): number {
  for (let t = dtS; t <= limitS + 1e-9; t += dtS) if (done(tick(rig, dtS))) return t;
  return Number.POSITIVE_INFINITY;
}

export const run = (rig: Rig, seconds: number, dtS = 0.1): void => {
  until(rig, seconds, () => false, dtS);
};

/** Questions wait, so the accelerator is supplied and draws what it is granted. */
export function computing(rig: Rig, watts = 5000): void {
  rig.want = { wantW: watts, incomeEurPerKwh: 0, queued: 5 };
  const world = rig.world;
  rig.world = (r, dtS) => {
    world(r, dtS);
    const o = r.verdict.outputs;
    r.values.accelW = o.accelSupplyOn > 0 ? Math.min(watts, o.accelCapW) : 0;
    const outC = r.values.accelInC + r.values.accelW / (64 * Math.max(2, r.values.accelFlowLpm));
    r.values.accelOutC += (outC - r.values.accelOutC) * (1 - Math.exp(-dtS / 20));
    r.values.accelChipC = Math.round(r.values.accelOutC + r.values.accelW / 500);
  };
}
