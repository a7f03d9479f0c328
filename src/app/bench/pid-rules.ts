import type { PidGains } from '../../control/pid.ts';
import { createCascade, type ProcessModel } from '../../control/tune/model.ts';

/** Tuning rules of others, the references of the pid bench. */

/** First-order and second-order models by the half rule; a pure lag chain gets half of what is cut off as dead time. */
export function halfRule(process: ProcessModel, order: 1 | 2): ProcessModel {
  const { gain, lagsS, delayS } = process;
  const kept = lagsS.slice(0, order);
  const cut = lagsS.slice(order);
  const half = (cut[0] ?? 0) / 2;
  const rest = cut.slice(1).reduce((a, b) => a + b, 0);
  kept[order - 1] = (kept[order - 1] ?? 0) + half;
  return { gain, lagsS: kept, delayS: delayS + half + rest };
}

/**
 * SIMC with lambda = dead time (S. Skogestad, https://doi.org/10.1016/S0959-1524(02)00062-8), told the true process: PID
 * where the second lag exceeds the dead time, as he advises, else PI. His series form is turned into the ideal one.
 */
export function simcRule(process: ProcessModel): PidGains {
  const second = halfRule(process, 2);
  const lag2S = second.lagsS[1]!;
  if (lag2S > second.delayS) {
    const kc = second.lagsS[0]! / (second.gain * 2 * second.delayS);
    const integralS = Math.min(second.lagsS[0]!, 8 * second.delayS);
    const factor = 1 + lag2S / integralS;
    return { kc: kc * factor, integralS: integralS * factor, derivativeS: lag2S / factor, setTauS: 0 };
  }
  const first = halfRule(process, 1);
  const kc = first.lagsS[0]! / (first.gain * 2 * first.delayS);
  return { kc, integralS: Math.min(first.lagsS[0]!, 8 * first.delayS), derivativeS: 0, setTauS: 0 };
}

/** Apparent dead time and lag from a noise-free step response: steepest tangent, and 63 %, as AMIGO asks. */
function stepFigures(process: ProcessModel): { delayS: number; lagS: number } {
  const totalS = process.delayS + process.lagsS.reduce((a, b) => a + b, 0);
  const dtS = totalS / 5000;
  const cascade = createCascade(process.lagsS, dtS);
  let [before, steepest, tangentS, lag63S] = [0, 0, 0, 0];
  for (let k = 1; lag63S === 0; k++) {
    const y = cascade.step(1);
    const slope = (y - before) / dtS;
    if (slope > steepest) {
      steepest = slope;
      tangentS = (k - 0.5) * dtS - (y + before) / 2 / slope;
    }
    if (y >= 1 - Math.exp(-1)) lag63S = k * dtS;
    before = y;
  }
  const delayS = process.delayS + Math.max(0, tangentS);
  return { delayS, lagS: process.delayS + lag63S - delayS };
}

/** AMIGO for PID (K. J. Åström, T. Hägglund, https://doi.org/10.1016/j.jprocont.2004.01.002), told the true step response. */
export function amigoRule(process: ProcessModel): PidGains {
  const { delayS: l, lagS: t } = stepFigures(process);
  return {
    kc: (0.2 + (0.45 * t) / l) / process.gain,
    integralS: ((0.4 * l + 0.8 * t) / (l + 0.1 * t)) * l,
    derivativeS: (0.5 * l * t) / (0.3 * l + t),
    // Its set-point weight is 0 for lag-dominant processes: the same as a filter of the integral time on a PI.
    setTauS: l < t ? ((0.4 * l + 0.8 * t) / (l + 0.1 * t)) * l : 0,
  };
}

/** The rule ESPHome's autotuner prints and uses: kp 0.6 Ku, ki 1.2 Ku/Pu, kd 0.075 Ku Pu (esphome/components/pid). */
export const esphomeRule = (ku: number, puS: number): PidGains => ({
  kc: 0.6 * ku,
  integralS: 0.5 * puS,
  derivativeS: 0.125 * puS,
  setTauS: 0,
});

/**
 * Ku and Pu as that autotuner finds them: a relay with its default noise band of 0.25, the first swing dropped, amplitude
 * from the extremes, period from the crossings.
 */
export function esphomeRelay(
  relayStep: number,
  plant: { read(): number; hold(output: number): void },
  dtS: number,
  swings: number,
): { ku: number; puS: number } {
  const band = 0.25;
  let high = true;
  let [top, bottom] = [0, 0];
  const tops: number[] = [];
  const bottoms: number[] = [];
  const crossings: number[] = [];
  for (let k = 0; crossings.length < 2 * swings; k++) {
    const error = -plant.read();
    top = Math.max(top, error);
    bottom = Math.min(bottom, error);
    if (high ? error < -band : error > band) {
      (high ? tops : bottoms).push(high ? top : bottom);
      [top, bottom] = [error, error];
      high = !high;
      crossings.push(k * dtS);
    }
    plant.hold(high ? relayStep : -relayStep);
  }
  const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const amplitude = (mean(tops.slice(1)) - mean(bottoms.slice(1))) / 2;
  const puS = (2 * (crossings.at(-1)! - crossings[1]!)) / (crossings.length - 2);
  return { ku: (4 * relayStep) / (Math.PI * amplitude), puS };
}
