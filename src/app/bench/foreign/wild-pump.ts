import type { Random } from '../../../core/random.ts';
import { between, oneOf } from './chance.ts';

/** An air-water pump with what real ones have: approach temperatures, frost and defrost, its own minimum times, limits. */
export interface WildPump {
  ratedHeatW: number;
  onOff: boolean;
  minModulation: number;
  /** A command below the lowest speed stops some pumps; others run at their lowest. */
  belowStops: boolean;
  minRunS: number;
  minOffS: number;
  powerLimitW: number;
  supplyMaxC: number;
  fanW: number;
  alwaysW: number;
  carnot: number;
  bestSpeed: number;
  droopPerK: number;
  standbyW: number;
  frostPerH: number;
  startLossS: number;
}

export interface PumpState {
  on: boolean;
  sinceS: number;
  frost: number;
  defrostS: number;
  starts: number;
  heatW: number;
  compressorW: number;
  auxW: number;
}

export const PUMP_START: PumpState = {
  on: false,
  sinceS: 3600,
  frost: 0,
  defrostS: 0,
  starts: 0,
  heatW: 0,
  compressorW: 0,
  auxW: 0,
};

const DEFROST_S = 300;

export function wildPump(random: Random, ratedHeatW: number): WildPump {
  const onOff = random() < 0.3;
  return {
    ratedHeatW,
    onOff,
    minModulation: onOff ? 1 : between(random, 0.15, 0.5),
    belowStops: random() < 0.2,
    minRunS: oneOf(random, [0, 300, 600, 900]),
    minOffS: oneOf(random, [0, 180, 300, 600]),
    powerLimitW: random() < 0.2 ? ratedHeatW * 0.32 : Number.POSITIVE_INFINITY,
    supplyMaxC: oneOf(random, [55, 60, 70]),
    fanW: Math.round(ratedHeatW * between(random, 0.005, 0.035)),
    alwaysW: oneOf(random, [0, 0, 15, 60]),
    carnot: between(random, 0.4, 0.56),
    bestSpeed: between(random, 0.35, 0.8),
    droopPerK: between(random, 0.015, 0.032),
    standbyW: between(random, 0, 0.02) * ratedHeatW,
    frostPerH: oneOf(random, [0, 0.4, 1]),
    startLossS: oneOf(random, [0, 60, 180]),
  };
}

function running(pump: WildPump, u: number, outdoorC: number, supplyC: number) {
  const heatW = pump.ratedHeatW * u * (1 + pump.droopPerK * (outdoorC - 2)) * (1 - 0.004 * (supplyC - 35));
  const condenserK = supplyC + 273 + 2 + 3 * u;
  const lift = Math.max(14, supplyC + 2 + 3 * u - (outdoorC - 3 - 5 * u));
  const efficiency = pump.carnot * (1 - 0.35 * (u - pump.bestSpeed) ** 2);
  return { heatW, powerW: (heatW * lift) / (condenserK * efficiency) + pump.standbyW };
}

/** Speed that the machine runs at under a command, its own minimum times first. */
function speedOf(pump: WildPump, s: PumpState, level: number): number {
  const wanted = level <= 0 || (pump.belowStops && level < pump.minModulation - 1e-6) ? 0 : level;
  if (s.on && wanted === 0 && s.sinceS < pump.minRunS) return pump.minModulation;
  if (!s.on && wanted > 0 && s.sinceS < pump.minOffS) return 0;
  if (wanted === 0) return 0;
  return pump.onOff ? 1 : Math.min(1, Math.max(pump.minModulation, wanted));
}

/** One substep; a defrost takes heat from the water and starts nothing. */
export function pumpStep(pump: WildPump, s: PumpState, level: number, outdoorC: number, supplyC: number, dtS: number) {
  let u = speedOf(pump, s, level);
  // The machine's own high-pressure stop.
  if (supplyC > pump.supplyMaxC) u = 0;
  const on = u > 0;
  const sinceS = on === s.on ? s.sinceS + dtS : dtS;
  const next = {
    ...s,
    on,
    sinceS,
    starts: s.starts + (on && !s.on ? 1 : 0),
    auxW: pump.alwaysW,
    heatW: 0,
    compressorW: 0,
  };
  if (!on) return { ...next, defrostS: 0 };
  next.auxW += pump.fanW;
  let { heatW, powerW } = running(pump, u, outdoorC, supplyC);
  while (powerW > pump.powerLimitW && u > pump.minModulation) {
    u = Math.max(pump.minModulation, u - 0.05);
    ({ heatW, powerW } = running(pump, u, outdoorC, supplyC));
  }
  if (s.defrostS > 0)
    return { ...next, defrostS: s.defrostS - dtS, frost: 0, heatW: -0.25 * pump.ratedHeatW, compressorW: 0.6 * powerW };
  const humid = Math.max(0, 1 - Math.abs(outdoorC - 1) / 6);
  next.frost = s.frost + (pump.frostPerH * humid * u * dtS) / 3600;
  next.defrostS = next.frost >= 1 ? DEFROST_S : 0;
  return { ...next, heatW: sinceS <= pump.startLossS ? 0 : heatW * (1 - 0.08 * next.frost), compressorW: powerW };
}
