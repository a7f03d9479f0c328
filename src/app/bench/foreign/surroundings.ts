import type { ForeignHouse } from '../../../contract/foreign-house.ts';

/** Weather, people, tariff and comfort at one time. */
export interface Moment {
  outdoorC: number;
  solarWm2: number;
  gainsW: number;
  priceEurPerKwh: number;
  lowC: number;
  highC: number;
}

export interface ForecastFacts {
  stepS: number;
  hours: number;
  outdoor: boolean;
  solar: boolean;
  price: boolean;
  /** Outdoor error half a day ahead, K, and share of the sun. */
  errorK: number;
  errorShare: number;
}

/** What acts on the house, and how much of it the plant tells. */
export interface Surroundings {
  at(t: number): Moment;
  /** Sun on the windows, W/m²; of another shape over the day than the horizontal sun that the controller is told. */
  windowWm2(t: number): number;
  forecast: ForecastFacts | null;
  comfortNext: boolean;
  priceTold: boolean;
}

export const PERFECT: ForecastFacts = {
  stepS: 3600,
  hours: 36,
  outdoor: true,
  solar: true,
  price: true,
  errorK: 0,
  errorShare: 0,
};

export interface Plant {
  name: string;
  house: ForeignHouse;
  dtS: number;
  /** A line is sent after so many steps of `dtS`, in turn; left out: after each. */
  every?: readonly number[];
  around: Surroundings;
  /** True loss, for references that are told their house. */
  lossWPerK: number;
  /** @param noise about normal, standard deviation 1 */
  start(t: number, noise: () => number): Running;
}

export interface Running {
  /** One step from `t` under a commanded level. */
  step(level: number, t: number): void;
  /** What is true: room, electrical power as a mean over the last step, starts so far, heat in all stores above 0 °C. */
  seen(): { airC: number; powerW: number; starts: number; storedJ: number };
  /** The same house in the same state, to try things on. */
  copy(): Running;
  /** Measured values of the line; a null is not measured. */
  line(): Record<string, number | null>;
}
