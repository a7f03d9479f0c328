import { seededRandom } from '../../../core/random.ts';
import { type PlantFacts, type PlantState, plantStart, plantStep, type Surroundings } from './plant.ts';

export interface Tally {
  kwh: number;
  costEur: number;
  coldKh: number;
  warmKh: number;
  starts: number;
  /** Slowest and 99th percentile of the controller's own step, ms. */
  p99Ms: number;
}

/** Takes the line of one step, gives the level 0..1. */
export type Controller = (line: Record<string, unknown>, t: number) => number;

const AHEAD_S = 36 * 3600;
const FORECAST_STEP_S = 3600;

function lineOf(facts: PlantFacts, around: Surroundings, s: PlantState, t: number, noise: () => number) {
  const now = around.at(t);
  const line: Record<string, unknown> = {
    t,
    outdoorC: now.outdoorC,
    roomC: s.airC + facts.roomNoiseK * noise(),
    supplyC: s.supplyC,
    returnC: s.returnC,
    compressorW: s.compressorW * (1 + facts.powerNoise * noise()),
    auxW: s.auxW,
    heatW: s.heatW * (1 + facts.powerNoise * noise()),
    priceEurPerKwh: now.priceEurPerKwh,
  };
  const next: unknown[] = [];
  let bandC = now.lowC;
  if (around.comfortNext) {
    for (let inS = 900; inS <= AHEAD_S; inS += 900) {
      const { lowC, highC } = around.at(t + inS);
      if (lowC !== bandC) next.push({ inS, lowC, highC });
      bandC = lowC;
    }
  }
  line.comfort = { lowC: now.lowC, highC: now.highC, next };
  if (around.forecast) {
    const ahead = Array.from({ length: AHEAD_S / FORECAST_STEP_S }, (_, i) => around.at(t + i * FORECAST_STEP_S));
    line.forecast = {
      stepS: FORECAST_STEP_S,
      outdoorC: ahead.map((a) => a.outdoorC),
      solarWm2: ahead.map((a) => a.solarWm2),
      priceEurPerKwh: ahead.map((a) => a.priceEurPerKwh),
    };
  }
  return line;
}

/** Runs a controller against a plant from `fromS` for `days`; the bands count from the second day on. */
export function runPlant(
  facts: PlantFacts,
  around: Surroundings,
  controller: Controller,
  fromS: number,
  days: number,
): Tally {
  const chance = seededRandom(7);
  const noise = () => (chance() + chance() + chance() - 1.5) * 2;
  let state = plantStart(around.at(fromS).outdoorC);
  const tally: Tally = { kwh: 0, costEur: 0, coldKh: 0, warmKh: 0, starts: 0, p99Ms: 0 };
  const tookMs: number[] = [];
  let last = 0;
  const hours = facts.dtS / 3600;
  for (let k = 0; k < (days * 86_400) / facts.dtS; k++) {
    const t = fromS + k * facts.dtS;
    const line = lineOf(facts, around, state, t, noise);
    const startedMs = performance.now();
    const level = controller(line, t);
    tookMs.push(performance.now() - startedMs);
    state = plantStep(facts, around, state, level, t);
    const { priceEurPerKwh, lowC, highC } = around.at(t + facts.dtS);
    const kwh = ((state.compressorW + state.auxW) * hours) / 1000;
    tally.kwh += kwh;
    tally.costEur += kwh * priceEurPerKwh;
    tally.starts += level > 0 && last <= 0 ? 1 : 0;
    last = level;
    if (t - fromS < 86_400) continue;
    tally.coldKh += Math.max(0, lowC - state.airC) * hours;
    tally.warmKh += Math.max(0, state.airC - highC) * hours;
  }
  tookMs.sort((a, b) => a - b);
  tally.p99Ms = tookMs[Math.floor(0.99 * tookMs.length)]!;
  return tally;
}
