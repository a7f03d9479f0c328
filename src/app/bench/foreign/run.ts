import { seededRandom } from '../../../core/random.ts';
import type { Plant, Running, Surroundings } from './surroundings.ts';

export interface Tally {
  kwh: number;
  costEur: number;
  /** Outside the band, from the first line on. */
  coldKh: number;
  warmKh: number;
  /** Of `coldKh`, what came in the first two days. */
  coldStartKh: number;
  starts: number;
  /** 99th percentile of the controller's own step, ms. */
  p99Ms: number;
  /** Its longest step, ms. */
  worstMs: number;
  /** The 99th percentile of a fixed sum of about 5 ms on an idle machine, taken after long steps: how busy the machine was. 0: none was long. */
  sumP99Ms: number;
}

/** Takes the line of one step, gives the level 0..1. The house itself is for references that cheat. */
export type Controller = (line: Record<string, unknown>, t: number, truth: Running) => number;

/** Times the reference; where neither spends anything in a warm week they are as good as each other. */
export const timesOf = (own: number, reference: number): number => (own === reference ? 1 : own / reference);

const BANDS_AHEAD_S = 36 * 3600;
const FIRST_DAYS = 2;

function forecastOf(around: Surroundings, t: number) {
  const f = around.forecast;
  if (!f) return null;
  const ahead = Array.from({ length: Math.ceil((f.hours * 3600) / f.stepS) }, (_, i) => t + i * f.stepS);
  // Errors grow over half a day and belong to the time that is foreseen, as those of real forecasts do.
  const err = (s: number) => Math.min(1, (s - t) / 43_200) * Math.sin(s / 45_000 + 1.7 * Math.sin(s / 130_000));
  return {
    stepS: f.stepS,
    ...(f.outdoor && { outdoorC: ahead.map((s) => around.at(s).outdoorC + f.errorK * err(s)) }),
    ...(f.solar && { solarWm2: ahead.map((s) => around.at(s).solarWm2 * (1 + f.errorShare * err(s))) }),
    ...(f.price && { priceEurPerKwh: ahead.map((s) => around.at(s).priceEurPerKwh) }),
  };
}

function lineOf(around: Surroundings, measured: Record<string, number | null>, t: number) {
  const now = around.at(t);
  const line: Record<string, unknown> = { t, outdoorC: now.outdoorC, ...measured };
  if (around.priceTold) line.priceEurPerKwh = now.priceEurPerKwh;
  const next: unknown[] = [];
  let bandC = now.lowC;
  for (let inS = 900; around.comfortNext && inS <= BANDS_AHEAD_S; inS += 900) {
    const { lowC, highC } = around.at(t + inS);
    if (lowC !== bandC) next.push({ inS, lowC, highC });
    bandC = lowC;
  }
  line.comfort = { lowC: now.lowC, highC: now.highC, next };
  const forecast = forecastOf(around, t);
  if (forecast) line.forecast = forecast;
  return line;
}

const SUM_TERMS = 3_000_000;
const SUM_EVERY = 10;
/** A controller that takes longer than this has planned. */
const LONG_MS = 1;

/** Milliseconds that a fixed sum takes now. */
function sumMs(): number {
  const startedMs = performance.now();
  let sum = 0;
  for (let i = 1; i <= SUM_TERMS; i++) sum += Math.sqrt(i);
  return sum > 0 ? performance.now() - startedMs : Number.NaN;
}

function p99(valuesMs: readonly number[]): number {
  return [...valuesMs].sort((a, b) => a - b)[Math.floor(0.99 * valuesMs.length)] ?? 0;
}

/** Runs a controller against a plant from `fromS` for `days`. */
export function runPlant(plant: Plant, controller: Controller, fromS: number, days: number): Tally {
  const { around, dtS } = plant;
  const chance = seededRandom(7);
  const running = plant.start(fromS, () => (chance() + chance() + chance() - 1.5) * 2);
  const tally: Tally = {
    kwh: 0,
    costEur: 0,
    coldKh: 0,
    warmKh: 0,
    coldStartKh: 0,
    starts: 0,
    p99Ms: 0,
    worstMs: 0,
    sumP99Ms: 0,
  };
  const tookMs: number[] = [];
  const sumsMs: number[] = [];
  const every = plant.every ?? [1];
  let long = 0;
  let lines = 0;
  let nextLine = 0;
  let level = 0;
  const hours = dtS / 3600;
  for (let k = 0; k < (days * 86_400) / dtS; k++) {
    const t = fromS + k * dtS;
    if (k === nextLine) {
      const line = lineOf(around, running.line(), t);
      const startedMs = performance.now();
      level = controller(line, t, running);
      tookMs.push(performance.now() - startedMs);
      if (tookMs.at(-1)! > LONG_MS && long++ % SUM_EVERY === 0) sumsMs.push(sumMs());
      nextLine += every[lines++ % every.length]!;
    }
    running.step(level, t);
    const { airC, powerW } = running.seen();
    const { priceEurPerKwh } = around.at(t);
    const { lowC, highC } = around.at(t + dtS);
    const kwh = (powerW * hours) / 1000;
    tally.kwh += kwh;
    tally.costEur += kwh * priceEurPerKwh;
    const coldKh = Math.max(0, lowC - airC) * hours;
    tally.coldKh += coldKh;
    if (t - fromS < FIRST_DAYS * 86_400) tally.coldStartKh += coldKh;
    tally.warmKh += Math.max(0, airC - highC) * hours;
  }
  tally.p99Ms = p99(tookMs);
  tally.worstMs = tookMs.reduce((most, ms) => Math.max(most, ms), 0);
  tally.sumP99Ms = p99(sumsMs);
  tally.starts = running.seen().starts;
  return tally;
}
