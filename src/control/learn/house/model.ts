import { linearStep } from './linear.ts';

/**
 * Control's own grey-box house: three heat stores in a row of resistances, in the manner of Bacher and Madsen
 * ("Identifying suitable models for the heat dynamics of buildings", Energy and Buildings 43, 2011).
 *
 *   heat -> emitter --emitterWPerK--> air --airLossWPerK--> outdoors
 *                                     air --massWPerK--> mass --massLossWPerK--> outdoors
 *   sun  -> solarM2, shared between air and mass;  people and appliances -> air
 *
 * Plain JSON. The time of day enters only through `inputAt`, so that the step itself stays linear.
 */
export interface HouseModel {
  /** Heat stores, J/K: air with furniture; emitter with its water and screed; walls and ceilings. */
  airJPerK: number;
  emitterJPerK: number;
  massJPerK: number;
  /** Conductances, W/K. */
  emitterWPerK: number;
  massWPerK: number;
  airLossWPerK: number;
  massLossWPerK: number;
  /** m² of the measured sun that reach the rooms, and the share of it that warms the air at once. */
  solarM2: number;
  solarAirShare: number;
  /** Where the windows look: the aperture by time of day is solarM2 * max(0, 1 + cos * cos(day) + sin * sin(day)). */
  solarCos: number;
  solarSin: number;
  /** Heat of people and appliances, W: the mean, and the daily rhythm as cosine and sine of one day and of half a day. */
  gainsW: number;
  gainsRhythmW: [cosDay: number, sinDay: number, cosHalf: number, sinHalf: number];
}

/** Plain JSON. `unknownW` is heat nobody told us of (open windows, guests), as the observer sees it. */
export interface HouseState {
  airC: number;
  emitterC: number;
  massC: number;
  unknownW: number;
  /** 4 x 4 covariance of the above, row by row: K², K W, W². The observer's own; `houseStep` leaves it alone. */
  covariance: readonly number[];
}

/** What acts on the house during one step, as means over it. `gainsW` and `solarWm2` come from `inputAt`. */
export interface HouseInput {
  heatW: number;
  outdoorC: number;
  solarWm2: number;
  gainsW: number;
}

const DAY_S = 86_400;

/** The unknown heat fades from a prediction: yesterday's open window says little about tomorrow. */
export const UNKNOWN_FADES_S = 24 * 3600;

/**
 * The input at a time of day: weighs the sun by where the windows look and adds people and appliances.
 * @param atS seconds of a clock whose days begin at any fixed hour, in the middle of the step
 */
export function inputAt(
  model: HouseModel,
  atS: number,
  measured: { heatW: number; outdoorC: number; solarWm2: number },
): HouseInput {
  const day = (2 * Math.PI * atS) / DAY_S;
  const cos = Math.cos(day);
  const sin = Math.sin(day);
  const [cosDay, sinDay, cosHalf, sinHalf] = model.gainsRhythmW;
  const rhythmW = cosDay * cos + sinDay * sin + cosHalf * (2 * cos * cos - 1) + sinHalf * 2 * sin * cos;
  return {
    heatW: measured.heatW,
    outdoorC: measured.outdoorC,
    solarWm2: measured.solarWm2 * Math.max(0, 1 + model.solarCos * cos + model.solarSin * sin),
    gainsW: model.gainsW + rhythmW,
  };
}

/**
 * The house `dtS` seconds later, under inputs that hold all the while. Exact for any length of step: the matrix
 * exponential of the stores, kept for each model and step length.
 */
export function houseStep(model: HouseModel, state: HouseState, input: HouseInput, dtS: number): HouseState {
  const { phi, gamma } = linearStep(model, dtS);
  const { air, emitter, mass } = forcingOf(model, input);
  const at = (i: number) =>
    phi[i]! * state.airC +
    phi[i + 1]! * state.emitterC +
    phi[i + 2]! * state.massC +
    phi[i + 3]! * state.unknownW +
    gamma[i]! * air +
    gamma[i + 1]! * emitter +
    gamma[i + 2]! * mass;
  return { airC: at(0), emitterC: at(4), massC: at(8), unknownW: at(12), covariance: state.covariance };
}

/** What the inputs do to each store, K/s. */
export function forcingOf(model: HouseModel, { heatW, outdoorC, solarWm2, gainsW }: HouseInput) {
  const sunW = model.solarM2 * solarWm2;
  const airW = model.solarAirShare * sunW + gainsW + model.airLossWPerK * outdoorC;
  const massW = (1 - model.solarAirShare) * sunW + model.massLossWPerK * outdoorC;
  return { air: airW / model.airJPerK, emitter: heatW / model.emitterJPerK, mass: massW / model.massJPerK };
}

/** Heat that the house loses for each kelvin between room and outdoors in the long run, W/K. */
export function lossWPerK(model: HouseModel): number {
  const throughMass = (model.massWPerK * model.massLossWPerK) / (model.massWPerK + model.massLossWPerK);
  return model.airLossWPerK + throughMass;
}

/** The state in which the house would stay at this room temperature, its heating holding it: where to start. */
export function restingState(model: HouseModel, roomC: number, outdoorC: number): HouseState {
  const massC = (model.massWPerK * roomC + model.massLossWPerK * outdoorC) / (model.massWPerK + model.massLossWPerK);
  const heatW = Math.max(0, lossWPerK(model) * (roomC - outdoorC) - model.gainsW);
  const sdK = [0.5, 3, 2];
  const unknownSdW = 0.1 * lossWPerK(model) * 20;
  const covariance = [...sdK, unknownSdW].flatMap((sd, i) => [0, 1, 2, 3].map((j) => (i === j ? sd * sd : 0)));
  return { airC: roomC, emitterC: roomC + heatW / model.emitterWPerK, massC, unknownW: 0, covariance };
}
