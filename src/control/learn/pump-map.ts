import { clamp, copOf } from '../physics.ts';
import { faded, learnt, predicted, type Regression } from './regression.ts';

/**
 * What the heat pump gives and draws, learnt while it runs: heat and electrical power **with fan and circulation pump**, both
 * quadratic in speed. The prior is DESIGN's COP fit at the rated heat; it yields to the first hours of real measurements. Plain JSON.
 */
export interface PumpMap {
  ratedHeatW: number;
  /** Coldest air in which it has run for a while, °C: below it heat is foreseen with caution. */
  coldestC: number;
  /** Share of the prior's heat and power at full speed and the same temperatures. */
  heat: Regression;
  power: Regression;
  /** Seconds measured at full speed and below 75 % of it. */
  fullS: number;
  partS: number;
  /** Heat that a start costs, J, as a running mean. */
  startLossJ: number;
}

export interface PumpPoint {
  /** Commanded speed 0..1; off draws and gives nothing. */
  level: number;
  outdoorC: number;
  supplyC: number;
}

/**
 * What is learnt is by how much the pump differs from the prior at full speed: free in its dependence on speed, held tightly
 * to physics in its dependence on temperatures. Left free they would learn cause for effect: supply is warm because heat is
 * given, and cold while it defrosts.
 */
const features = ({ level, outdoorC, supplyC }: PumpPoint): number[] => {
  const o = (outdoorC - 2) / 10;
  const s = (supplyC - 35) / 10;
  return [1, level, level * level, level * o, level * s];
};

/** Variance of each coefficient in units of an ordinary sample's. */
const SPREADS = [4, 16, 3, 0.1, 0.02];
const CAPACITY_PER_K = 0.022;
/** Inverters gain little at part load once their standing losses are counted; the house at hand says more. */
const STANDING = 0.05;
/** Fan and circulation pump stay the same while the compressor's draw falls: related to this COP, that of A2/W35. */
const USUAL_COP = 4;
/** Heat falls a little with the supply temperature, share per 10 K. */
const HEAT_PER_SUPPLY = -0.05;
/** Waters between which a planner's straight line is drawn. */
const LINE_FROM_C = 27;
const LINE_TO_C = 45;
const SPREAD_CAP = 20;
const FADE_PER_H = 0.0005;
/** Frost and falling pressure take more than a straight line says. */
const CAUTION_PER_K = 0.02;
/** K by which the coldest air seen follows that of now, each hour of running. */
const COLDEST_PER_H = 1.2;

/** Full-speed heat and power of the prior, shares of the rated heat. */
export const capacityAt = (outdoorC: number) => clamp(1 + CAPACITY_PER_K * (outdoorC - 2), 0.4, 1.6);
const fullHeat = ({ outdoorC }: PumpPoint) => capacityAt(outdoorC);
const fullPower = (point: PumpPoint) => fullHeat(point) / copOf(point.supplyC, point.outdoorC);

function prior(mean: number[]): Regression {
  const n = mean.length;
  return { mean, spread: Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? SPREADS[k % n]! : 0)) };
}

export function priorMap(ratedHeatW: number, fanW: number): PumpMap {
  const standing = STANDING + (fanW / ratedHeatW) * USUAL_COP;
  return {
    ratedHeatW,
    coldestC: 10,
    heat: prior([0, 1, 0, 0, HEAT_PER_SUPPLY]),
    power: prior([standing, 1 - STANDING, 0, 0, 0]),
    fullS: 0,
    partS: 0,
    startLossJ: 0,
  };
}

const caution = (map: PumpMap, { outdoorC }: PumpPoint) => 1 - clamp(CAUTION_PER_K * (map.coldestC - outdoorC), 0, 0.1);
const heatShare = (map: PumpMap, point: PumpPoint) =>
  predicted(map.heat, features(point)) * fullHeat(point) * caution(map, point);
const powerShare = (map: PumpMap, point: PumpPoint) => predicted(map.power, features(point)) * fullPower(point);

/** Heat, W; 0 when off. Never negative, never above twice the rating. */
export const heatAt = (map: PumpMap, point: PumpPoint): number =>
  point.level <= 0 ? 0 : map.ratedHeatW * clamp(heatShare(map, point), 0, 2);

/** Electrical power with fan and pump, W; 0 when off. */
export const powerAt = (map: PumpMap, point: PumpPoint): number =>
  point.level <= 0 ? 0 : map.ratedHeatW * clamp(powerShare(map, point), 0.02, 2);

/** Running heat and power in speed-free form, for planners: value = at0 + slope * supplyC at this level and outdoors. */
export function inSupply(map: PumpMap, level: number, outdoorC: number) {
  const line = (share: typeof heatShare) => {
    const at = (supplyC: number) => share(map, { level, outdoorC, supplyC }) * map.ratedHeatW;
    const slope = (at(LINE_TO_C) - at(LINE_FROM_C)) / (LINE_TO_C - LINE_FROM_C);
    return { at0: at(LINE_FROM_C) - slope * LINE_FROM_C, slope };
  };
  return { heat: line(heatShare), power: line(powerShare) };
}

export interface PumpSample extends PumpPoint {
  /** Means over `dtS`, W; null where not measured. */
  heatW: number | null;
  powerW: number | null;
  dtS: number;
  /** Seconds since the compressor started, at the end of the sample. */
  runS: number;
}

/** The first minutes of a run are not what the pump does at this speed: they count as the loss of a start. */
const STARTING_S = 300;
/** Times full speed. A defrost is no outlier: what it takes belongs to what the pump gives. */
const OUTLIER = 1.5;

export function learnPump(map: PumpMap, sample: PumpSample): PumpMap {
  const { level, outdoorC, heatW, powerW, dtS, runS } = sample;
  if (level <= 0 || dtS <= 0) return map;
  const share = (w: number) => w / map.ratedHeatW;
  const dead = powerW !== null && share(powerW) < 0.01;
  if (dead || (heatW !== null && share(heatW) > 3)) return map;
  if (runS - dtS < STARTING_S && runS <= 900) {
    if (heatW === null || map.fullS < 3600) return map;
    const lostJ = clamp((heatAt(map, sample) - heatW) * dtS, 0, map.ratedHeatW * 300);
    return { ...map, startLossJ: map.startLossJ + 0.1 * (lostJ - map.startLossJ) };
  }
  const x = features(sample);
  // Samples of a minute are one quarter hour told fifteen times.
  const variance = 900 / Math.min(900, dtS);
  const step = (r: Regression, value: number | null, full: number) => {
    if (value === null) return r;
    const y = share(value) / full;
    const odd = map.fullS > 6 * 3600 && Math.abs(y - predicted(r, x)) > OUTLIER;
    return learnt(faded(r, (FADE_PER_H * dtS) / 3600, SPREAD_CAP), x, y, odd ? 20 * variance : variance);
  };
  return {
    ...map,
    coldestC: map.coldestC + clamp(outdoorC - map.coldestC, (-COLDEST_PER_H * dtS) / 3600, 0),
    heat: step(map.heat, heatW, fullHeat(sample)),
    power: step(map.power, powerW, fullPower(sample)),
    fullS: map.fullS + (level > 0.95 ? dtS : 0),
    partS: map.partS + (level < 0.75 ? dtS : 0),
  };
}
