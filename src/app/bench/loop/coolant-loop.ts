/**
 * A coolant loop for benches and tests, not the plant's: cold plates, two pipes with transport (a queue of litres),
 * a counterflow exchanger to water of constant temperature, a sensor with 1 s lag. 3 L, 4 s each way at 20 L/min.
 */
export interface LoopModel {
  plateC: number;
  hot: number[];
  cold: number[];
  outC: number;
  inC: number;
  flowLpm: number;
}

const PLATE_J_PER_K = 6_000 + 0.34 * 3850;
const PIPE_L = 1.33;
const CELLS = 20;
const J_PER_LK = 3850;
const EXCHANGER_W_PER_K = 1000;
const WATER_W_PER_K = 1400;
const PUMP_TAU_S = 1;

export const loopAt = (c: number): LoopModel => ({
  plateC: c,
  hot: Array.from({ length: CELLS }, () => c),
  cold: Array.from({ length: CELLS }, () => c),
  outC: c,
  inC: c,
  flowLpm: 4,
});

function exchanged(hotWPerK: number): number {
  const least = Math.min(hotWPerK, WATER_W_PER_K);
  const ratio = least / Math.max(hotWPerK, WATER_W_PER_K);
  const ntu = EXCHANGER_W_PER_K / least;
  const e = Math.exp(-ntu * (1 - ratio));
  return (((1 - e) / (1 - ratio * e)) * least) / hotWPerK;
}

/** One step of at most 0.1 s. */
export function loopModelStep(m: LoopModel, watts: number, pumpPct: number, waterC: number, dtS: number): LoopModel {
  const flowLpm = m.flowLpm + ((20 * pumpPct) / 100 - m.flowLpm) * (1 - Math.exp(-dtS / PUMP_TAU_S));
  const litres = (flowLpm / 60) * dtS;
  const wPerK = (flowLpm / 60) * J_PER_LK;
  const share = litres / (PIPE_L / CELLS);
  const move = (cells: number[], inletC: number) => {
    let before = inletC;
    return cells.map((c) => {
      const next = c + share * (before - c);
      before = c;
      return next;
    });
  };
  const endHot = m.hot[CELLS - 1]!;
  const endCold = m.cold[CELLS - 1]!;
  const backC = endHot - exchanged(wPerK) * (endHot - waterC);
  const lag = 1 - Math.exp(-dtS / 1);
  return {
    plateC: m.plateC + ((watts - wPerK * (m.plateC - endCold)) * dtS) / PLATE_J_PER_K,
    hot: move(m.hot, m.plateC),
    cold: move(m.cold, backC),
    outC: m.outC + (m.hot[0]! - m.outC) * lag,
    inC: m.inC + (endCold - m.inC) * lag,
    flowLpm,
  };
}
