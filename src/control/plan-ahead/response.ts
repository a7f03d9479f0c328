import { type HouseModel, houseStep, restingState } from '../learn/house/model.ts';

/** The three stores after one step, each a weighted sum of the stores before and of what acted: houseStep as a table. */
export interface Response {
  /** [air, emitter, mass] by unit of air, emitter, mass, heat, outdoors, sun, gains, unknown heat: 3 x 8, row by row. */
  table: Float64Array;
}

export const RESPONSE_COLUMNS = 8;

const MAX_KEPT = 32;
const kept = new WeakMap<HouseModel, Map<number, Response>>();

/** Probed with unit inputs: the house is linear in all of them. Kept for each model object and step length. */
export function responseOf(model: HouseModel, dtS: number): Response {
  const byStep = kept.get(model) ?? new Map<number, Response>();
  kept.set(model, byStep);
  const found = byStep.get(dtS);
  if (found) return found;
  const rest = restingState(model, 20, 0);
  const table = new Float64Array(3 * RESPONSE_COLUMNS);
  for (let j = 0; j < RESPONSE_COLUMNS; j++) {
    const unit = (k: number) => (j === k ? 1 : 0);
    const state = { ...rest, airC: unit(0), emitterC: unit(1), massC: unit(2), unknownW: unit(7) };
    const input = { heatW: unit(3), outdoorC: unit(4), solarWm2: unit(5), gainsW: unit(6) };
    const next = houseStep(model, state, input, dtS);
    [next.airC, next.emitterC, next.massC].forEach((value, i) => {
      table[RESPONSE_COLUMNS * i + j] = value;
    });
  }
  // A plant whose steps tremble asks for ever new lengths.
  if (byStep.size >= MAX_KEPT) byStep.clear();
  byStep.set(dtS, { table });
  return { table };
}
