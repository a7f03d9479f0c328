import type { HouseModel } from './model.ts';

/**
 * Time constants of the house, h, fastest first: air, emitter and mass as they act together. Minus one over the
 * eigenvalues of the rates, which are those of a symmetric matrix, so real (closed form for 3 x 3: Smith, CACM 4, 1961).
 */
export function timeConstantsH(m: HouseModel): [number, number, number] {
  const air = (m.emitterWPerK + m.massWPerK + m.airLossWPerK) / m.airJPerK;
  const emitter = m.emitterWPerK / m.emitterJPerK;
  const mass = (m.massWPerK + m.massLossWPerK) / m.massJPerK;
  const airEmitter2 = m.emitterWPerK ** 2 / (m.airJPerK * m.emitterJPerK);
  const airMass2 = m.massWPerK ** 2 / (m.airJPerK * m.massJPerK);
  const mean = (air + emitter + mass) / 3;
  const [a, e, w] = [air - mean, emitter - mean, mass - mean];
  const p = Math.sqrt((a * a + e * e + w * w + 2 * (airEmitter2 + airMass2)) / 6);
  const determinant = a * e * w - airEmitter2 * w - airMass2 * e;
  const angle = Math.acos(Math.min(1, Math.max(-1, determinant / (2 * p ** 3)))) / 3;
  const rate = (turn: number) => mean + 2 * p * Math.cos(angle + (turn * 2 * Math.PI) / 3);
  const hours = [rate(0), rate(1), rate(2)].map((r) => 1 / r / 3600).sort((x, y) => x - y);
  return [hours[0]!, hours[1]!, hours[2]!];
}
