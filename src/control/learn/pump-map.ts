import { clamp, copOf } from '../physics.ts';
import { faded, learnt, predicted, type Regression, regression } from './regression.ts';

/**
 * What the heat pump gives and draws, learnt while it runs: heat and electrical power **with fan and circulation pump**, both
 * quadratic in speed and linear in its products with outdoor and supply temperature. The prior is DESIGN's COP fit at the rated heat;
 * it enters as measurements of low weight and yields to the first hours of real ones. Plain JSON.
 */
export interface PumpMap {
  ratedHeatW: number;
  /** Share of the rated heat. */
  heat: Regression;
  /** Share of the rated heat. */
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

const features = ({ level, outdoorC, supplyC }: PumpPoint): number[] => {
  const o = (outdoorC - 2) / 10;
  const s = (supplyC - 35) / 10;
  return [1, level, level * level, o, s, level * o, level * s];
};

const N = 7;
const PRIOR_VARIANCE = 60;
const CAPACITY_PER_K = 0.022;
/** Inverters gain little at part load once their standing losses are counted; the house at hand says more. */
const STANDING = 0.05;
const SPREAD_CAP = 50;
const FADE_PER_H = 0.0005;

export function priorMap(ratedHeatW: number, fanW: number): PumpMap {
  let heat = regression(N, 4);
  let power = regression(N, 4);
  for (const level of [0.3, 0.65, 1])
    for (const outdoorC of [-10, 2, 12])
      for (const supplyC of [27, 37, 50]) {
        const x = features({ level, outdoorC, supplyC });
        const full = 1 + CAPACITY_PER_K * (outdoorC - 2);
        const draw = (full / copOf(supplyC, outdoorC)) * (STANDING + (1 - STANDING) * level) + fanW / ratedHeatW;
        heat = learnt(heat, x, full * level, PRIOR_VARIANCE);
        power = learnt(power, x, draw, PRIOR_VARIANCE);
      }
  return { ratedHeatW, heat, power, fullS: 0, partS: 0, startLossJ: 0 };
}

/** Heat, W; 0 when off. Never negative, never above twice the rating. */
export const heatAt = (map: PumpMap, point: PumpPoint): number =>
  point.level <= 0 ? 0 : map.ratedHeatW * clamp(predicted(map.heat, features(point)), 0, 2);

/** Electrical power with fan and pump, W; 0 when off. */
export const powerAt = (map: PumpMap, point: PumpPoint): number =>
  point.level <= 0 ? 0 : map.ratedHeatW * clamp(predicted(map.power, features(point)), 0.02, 2);

/** Running heat and power coefficients in speed-free form, for planners: value = a + b * supplyC at this level and outdoors. */
export function inSupply(map: PumpMap, level: number, outdoorC: number) {
  const at = (r: Regression, supplyC: number) => predicted(r, features({ level, outdoorC, supplyC })) * map.ratedHeatW;
  const line = (r: Regression) => {
    const slope = (at(r, 45) - at(r, 25)) / 20;
    return { at0: at(r, 0), slope };
  };
  return { heat: line(map.heat), power: line(map.power) };
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
/** Share of the rated heat. A defrost is no outlier: what it takes belongs to what the pump gives. */
const OUTLIER = 1.5;

export function learnPump(map: PumpMap, sample: PumpSample): PumpMap {
  const { level, heatW, powerW, dtS, runS } = sample;
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
  const step = (r: Regression, value: number | null) => {
    if (value === null) return r;
    const known = map.fullS > 6 * 3600 && map.partS > 1800;
    const odd = known && Math.abs(share(value) - predicted(r, x)) > OUTLIER;
    return learnt(faded(r, (FADE_PER_H * dtS) / 3600, SPREAD_CAP), x, share(value), odd ? 20 * variance : variance);
  };
  return {
    ...map,
    heat: step(map.heat, heatW),
    power: step(map.power, powerW),
    fullS: map.fullS + (level > 0.95 ? dtS : 0),
    partS: map.partS + (level < 0.75 ? dtS : 0),
  };
}
