import { gain, lose } from './ledger.ts';
import type { PlantInput, PlantState } from './state.ts';

const EMITTER_EXPONENT_REST = 0.1;
const PEOPLE_W = 150;
/** Share of the household's electricity that ends as heat in the rooms. */
const HOUSEHOLD_HEAT = 0.7;

/**
 * The rooms: air with furniture, and mass (walls, floor). All time constants are above half an hour, so explicit steps
 * of some seconds are exact enough.
 */
export function stepHouse(s: PlantState, input: PlantInput, dtS: number): void {
  const p = s.params;
  const overK = s.emitterC - s.airC;
  s.houseHeatW = p.emitterW1 * Math.abs(overK) ** EMITTER_EXPONENT_REST * overK;
  const toMassW = p.airMassWPerK * (s.airC - s.massC);
  const airLossW = p.airLossWPerK * (s.airC - s.outdoorC);
  const massLossW = p.massLossWPerK * (s.massC - s.outdoorC);
  const solarW = p.solarApertureM2 * s.solarWm2;
  const internalW = PEOPLE_W + HOUSEHOLD_HEAT * input.householdW;
  s.emitterC -= (s.houseHeatW * dtS) / p.emitterJPerK;
  s.airC += ((s.houseHeatW + 0.4 * solarW + internalW - toMassW - airLossW) * dtS) / p.airJPerK;
  s.massC += ((toMassW + 0.6 * solarW - massLossW) * dtS) / p.massJPerK;
  gain(s.ledger, 'solarJ', solarW * dtS);
  gain(s.ledger, 'internalJ', internalW * dtS);
  lose(s.ledger, 'houseLossJ', (airLossW + massLossW) * dtS);
}
