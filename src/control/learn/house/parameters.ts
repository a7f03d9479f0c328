import type { HouseModel } from './model.ts';

/**
 * The numbers a fit may move, each as a distance from the prior in units of how sure the prior is: 0 is the prior, ±1 as far
 * as houses of that description usually differ. Sizes move by factors, shares within 0..1, rhythms by addition.
 */
/** Writes the value that lies `x` standard deviations from the prior's. */
type Parameter = (m: HouseModel, prior: HouseModel, x: number) => void;

type Size = Exclude<keyof HouseModel, 'gainsRhythmW' | 'solarAirShare' | 'solarCos' | 'solarSin' | 'gainsW'>;

const size =
  (key: Size, factor: number): Parameter =>
  (m, prior, x) => {
    m[key] = prior[key] * factor ** x;
  };

const window =
  (key: 'solarCos' | 'solarSin'): Parameter =>
  (m, prior, x) => {
    m[key] = prior[key] + 0.5 * x;
  };

const rhythm =
  (i: 0 | 1 | 2 | 3): Parameter =>
  (m, prior, x) => {
    m.gainsRhythmW[i] = prior.gainsRhythmW[i] + 0.5 * prior.gainsW * x;
  };

const solarAirShare: Parameter = (m, prior, x) => {
  const odds = (prior.solarAirShare / (1 - prior.solarAirShare)) * Math.exp(x);
  m.solarAirShare = odds / (1 + odds);
};

const gainsW: Parameter = (m, prior, x) => {
  m.gainsW = prior.gainsW * (1 + x);
};

export const PARAMETERS: readonly Parameter[] = [
  size('airJPerK', 2),
  size('emitterJPerK', 2.5),
  size('massJPerK', 2),
  size('emitterWPerK', 2),
  size('massWPerK', 2),
  size('airLossWPerK', 1.7),
  size('massLossWPerK', 1.7),
  size('solarM2', 2),
  solarAirShare,
  window('solarCos'),
  window('solarSin'),
  gainsW,
  rhythm(0),
  rhythm(1),
  rhythm(2),
  rhythm(3),
];

export function modelAt(prior: HouseModel, x: readonly number[]): HouseModel {
  const model: HouseModel = { ...prior, gainsRhythmW: [...prior.gainsRhythmW] };
  PARAMETERS.forEach((write, i) => {
    write(model, prior, x[i]!);
  });
  return model;
}
