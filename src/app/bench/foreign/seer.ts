import type { Controller } from './run.ts';
import type { Plant, Running } from './surroundings.ts';

/**
 * A reference that cheats: it knows the true plant in its true state and all that comes, and tries on copies of it what to do
 * next: off, part or full speed for some hours, then a thermostat with lead and speed of its own choice. The best of the
 * trials over a day is done for an hour. Model predictive control with a perfect model, by search instead of algebra.
 */
const DECIDE_S = 3600;
const HORIZON_S = 24 * 3600;
const FIRST_H = [1, 3, 6];
const FIRST_LEVELS = [0, 0.5, 1];
const LEADS_H = [0, 2, 5];
const SPEEDS = [0.35, 1];
const ON_ABOVE_K = 0.03;
const OFF_ABOVE_K = 0.2;
/** What heat left at the end is worth, as if made by a pump of this COP. */
const END_COP = 3.5;

interface Trial {
  level: number;
  untilS: number;
  leadS: number;
  speed: number;
}

/** Highest lower edge from `t` for `leadS`. */
function edgeC(plant: Plant, t: number, leadS: number): number {
  let edge = plant.around.at(t).lowC;
  for (let s = t + 900; s <= t + leadS; s += 900) edge = Math.max(edge, plant.around.at(s).lowC);
  return edge;
}

function levelOf(plant: Plant, trial: Trial, airC: number, on: boolean, t: number): number {
  if (t < trial.untilS) return trial.level;
  const low = edgeC(plant, t, trial.leadS);
  return airC < low + ON_ABOVE_K || (on && airC < low + OFF_ABOVE_K) ? trial.speed : 0;
}

function tried(plant: Plant, from: Running, trial: Trial, on: boolean, t: number, eurPerKh: number): number {
  const running = from.copy();
  const { dtS, around } = plant;
  const hours = dtS / 3600;
  let eur = 0;
  let priceSum = 0;
  let n = 0;
  let isOn = on;
  for (let s = t; s < t + HORIZON_S; s += dtS) {
    const level = levelOf(plant, trial, running.seen().airC, isOn, s);
    isOn = level > 0;
    running.step(level, s);
    const { airC, powerW } = running.seen();
    const { priceEurPerKwh } = around.at(s);
    const { lowC, highC } = around.at(s + dtS);
    eur += (powerW / 1000) * hours * priceEurPerKwh;
    eur += eurPerKh * hours * (Math.max(0, lowC - airC) + Math.max(0, airC - highC));
    priceSum += priceEurPerKwh;
    n++;
  }
  return eur - (running.seen().storedJ / 3.6e6) * (priceSum / n / END_COP);
}

function trialsAt(t: number): Trial[] {
  const bases = LEADS_H.flatMap((h) => SPEEDS.map((speed) => ({ leadS: 3600 * h, speed })));
  const firsts = FIRST_LEVELS.flatMap((level) => FIRST_H.map((h) => ({ level, untilS: t + 3600 * h })));
  return [{ level: 0, untilS: t }, ...firsts].flatMap((first) => bases.map((base) => ({ ...first, ...base })));
}

/** @param eurPerKh price of a kelvin hour outside the band, as the bench counts it */
export function seer(plant: Plant, eurPerKh: number): Controller {
  let best: Trial | undefined;
  let nextS = Number.NEGATIVE_INFINITY;
  let on = false;
  return (_line, t, running) => {
    if (!best || t >= nextS) {
      let leastEur = Number.POSITIVE_INFINITY;
      for (const trial of [...(best ? [best] : []), ...trialsAt(t)]) {
        const eur = tried(plant, running, trial, on, t, eurPerKh);
        if (eur < leastEur) [leastEur, best] = [eur, trial];
      }
      nextS = t + DECIDE_S;
    }
    const level = levelOf(plant, best!, running.seen().airC, on, t);
    on = level > 0;
    return level;
  };
}
